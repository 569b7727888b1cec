"""Raw calls to the local Slack, as a client that knows nothing of it would make them."""

import http.client
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from lab.slack.server import TOKEN, LocalSlack

CHANNEL = "C0PLATFORM"


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    headers: dict[str, str]
    body: str

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def request(
    slack: LocalSlack,
    path: str,
    body: bytes = b"",
    headers: dict[str, str] | None = None,
    *,
    method: str = "POST",
    timeout: float = 10,
) -> Reply:
    connection = http.client.HTTPConnection(urlsplit(slack.url).netloc, timeout=timeout)
    try:
        connection.request(method, path, body=body, headers=headers or {})
        answer = connection.getresponse()
        text = answer.read().decode()
        return Reply(answer.status, {key.lower(): value for key, value in answer.getheaders()}, text)
    finally:
        connection.close()


def call(
    slack: LocalSlack, method: str, *, token: str | None = TOKEN, timeout: float = 10, **arguments: Any
) -> Reply:
    """One Web API call with a JSON body."""
    headers = {"Content-Type": "application/json; charset=utf-8"}
    if token is not None:
        headers["Authorization"] = f"Bearer {token}"
    return request(slack, f"/api/{method}", json.dumps(arguments).encode(), headers, timeout=timeout)


def call_form(slack: LocalSlack, method: str, **arguments: Any) -> Reply:
    """The same with a form, where Slack also takes the token from the body."""
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    return request(slack, f"/api/{method}", urlencode(arguments).encode(), headers)


def post(slack: LocalSlack, text: str = "hello", **arguments: Any) -> str:
    """The ts of a message that was accepted."""
    answer = call(slack, "chat.postMessage", channel=CHANNEL, text=text, **arguments).json
    assert answer["ok"], answer
    ts: str = answer["ts"]
    return ts


def plan(slack: LocalSlack, **fault: Any) -> None:
    """Ask for a fault over HTTP, as the demo does."""
    assert request(slack, "/_lab/faults", json.dumps(fault).encode()).status == 200


def texts(slack: LocalSlack) -> list[str]:
    """What stands in all channels, oldest first."""
    told = request(slack, "/_lab/messages", method="GET").json["messages"]
    return [message["text"] for message in told]


def section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}
