"""What the local Slack does wrong on request happens as planned, and only as often."""

import http.client
import json
import socket
import time
from collections.abc import Iterator

import pytest

from lab.ministack.errors import LabError
from lab.slack.server import LocalSlack
from tests.lab.slack_calls import CHANNEL, call, plan, post, request, texts

GONE = (http.client.HTTPException, OSError)


@pytest.fixture
def slack() -> Iterator[LocalSlack]:
    with LocalSlack.start(0) as running:
        yield running


def test_a_rate_limit_says_how_long_to_wait_and_passes(slack: LocalSlack) -> None:
    """The next two calls are refused with Retry-After, nothing is posted; the third is accepted."""
    plan(slack, kind="status", method="chat.postMessage", times=2, status=429, retry_after=7)
    for _ in range(2):
        answer = call(slack, "chat.postMessage", channel=CHANNEL, text="x")
        assert (answer.status, answer.headers["retry-after"], answer.json["error"]) == (
            429,
            "7",
            "ratelimited",
        )
    assert call(slack, "auth.test").json["ok"]
    post(slack, "third")
    assert texts(slack) == ["third"]


@pytest.mark.parametrize("status", [500, 503])
def test_a_server_error_accepts_nothing(slack: LocalSlack, status: int) -> None:
    """A 5xx of Slack's is safe to send again."""
    plan(slack, kind="status", status=status)
    assert call(slack, "chat.postMessage", channel=CHANNEL, text="x").status == status
    assert texts(slack) == []


@pytest.mark.parametrize(
    ("kind", "posted"), [("drop_before", []), ("drop_after", ["x"]), ("hang", []), ("hang_after", ["x"])]
)
def test_a_lost_answer_is_the_same_to_the_caller_whether_or_not_it_was_accepted(
    slack: LocalSlack, kind: str, posted: list[str]
) -> None:
    """The unknown outcome: only the channel tells."""
    plan(slack, kind=kind, method="chat.postMessage", seconds=0.1)
    with pytest.raises(GONE):
        call(slack, "chat.postMessage", channel=CHANNEL, text="x")
    assert texts(slack) == posted


def test_a_slow_answer_comes_in_the_end(slack: LocalSlack) -> None:
    """Slow is not lost."""
    plan(slack, kind="slow", seconds=0.2)
    started = time.monotonic()
    post(slack, "x")
    assert time.monotonic() - started >= 0.2


def test_a_hanging_call_holds_up_no_other(slack: LocalSlack) -> None:
    """The page and other calls go on meanwhile."""
    plan(slack, kind="hang", method="chat.postMessage", seconds=5)
    with pytest.raises(TimeoutError):
        call(slack, "chat.postMessage", channel=CHANNEL, text="x", timeout=0.1)
    started = time.monotonic()
    assert call(slack, "auth.test").json["ok"]
    assert time.monotonic() - started < 2


def test_the_webhook_has_faults_of_its_own(slack: LocalSlack) -> None:
    """A fault for one way leaves the other alone."""
    plan(slack, kind="status", method="webhook", status=429)
    post(slack, "by api")
    assert request(slack, slack.webhook_url.removeprefix(slack.url), b'{"text": "x"}').status == 429


def test_the_plan_can_be_read_and_cleared_and_refuses_what_it_does_not_know(slack: LocalSlack) -> None:
    """A typing error in a scenario is not silently no fault."""
    plan(slack, kind="status", times=3)
    call(slack, "auth.test")
    left = request(slack, "/_lab/faults", method="GET").json["faults"]
    assert [(fault["kind"], fault["times"]) for fault in left] == [("status", 2)]
    for wrong in ({"kind": "meteor"}, {"kind": "status", "count": 1}, "x"):
        assert request(slack, "/_lab/faults", json.dumps(wrong).encode()).status == 400
    assert request(slack, "/_lab/faults", method="DELETE").json == {"faults": []}
    assert call(slack, "auth.test").json["ok"]


def test_every_call_is_recorded_with_its_fault(slack: LocalSlack) -> None:
    """The demo counts from this what the notifier did."""
    plan(slack, kind="drop_before", method="chat.postMessage")
    with pytest.raises(GONE):
        call(slack, "chat.postMessage", channel=CHANNEL, text="x")
    post(slack, "x")
    calls = request(slack, "/_lab/calls", method="GET").json["calls"]
    assert [(one["method"], one["fault"]) for one in calls] == [
        ("chat.postMessage", "drop_before"),
        ("chat.postMessage", None),
    ]


def test_a_taken_port_is_one_clear_sentence() -> None:
    """It names the port, who needs it and what to set."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(LabError, match=f"Port {port} .*the local Slack.*DOCKWARDEN_LAB_PORT"):
            LocalSlack.start(port)
