"""The ledger's table: what it holds must outlive the stack, and every version of it."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from dockwarden.guard.modes import Mode
from dockwarden.ledger.controls import ControlLedger
from dockwarden.ledger.index import InstanceIndex
from dockwarden.ledger.memory import MemoryStore
from dockwarden.ledger.messages import Message, MessageLedger, MessageState
from dockwarden_cdk.ledger import CONTROLS, INDEX, MESSAGES
from tests.cdk.stacks import EVERY, Synthesized, shipped
from tests.fakes import container_instance

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize("made", EVERY)
def test_the_table_outlives_the_stack_and_can_be_restored(made: Callable[[], Synthesized]) -> None:
    """RETAIN, deletion protection and point-in-time recovery hold with every setting."""
    (table,) = made().of_type("AWS::DynamoDB::Table").values()
    assert table["DeletionPolicy"] == table["UpdateReplacePolicy"] == "Retain"
    assert table["Properties"]["DeletionProtectionEnabled"] is True
    assert table["Properties"]["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}


def test_the_table_has_the_keys_and_expiry_that_the_ledger_writes() -> None:
    properties = shipped().properties(shipped().stack.ledger.table)
    assert [(k["AttributeName"], k["KeyType"]) for k in properties["KeySchema"]] == [
        ("pk", "HASH"),
        ("sk", "RANGE"),
    ]
    assert {a["AttributeType"] for a in properties["AttributeDefinitions"]} == {"S"}
    assert properties["TimeToLiveSpecification"] == {"AttributeName": "ttl", "Enabled": True}
    assert properties["BillingMode"] == "PAY_PER_REQUEST"


def test_the_partitions_that_iam_guards_are_those_that_the_ledger_writes() -> None:
    """Stops, modes and their record are denied to functions; the notifier keeps messages only, the deploy the index."""
    store = MemoryStore()
    ControlLedger(store).stop("everything", "", "alice", NOW)
    ControlLedger(store).set_mode("spot_drain", "observe", Mode.ENFORCE, by="alice", now=NOW)
    written = {pk for pk, _ in store.items}
    assert written == set(CONTROLS["ForAnyValue:StringEquals"]["dynamodb:LeadingKeys"])
    store = MemoryStore()
    message = Message("card", "C1", MessageState.SENDING, "2026", NOW, NOW)
    MessageLedger(store).write(message, None, NOW)
    (pattern,) = MESSAGES["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]
    assert store.items
    assert all(pk.startswith(pattern.removesuffix("*")) for pk, _ in store.items)
    store = MemoryStore()
    InstanceIndex(store).remember([container_instance()], NOW)
    (pattern,) = INDEX["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]
    assert store.items
    assert all(pk.startswith(pattern.removesuffix("*")) for pk, _ in store.items)
