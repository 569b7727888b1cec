"""One request to the local Slack: the Web API, the webhook, the page, or what the lab asks."""

import json
import socket
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

from lab.slack import page
from lab.slack.faults import WEBHOOK, Fault, FaultError
from lab.slack.webapi import webhook

if TYPE_CHECKING:
    from lab.slack.server import LocalSlack

WEBHOOK_PATH = "/services/T0LOCALLAB/B0DOCKWARDN/local-lab"
LONGEST_BODY = 1_000_000


class Server(ThreadingHTTPServer):
    """A server that knows its Slack and waits for nobody when it stops."""

    daemon_threads = True
    block_on_close = False  # a call that hangs on purpose must not keep the lab from stopping
    slack: "LocalSlack"


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back over HTTP."""

    status: int
    body: bytes
    kind: str = "application/json; charset=utf-8"
    headers: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def json(cls, value: Any, status: int = 200, **headers: str) -> "Answer":
        """An answer in JSON."""
        return cls(status, json.dumps(value, ensure_ascii=False).encode(), headers=headers)


class _DroppedError(Exception):
    """The connection is to be closed without an answer."""


class Handler(BaseHTTPRequestHandler):
    """Routes one request and plays the fault that waits for it."""

    server: Server
    protocol_version = "HTTP/1.1"
    server_version = "local-slack"
    sys_version = ""

    def do_GET(self) -> None:
        """Serve a GET."""
        self._serve()

    def do_POST(self) -> None:
        """Serve a POST."""
        self._serve()

    def do_DELETE(self) -> None:
        """Serve a DELETE."""
        self._serve()

    def _serve(self) -> None:
        try:
            body = self._body()
            answer = self._route(body)
        except _DroppedError:
            self.close_connection = True
            with suppress(OSError):
                self.connection.shutdown(socket.SHUT_RDWR)
            return
        with suppress(BrokenPipeError, ConnectionResetError):
            self._send(answer)

    def _body(self) -> bytes:
        length = int(self.headers.get("Content-Length") or 0)
        if length > LONGEST_BODY:
            raise _DroppedError
        return self.rfile.read(length)

    def _send(self, answer: Answer) -> None:
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.kind)
        self.send_header("Content-Length", str(len(answer.body)))
        for name, value in {**page.SAFETY, **answer.headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer.body)

    def _route(self, body: bytes) -> Answer:
        parts = urlsplit(self.path)
        if parts.path.startswith("/api/"):
            return self._faulty(parts.path.removeprefix("/api/"), body)
        if parts.path.startswith("/services/"):
            return self._faulty(WEBHOOK, body)
        query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        return self._lab(parts.path, query, body)

    def _faulty(self, method: str, body: bytes) -> Answer:
        """Answer a call of Slack's own, with the fault that waits for it."""
        fault = self.server.slack.faults.take(method)
        call = {"method": method, "at": time.time(), "fault": fault.kind if fault else None}
        self.server.slack.calls.append(call)
        _before(fault)
        if fault and fault.kind == "status":
            return _failed(fault, method)
        answer = self._webhook(body) if method == WEBHOOK else self._api(method, body)
        if fault and fault.kind in ("drop_after", "hang_after"):
            time.sleep(fault.seconds if fault.kind == "hang_after" else 0)
            raise _DroppedError
        return answer

    def _api(self, method: str, body: bytes) -> Answer:
        arguments = dict(parse_qsl(urlsplit(self.path).query))
        kind = (self.headers.get("Content-Type") or "").split(";")[0].strip().lower()
        token = _bearer(self.headers.get("Authorization"))
        if kind == "application/json" and body:
            given = _json(body)
            if not isinstance(given, dict):
                return Answer.json({"ok": False, "error": "invalid_json"})
            arguments |= given
        elif body:
            arguments |= dict(parse_qsl(body.decode(errors="replace"), keep_blank_values=True))
            token = token or arguments.get("token")
        arguments.pop("token", None)
        return Answer.json(self.server.slack.api.call(method, token, arguments))

    def _webhook(self, body: bytes) -> Answer:
        slack = self.server.slack
        if urlsplit(self.path).path != WEBHOOK_PATH:
            return Answer(403, b"invalid_token", "text/html")
        given = (
            dict(parse_qsl(body.decode(errors="replace"))).get("payload") if body[:8] == b"payload=" else body
        )
        refused = webhook(slack.store, slack.webhook_channel, _json(given or b""))
        return Answer(400 if refused else 200, (refused or "ok").encode(), "text/html")

    def _lab(self, path: str, query: dict[str, str], body: bytes) -> Answer:
        slack = self.server.slack
        if path == "/_lab/faults":
            return self._fault_plan(body)
        if path == "/_lab/messages":
            return Answer.json({"messages": page.messages(slack.store, query.get("channel"))})
        if path == "/_lab/calls":
            return Answer.json({"calls": list(slack.calls)})
        if path == "/_lab/reset" and self.command == "POST":
            slack.reset()
            return Answer.json({"ok": True})
        if path == "/_lab/fragment":
            told = page.fragment(slack.store, query.get("channel", ""), query.get("version", ""))
            return Answer(204, b"") if told is None else Answer.json(told)
        return self._page(path)

    def _fault_plan(self, body: bytes) -> Answer:
        plan = self.server.slack.faults
        if self.command == "DELETE":
            plan.clear()
        elif self.command == "POST":
            try:
                plan.add(_json(body))
            except FaultError as error:
                return Answer.json({"ok": False, "error": str(error)}, 400)
        return Answer.json({"faults": plan.left()})

    def _page(self, path: str) -> Answer:
        asset = page.asset(path)
        if asset is not None:
            return Answer(200, asset[0], asset[1])
        shown = page.channel_page(self.server.slack.store, path)
        if shown is None:
            return Answer(404, b"There is no such page.", "text/plain; charset=utf-8")
        return Answer(200, shown, "text/html; charset=utf-8")

    def log_message(self, *args: object) -> None:
        """Say nothing: /_lab/calls tells what was called."""


def _before(fault: Fault | None) -> None:
    """What goes wrong before a call is looked at."""
    if fault is None:
        return
    if fault.kind in ("slow", "hang"):
        time.sleep(fault.seconds)
    if fault.kind in ("hang", "drop_before"):
        raise _DroppedError


def _failed(fault: Fault, method: str) -> Answer:
    if fault.status == 429:
        wait = {"Retry-After": str(fault.retry_after)}
        limited = json.dumps({"ok": False, "error": "ratelimited"}).encode()
        return Answer(429, b"rate_limited" if method == WEBHOOK else limited, headers=wait)
    return Answer(fault.status, b"upstream error", "text/html")


def _bearer(header: str | None) -> str | None:
    kind, _, token = (header or "").partition(" ")
    return token.strip() if kind.lower() == "bearer" else None


def _json(body: bytes | str) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return None
