"""The custom resource of the deploy."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Event, Thread
from typing import Any

import pytest

from dockwarden.errors import LedgerUnavailableError, SettingsError
from dockwarden.guard.modes import Mode
from dockwarden.ledger.memory import MemoryStore
from dockwarden.playbook import load
from dockwarden.runtime import index_fill, wiring
from dockwarden.runtime.remaining import remaining
from tests.fakes import NOON, Bench, FakeWorld, container_instance, warning


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> Bench:
    """An installation whose index is filled by the custom resource."""
    found = Bench(world=FakeWorld(instances=[container_instance(f"i-{n}") for n in range(3)]))
    monkeypatch.setattr(wiring, "parts", lambda: found.parts)
    monkeypatch.setattr(wiring, "playbooks", lambda: [load("instance_index")])
    return found


@pytest.fixture
def cloudformation() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """What waits behind the ResponseURL."""
    answers: list[dict[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            answers.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/answer", answers
    server.shutdown()
    server.server_close()


@dataclass(frozen=True)
class Context:
    """Lambda's context, with so much time left."""

    milliseconds: int = 60_000

    def get_remaining_time_in_millis(self) -> int:
        return self.milliseconds


def answered(kind: str, seconds: float = 20) -> tuple[bool, str]:
    answer = index_fill.answer_to({"RequestType": kind, "LogicalResourceId": "Fill1"}, seconds)
    return answer.allowed, answer.why


def request(kind: str, url: str) -> dict[str, Any]:
    return {
        "RequestType": kind,
        "ResponseURL": url,
        "StackId": "s",
        "RequestId": "r",
        "LogicalResourceId": "IndexFill",
        **({} if kind == "Create" else {"PhysicalResourceId": "dockwarden-index"}),
    }


@pytest.mark.parametrize("kind", ["Create", "Update"])
def test_the_deploy_fills_the_index_from_the_clusters_that_exist(
    bench: Bench, cloudformation: tuple[str, list[dict[str, Any]]], kind: str
) -> None:
    url, answers = cloudformation
    index_fill.handle(request(kind, url), Context())
    assert (answers[0]["Status"], answers[0]["Reason"]) == ("SUCCESS", "3 container instances read")
    assert set(bench.parts.index.find(["i-0", "i-1", "i-2"])) == {"i-0", "i-1", "i-2"}


def test_clusters_that_cannot_be_read_do_not_fail_the_deploy(bench: Bench) -> None:
    bench.world.instances = None
    assert answered("Create") == (True, "the clusters could not be read: nobody knows")


def test_a_ledger_that_does_not_answer_does_not_fail_the_deploy(bench: Bench) -> None:
    class Away(MemoryStore):
        def get_many(self, keys: Any) -> Any:
            raise LedgerUnavailableError("reading", "throttled")

    bench.store = Away()
    allowed, why = answered("Create")
    assert allowed
    assert why.startswith("not filled, the sweep will do it: ")


def test_a_broken_environment_and_a_fault_of_ours_are_answered_too(
    monkeypatch: pytest.MonkeyPatch, cloudformation: tuple[str, list[dict[str, Any]]]
) -> None:
    """Without an answer CloudFormation waits for an hour; a strange error is named and never quoted."""
    url, answers = cloudformation
    for error in (SettingsError("LEDGER_TABLE", None, "a table"), KeyError("canary")):

        def broken(error: Exception = error) -> Any:
            raise error

        monkeypatch.setattr(wiring, "parts", broken)
        for kind in ("Create", "Update", "Delete"):
            index_fill.handle(request(kind, url), Context())
    assert [answer["Status"] for answer in answers] == ["SUCCESS", "SUCCESS", "FAILED"] * 2
    assert "found nothing, expected a table" in answers[0]["Reason"]
    assert "KeyError" in answers[3]["Reason"]
    assert "canary" not in json.dumps(answers)


@pytest.mark.parametrize("kind", ["Create", "Delete"])
def test_the_answer_comes_before_the_functions_time_runs_out(
    bench: Bench, cloudformation: tuple[str, list[dict[str, Any]]], kind: str
) -> None:
    """Ten thousand instances may take longer than a function may; the sweep goes on where the fill stopped."""
    go_on = Event()

    class Slow(MemoryStore):
        def get_many(self, keys: Any) -> Any:
            go_on.wait(30)
            return super().get_many(keys)

        def query(self, pk: str) -> Any:
            go_on.wait(30)
            return super().query(pk)

    bench.store = Slow()
    url, answers = cloudformation
    index_fill.handle(request(kind, url), Context(milliseconds=11_200))
    go_on.set()
    assert answers[0]["Status"] == ("SUCCESS" if kind == "Create" else "FAILED")
    assert "it was not done within 0 s" in answers[0]["Reason"]


def away(why: str) -> MemoryStore:
    """A ledger that cannot be read."""

    class Away(MemoryStore):
        def query(self, pk: str) -> Any:
            raise LedgerUnavailableError("reading", why)

    return Away()


def test_a_delete_with_an_unreadable_ledger_is_refused_and_says_how_to_go_on(bench: Bench) -> None:
    bench.store = away("AccessDeniedException")
    allowed, why = answered("Delete")
    assert not allowed
    assert "AccessDeniedException" in why
    assert "--retain-resources Fill1" in why


def test_a_delete_without_a_table_leaves_nothing_behind(bench: Bench) -> None:
    """Else the stack could never be deleted after its table."""
    bench.store = away("ResourceNotFoundException")
    assert answered("Delete") == (True, "the ledger's table is gone, so nothing can be left behind")


def test_a_delete_is_refused_while_a_drain_is_live_and_says_until_when(
    bench: Bench, cloudformation: tuple[str, list[dict[str, Any]]]
) -> None:
    bench.run(warning("i-0"))
    url, answers = cloudformation
    index_fill.handle(request("Delete", url), Context())
    assert answers[0]["Status"] == "FAILED"
    assert "i-0 is draining" in answers[0]["Reason"]
    bench.clock.set(NOON + timedelta(minutes=5))
    index_fill.handle(request("Delete", url), Context())
    assert answers[1]["Status"] == "SUCCESS"


def test_a_hold_is_left_behind_and_said_until_it_is_void(bench: Bench) -> None:
    bench.mode = Mode.APPROVE
    bench.run(warning("i-0"))
    assert ["i-0 is held by spot_drain" in sentence for sentence in remaining(bench.parts)] == [True]
    bench.clock.set(NOON + timedelta(minutes=3))
    assert remaining(bench.parts) == []


def test_an_intent_without_a_receipt_is_left_behind_and_said(bench: Bench) -> None:
    class LosesReceipts(MemoryStore):
        def write(self, changes: Any) -> bool:
            if any(change.key[1] == "RECEIPT" for change in changes):
                raise LedgerUnavailableError("writing", "throttled")
            return super().write(changes)

    bench.store = LosesReceipts()
    with pytest.raises(LedgerUnavailableError):
        bench.run(warning("i-0"))
    assert any("has no receipt yet" in sentence for sentence in remaining(bench.parts))
