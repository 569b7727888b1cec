"""The handler of a lane, from SQS records to batch item failures."""

import json
import subprocess
import sys
from datetime import datetime, timedelta
from typing import Any

import pytest

from dockwarden.errors import LedgerUnavailableError, SettingsError, TryAgainError
from dockwarden.guard.modes import Mode
from dockwarden.ledger.memory import MemoryStore
from dockwarden.playbook import registry
from dockwarden.runtime import lane, wiring
from dockwarden.runtime.config import Config, PlaybookConfig, read_config
from dockwarden.runtime.engine import Engine
from dockwarden.runtime.work import Work
from tests.aws.answering import Answering
from tests.fakes import ACCOUNT, NOON, REGION, Bench, warning


def records(*bodies: str) -> dict[str, Any]:
    return {"Records": [{"messageId": f"m{n}", "body": body} for n, body in enumerate(bodies)]}


def handled(bench: Bench, *bodies: str) -> list[str]:
    work = Work(bench.parts, Engine(bench.parts, list(registry().values())))
    answer = lane.Lane(bench.parts.home, lambda: work).handle(records(*bodies))
    return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


def test_what_is_done_with_is_acknowledged() -> None:
    assert handled(Bench(), json.dumps(warning())) == []


def test_invariant_13_malformed_messages_come_back_and_go_to_the_dlq_while_the_rest_goes_on() -> None:
    bench = Bench()
    bodies = [
        "no json",
        '{"detail": {}}',
        json.dumps(warning()),
        json.dumps(warning(detail={}, resources=[])),
    ]
    assert handled(bench, *bodies) == ["m0", "m1", "m3"]
    assert len(bench.performer.performed) == 1


def test_invariant_14_an_unknown_event_is_acknowledged_and_no_error() -> None:
    unknown = {"source": "aws.ecs", "detail-type": "ECS Something New", "detail": {}}
    assert handled(Bench(), json.dumps(unknown)) == []


@pytest.mark.parametrize(
    "error", [LedgerUnavailableError("writing", "throttled"), TryAgainError("outbox away")]
)
def test_invariant_9_an_outage_keeps_the_whole_batch(error: Exception) -> None:
    class Away(MemoryStore):
        def query(self, pk: str) -> Any:
            raise error

    bench = Bench(store=Away())
    assert sorted(handled(bench, json.dumps(warning()), "no json")) == ["m0", "m1"]
    assert bench.performer.performed == []


@pytest.mark.parametrize(
    ("sent", "verdict"), [(NOON, "ignore"), (None, "act"), ("soon", "act"), ("9" * 30, "act")]
)
def test_invariant_12_an_event_dated_ahead_is_as_old_as_sqs_has_had_it(sent: object, verdict: str) -> None:
    """Without what SQS says, the event's own time is all that there is."""
    bench = Bench()
    bench.clock.set(NOON + timedelta(seconds=121))
    ahead = json.dumps(warning(at=NOON + timedelta(minutes=5)))
    stamp = str(int(sent.timestamp() * 1000)) if isinstance(sent, datetime) else sent
    attributes = {} if stamp is None else {"SentTimestamp": stamp}
    work = Work(bench.parts, Engine(bench.parts, list(registry().values())))
    lane.Lane(bench.parts.home, lambda: work).handle(
        {"Records": [{"messageId": "m", "body": ahead, "attributes": attributes}]}
    )
    assert bool(bench.performer.performed) == (verdict == "act")


@pytest.mark.parametrize(("channel", "told"), [(None, []), ("C0PLATFORM", ["card"])])
def test_without_a_channel_the_events_about_what_was_done_go_out_all_the_same(
    monkeypatch: pytest.MonkeyPatch, channel: str | None, told: list[str]
) -> None:
    config = {"account": ACCOUNT, "region": REGION, "channel": channel}
    monkeypatch.setenv("DOCKWARDEN_CONFIG", json.dumps(config))
    monkeypatch.setenv("LEDGER_TABLE", "ledger")
    clients = Answering().on("SendMessageBatch", {"Successful": [], "Failed": []})
    monkeypatch.setattr(wiring, "clients", lambda: clients)
    monkeypatch.setenv("OUTBOX_URL", "https://sqs/outbox.fifo")
    bench = Bench()
    bench.run(warning())
    wiring.parts().outbox.send(bench.outbox.cards, bench.outbox.events)
    [call] = clients.asked("SendMessageBatch")
    kinds = [
        next(k for k in json.loads(e["MessageBody"]) if k not in {"v", "channel"}) for e in call["Entries"]
    ]
    assert kinds == [*told, "event"]


def test_a_lane_without_its_environment_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DOCKWARDEN_CONFIG", raising=False)
    with pytest.raises(SettingsError, match="DOCKWARDEN_CONFIG: found nothing"):
        wiring.parts()


def test_the_log_names_the_calls_and_nothing_of_their_content(capsys: pytest.CaptureFixture[str]) -> None:
    """Invariant 71: an environment value in an event reaches no log line."""
    raw = warning()
    raw["detail"]["overrides"] = {"environment": [{"name": "KEY", "value": "canary-4711"}]}
    handled(Bench(), json.dumps(raw), json.dumps({**raw, "detail": "canary-4711"}))
    assert "canary-4711" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ({"ceiling": "enforce", "default": "approve"}, PlaybookConfig(Mode.ENFORCE, "approve")),
        ({"ceiling": "enfroce"}, PlaybookConfig()),
        ({"ceiling": None, "max_age": "soon", "settings": []}, PlaybookConfig()),
        ("enforce", PlaybookConfig()),
        (None, PlaybookConfig()),
    ],
)
def test_invariant_64_a_playbook_whose_configuration_cannot_be_read_only_observes(
    entry: object, expected: PlaybookConfig
) -> None:
    text = json.dumps({"account": "1", "region": "r", "playbooks": {"spot_drain": entry}})
    assert read_config(text).of("spot_drain") == expected


def test_a_playbook_that_nobody_configured_only_observes() -> None:
    assert Config("1", "r").of("spot_drain").ceiling is Mode.OBSERVE


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "null", '{"region": "r"}', '{"account": "1", "region": "r", "playbooks": 7}']
)
def test_a_configuration_that_is_none_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(SettingsError, match="DOCKWARDEN_CONFIG"):
        read_config(text)


def test_cluster_arns_are_built_from_the_configuration() -> None:
    config = Config("111122223333", "cn-north-1", "aws-cn", ("prod",))
    assert config.cluster_arns() == {"prod": "arn:aws-cn:ecs:cn-north-1:111122223333:cluster/prod"}


def test_nothing_but_the_lab_can_set_another_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """No environment variable or setting reaches the clock or the address of Slack."""
    monkeypatch.setenv("DOCKWARDEN_CLOCK", "2020-01-01T00:00:00Z")
    assert wiring.overrides() == wiring.Overrides()
    assert type(wiring.clock()).__name__ == "SystemClock"


def test_an_event_that_is_not_for_us_imports_neither_the_engine_nor_boto3() -> None:
    """Most cold starts are for nothing, and must cost next to nothing."""
    script = (
        "import json, sys\n"
        "from dockwarden.runtime.lane import handle\n"
        f"body = json.dumps({warning(**{'replay-name': 'r'})!r})\n"
        "print(handle({'Records': [{'messageId': 'm', 'body': body}]}, None))\n"
        "names = ('boto3', 'botocore.session', 'dockwarden.runtime.engine', 'dockwarden.playbook', 'dockwarden.ledger')\n"
        "print('loaded:', [name for name in names if name in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert "loaded: []" in done.stdout
