"""The index of instances: newest wins, whatever the order of arrival."""

from dataclasses import replace
from datetime import timedelta
from itertools import permutations

import pytest

from dockwarden.ledger.index import InstanceIndex
from dockwarden.ledger.memory import MemoryStore
from dockwarden.ledger.store import Store
from tests.fakes import NOON, container_instance

FIRST = container_instance()
CHANGES = [
    replace(FIRST, status="ACTIVE", version=3),
    replace(FIRST, status="DRAINING", version=4),
    replace(FIRST, status="ACTIVE", version=5),
]


def test_what_is_remembered_is_found_by_the_ec2_instance(store: Store) -> None:
    index = InstanceIndex(store)
    assert index.remember([FIRST], NOON) == 1
    assert index.find(["i-0aa", "i-unknown"]) == {"i-0aa": FIRST}


@pytest.mark.parametrize("order", list(permutations(CHANGES)))
def test_invariant_3_every_order_of_arrival_ends_in_the_same_state(order: tuple[object, ...]) -> None:
    """detail.version decides, so that late and doubled events change nothing."""
    index = InstanceIndex(MemoryStore())
    for seen in (*order, *order):
        index.remember([seen], NOON)  # type: ignore[list-item]
    assert index.find(["i-0aa"])["i-0aa"].version == 5


def test_events_of_one_batch_are_merged_before_anything_is_written(store: Store) -> None:
    index = InstanceIndex(store)
    assert index.remember(reversed(CHANGES), NOON) == 1
    assert index.find(["i-0aa"])["i-0aa"].version == 5


def test_a_new_registration_of_the_same_instance_wins_over_the_old_ones_versions(store: Store) -> None:
    """An agent that registers anew starts counting from one."""
    index = InstanceIndex(store)
    old = replace(FIRST, version=900, registered_at=NOON)
    new = replace(FIRST, arn=FIRST.arn + "b", version=1, registered_at=NOON + timedelta(minutes=1))
    for seen in (old, new, old):
        index.remember([seen], NOON)
    assert index.find(["i-0aa"])["i-0aa"].arn == new.arn


def test_what_is_seen_again_unchanged_is_written_only_when_it_would_expire(store: Store) -> None:
    """A sweep over a thousand instances every five minutes must not write a thousand items."""
    index = InstanceIndex(store)
    assert [index.remember([FIRST], NOON + timedelta(days=days)) for days in (0, 1, 3, 5, 6)] == [
        1,
        0,
        0,
        1,
        0,
    ]
