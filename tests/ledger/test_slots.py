"""What is in disruption: counted by target, kept by intent, ended by reading and by no clock."""

from datetime import timedelta

import pytest

from dockwarden.guard.budgets import Limit, Need, Pool, Room
from dockwarden.ledger.records import UnreadableRecordError
from dockwarden.ledger.slots import Denied, SlotLedger, freed
from dockwarden.ledger.store import Put, Store
from tests.fakes import NOON

HOSTS = Need(
    Pool("cluster:prod", "cluster prod", "container instances"),
    1,
    (Limit(2, percent=False, said_by="a test"),),
    Room(9, {}),
)
TASKS = Need(Pool("service:prod/web", "service prod/web", "tasks"), 2, HOSTS.limits, Room(9, {}))


def targets(slots: SlotLedger, need: Need = HOSTS) -> list[tuple[str, str]]:
    return [(slot.target, slot.intent) for slot in slots.in_flight(need.pool.key)]


def reserved(slots: SlotLedger, store: Store, target: str, intent: str, *needs: Need) -> None:
    changes = slots.reserve(needs or (HOSTS,), target, intent, NOON)
    assert not isinstance(changes, Denied)
    assert store.write(changes)


def test_a_second_intent_on_a_target_hides_no_slot_of_the_first(store: Store) -> None:
    """The first counts in a pool that the second knows nothing of, and only its own slots lead there."""
    slots = SlotLedger(store)
    reserved(slots, store, "host", "first", HOSTS, TASKS)
    store.write(slots.note([HOSTS], "host", "second", NOON))
    assert targets(slots) == [("host", "first"), ("host", "second")]
    slots.free([HOSTS.pool.key], "host", "second")
    slots.free([HOSTS.pool.key, TASKS.pool.key], "host", "first")
    assert targets(slots) == targets(slots, TASKS) == []


def test_two_intents_disrupt_their_target_once(store: Store) -> None:
    slots = SlotLedger(store)
    reserved(slots, store, "host", "first")
    store.write(slots.note([HOSTS], "host", "second", NOON))
    reserved(slots, store, "other", "third")
    assert isinstance(slots.reserve([HOSTS], "one more", "fourth", NOON), Denied)


def test_an_intent_that_came_to_nothing_gives_back_its_own_slots_and_no_other(store: Store) -> None:
    slots = SlotLedger(store)
    reserved(slots, store, "host", "first")
    store.write(slots.note([HOSTS], "host", "second", NOON))
    store.write(freed([HOSTS.pool.key], "host", "second"))
    assert targets(slots) == [("host", "first")]


def test_a_slot_is_ended_by_no_clock(store: Store) -> None:
    """DynamoDB removes what has a ttl, and a host may drain for longer than any number of days."""
    slots = SlotLedger(store)
    reserved(slots, store, "host", "first")
    assert [item.get("ttl") for item in store.query("SLOTS#cluster:prod")] == [None, None]


def test_a_damaged_slot_counts_and_keeps_no_other_from_being_found(store: Store) -> None:
    slots = SlotLedger(store)
    reserved(slots, store, "host", "first")
    store.write([Put({"pk": "SLOTS#cluster:prod", "sk": "damaged#second", "v": 1})])
    assert targets(slots) == [("host", "first")]
    assert isinstance(slots.reserve([HOSTS], "one more", "third", NOON + timedelta(days=1)), Denied)


def test_a_damaged_count_is_refused_by_name(store: Store) -> None:
    slots = SlotLedger(store)
    store.write([Put({"pk": "SLOTS#cluster:prod", "sk": "#count", "v": 1})])
    with pytest.raises(UnreadableRecordError, match="SLOTS#cluster:prod #count"):
        slots.reserve([HOSTS], "host", "first", NOON)
