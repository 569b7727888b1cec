"""`dockwarden receipt`: where the id in a message or in CloudTrail leads to."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from dockwarden.ledger.dynamodb import DynamoStore
from dockwarden.ledger.records import Receipt
from dockwarden.ledger.store import Put
from dockwarden.performing import State
from tests.cli.account import Account, client
from tests.cli.conftest import Run
from tests.cli.test_run_time import begun
from tests.ledger.conftest import TABLE

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def done(effect: str = "set to DRAINING") -> None:
    """An intent with its receipt stands in the ledger."""
    ledger, intent = begun(NOON)
    ledger.close(intent, Receipt(intent.id, State.DONE, effect, NOON, 1, session="batch-1"))


def write(item: dict[str, Any]) -> None:
    DynamoStore(lambda: client("dynamodb"), TABLE).write([Put(item)])


def test_an_id_shows_the_intent_with_its_reason_and_what_came_of_it(run: Run, account: Account) -> None:
    done()
    [line] = run("receipt", " spot_drain-1 ", "--json").lines
    assert (line["intent"]["id"], line["intent"]["reason"]) == ("spot_drain-1", "test")
    assert line["intent"]["action"]["ec2_instance_id"] == "i-1"
    assert line["intent"]["created_at"] == "2026-11-20T12:00:00.000000Z"
    assert (line["receipt"]["state"], line["receipt"]["effect"]) == ("done", "set to DRAINING")
    readable = dict(row.split(maxsplit=1) for row in run("receipt", "spot_drain-1").out.splitlines())
    assert readable["action.ec2_instance_id"] == "i-1"
    assert (readable["receipt"], readable["session"]) == ("done", "batch-1")


def test_an_intent_without_a_receipt_says_so(run: Run, account: Account) -> None:
    begun(NOON)
    [line] = run("receipt", "spot_drain-1", "--json").lines
    assert line["receipt"] is None
    assert "none yet" in run("receipt", "spot_drain-1").out


def test_the_id_of_a_batch_shows_each_of_its_intents(run: Run, account: Account) -> None:
    """The session's name in CloudTrail is that of the batch."""
    done()
    write({"pk": "BATCH#batch-1", "sk": "INTENTS", "v": 1, "intents": json.dumps(["spot_drain-1"] * 2)})
    assert [line["intent"]["id"] for line in run("receipt", "batch-1", "--json").lines] == [
        "spot_drain-1"
    ] * 2
    assert run("receipt", "batch-1").out.count("set to DRAINING") == 2


@pytest.mark.parametrize("asked", ["spot_drain-2", "batch-2", "\x1b[31m\nforged", "INTENT"])
def test_an_id_that_the_ledger_does_not_hold_is_one_inert_sentence(
    run: Run, account: Account, asked: str
) -> None:
    ran = run("receipt", asked)
    assert (ran.code, ran.out, ran.err.count("\n")) == (1, "", 1)
    assert "it keeps 400 days" in ran.err
    assert "\x1b" not in ran.err


def test_an_empty_id_is_wrong_use(run: Run, account: Account) -> None:
    assert run("receipt", " ").code == 2


def test_what_the_ledger_holds_cannot_move_the_cursor_or_forge_a_line(run: Run, account: Account) -> None:
    """The effect may quote AWS, and the reason an event."""
    done("\x1b[2J\nforged")
    for words in ((), ("--json",)):
        ran = run("receipt", "spot_drain-1", *words)
        assert "\x1b" not in ran.out
        assert not [line for line in ran.out.splitlines() if line.startswith("forged")]


def test_a_damaged_record_is_one_sentence(run: Run, account: Account) -> None:
    write({"pk": "INTENT#spot_drain-9", "sk": "INTENT", "v": 99})
    ran = run("receipt", "spot_drain-9")
    assert (ran.code, ran.out, ran.err.count("\n")) == (1, "", 1)
    assert "schema version 99" in ran.err
