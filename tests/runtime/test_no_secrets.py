"""Invariant 71: values that nobody should see, put everywhere an event has room, and searched for in every sink."""

import json
import logging
from typing import Any

import boto3
import pytest

from dockwarden.guard.modes import Mode
from dockwarden.notify.cards import Card, Line, Tone
from dockwarden.notify.slack import render
from tests.canaries import SHAPES, carrying, seen, told
from tests.fakes import REGION, container_instance, instance_event
from tests.ledger.conftest import TABLE
from tests.runtime.harness import SWEEP, Installation

CANARY = "canary-hunter2-4711"


def poisoned(raw: dict[str, Any]) -> dict[str, Any]:
    """An event with canaries where AWS puts environment values, tokens, and what it may add tomorrow."""
    overrides = {"containerOverrides": [{"environment": [{"name": "DB_PASSWORD", "value": CANARY}]}]}
    attributes = [{"name": "ecs.token", "value": CANARY}]
    extra = {"overrides": overrides, "attributes": attributes, "newField": CANARY}
    return {**raw, "detail": {**raw["detail"], **extra}, "somethingNew": {"token": CANARY}}


def sinks(
    installation: Installation, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> dict[str, str]:
    """Everything that Dockwarden has written, by where."""
    table = boto3.client("dynamodb", region_name=REGION).scan(TableName=TABLE)["Items"]
    cards = installation.told()
    shown = [
        render(Card(**{**c, "tone": Tone(c["tone"]), "lines": tuple(Line(**i) for i in c["lines"])}))
        for c in cards
    ]
    captured = capsys.readouterr()
    return {
        "ledger": json.dumps(table),
        "outbox": json.dumps(cards),
        "slack": repr(shown),
        "log": captured.out + captured.err + caplog.text,
    }


def test_invariant_71_no_value_of_an_event_and_no_credential_reaches_any_sink(
    installation: Installation, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="dockwarden")
    credentials: list[str] = []

    def keep(parsed: dict[str, Any], **_: Any) -> None:
        credentials.extend(str(v) for k, v in parsed.get("Credentials", {}).items() if k != "Expiration")

    watch = installation.plan.watch

    def watched(client: Any) -> None:
        client.meta.events.register("after-call.sts.AssumeRole", keep)
        watch(client)

    installation.plan.watch = watched  # type: ignore[method-assign]
    host = installation.instances[0]
    own = instance_event(container_instance(host.instance_id))
    own["detail"]["containerInstanceArn"] = host.arn
    installation.deliver(SWEEP)
    installation.deliver(*map(poisoned, [own, *installation.warnings(2)]), CANARY, json.dumps([CANARY]))
    assert len(credentials) >= 3, "the act role's credentials were seen by this test"
    written = sinks(installation, capsys, caplog)
    assert all(written.values()), "every sink holds something"
    for name, text in written.items():
        assert CANARY not in text, name
        assert not [value for value in credentials if value in text], name


def test_invariant_71_what_is_held_keeps_no_value_of_its_event(
    installation: Installation, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    """A proposal keeps its event, to decide again: what the parsers have read of it, and nothing else."""
    caplog.set_level(logging.DEBUG, logger="dockwarden")
    installation.mode = Mode.APPROVE
    installation.deliver(*map(poisoned, installation.warnings(2)))
    assert len(installation.parts.proposals.all()) == 2
    written = sinks(installation, capsys, caplog)
    assert {name for name, text in written.items() if CANARY in text} == set()


def test_invariant_71_no_secret_in_the_text_of_an_event_reaches_any_sink(
    installation: Installation, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    """Reasons are written by containers, by AWS with signed URLs in them, and by whoever stopped a task."""
    caplog.set_level(logging.DEBUG, logger="dockwarden")
    for nth, name in enumerate(told()):
        for raw in carrying(name, nth):
            assert installation.deliver(raw) == []
    assert len(told()) >= len(SHAPES)
    written = sinks(installation, capsys, caplog)
    assert "Evidence" in written["outbox"]
    assert "[redacted]" in written["outbox"]
    assert {name: found for name, text in written.items() if (found := seen(text))} == {}
