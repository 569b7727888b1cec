"""What else failed at that time, from the ledger's histories."""

from collections.abc import Iterable, Mapping
from datetime import timedelta

import pytest

from dockwarden.incidents.history import History
from dockwarden.incidents.neighbours import at_the_same_time
from dockwarden.incidents.rules import failing, over_before
from dockwarden.ledger.histories import LedgerHistories
from dockwarden.ledger.memory import MemoryStore
from dockwarden.ledger.store import Item, Key, Put
from tests.fakes import NOON

WEB = "prod/service/web"
TEN = timedelta(minutes=10)


class Counting(MemoryStore):
    """A store that counts what is read from it."""

    def __init__(self) -> None:
        super().__init__()
        self.reads: list[str] = []

    def get(self, key: Key) -> Item | None:
        self.reads.append("get")
        return super().get(key)

    def get_many(self, keys: Iterable[Key]) -> Mapping[Key, Item]:
        self.reads.append("get_many")
        return {key: self.items[key] for key in keys if key in self.items}

    def query(self, pk: str) -> list[Item]:
        self.reads.append("query")
        return super().query(pk)


def failed(name: str, cause: str = "oom", minutes: float = 0) -> History:
    key = name if "/" in name else f"prod/service/{name}"
    return failing(History(key), cause, None, NOON + timedelta(minutes=minutes)).history


def ledger(*histories: History) -> Counting:
    store = Counting()
    writing = LedgerHistories(store)
    for history in histories:
        writing.keep(history)
    assert writing.write(NOON) == set()
    return store


def said(*histories: History) -> tuple[tuple[str, str], ...]:
    return at_the_same_time(LedgerHistories(ledger(*histories)), WEB, NOON, TEN)


def test_other_services_are_named_with_their_causes_the_nearest_in_time_first() -> None:
    found = said(failed("web"), failed("api", "app-exit", 4), failed("cart", "oom", -2))
    assert found == (("At the same time", "2 other services fail: cart (oom), api (app-exit)"),)


def test_a_service_of_another_cluster_is_named_with_it() -> None:
    assert said(failed("test/service/api")) == (
        ("At the same time", "1 other service fails: test/api (oom)"),
    )


@pytest.mark.parametrize(("minutes", "near"), [(10, True), (-10, True), (10.1, False), (-10.1, False)])
def test_what_began_longer_ago_or_later_is_another_story(minutes: float, near: bool) -> None:  # noqa: FBT001
    assert bool(said(failed("api", minutes=minutes))) is near


def test_of_several_incidents_of_a_service_the_nearest_one_is_named() -> None:
    twice = failing(failed("api", "app-exit", 8), "oom", None, NOON).history
    assert said(twice) == (("At the same time", "1 other service fails: api (oom)"),)


def test_where_nothing_else_fails_nothing_is_said() -> None:
    """Neither of the service itself, nor of what is over, nor of standalone tasks."""
    [*_, over] = over_before(failed("api"), NOON, NOON)
    assert said(failed("web"), over.history, failed("prod/tasks/build")) == ()


def test_a_few_are_named_and_the_others_counted() -> None:
    [(_, text)] = said(*(failed(f"s{n}", minutes=n / 10) for n in range(50)))
    assert text == "50 other services fail: s0 (oom), s1 (oom), s2 (oom), s3 (oom), s4 (oom), and 45 more"


@pytest.mark.parametrize("others", [0, 3, 60])
def test_it_costs_one_query_and_one_read_of_many(others: int) -> None:
    store = ledger(failed("web"), *(failed(f"s{n}") for n in range(others)))
    at_the_same_time(LedgerHistories(store), WEB, NOON, TEN)
    assert store.reads == (["query", "get_many"] if others else ["query"])


def test_what_failed_in_the_same_batch_is_seen_before_it_is_written() -> None:
    """A database that is down stops many services within one batch."""
    histories = LedgerHistories(MemoryStore())
    for name in ("web", "api"):
        histories.keep(failed(name))
    assert at_the_same_time(histories, WEB, NOON, TEN) == (
        ("At the same time", "1 other service fails: api (oom)"),
    )


def test_a_damaged_history_is_said_as_not_read() -> None:
    store = ledger(failed("api"), failed("cart"))
    [damaged] = [
        item for item in store.items.values() if item.get("key") == "prod/service/api" and "v" in item
    ]
    assert store.write([Put({**damaged, "history": "{"})])
    assert at_the_same_time(LedgerHistories(store), WEB, NOON, TEN) == (
        (
            "At the same time",
            "1 other service fails: cart (oom); not read: the history of 1 service that fails",
        ),
    )
