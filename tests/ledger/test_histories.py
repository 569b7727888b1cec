"""Histories in the ledger: read once, changed in memory, written under a condition, on either store."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import timedelta

import pytest

from dockwarden.incidents.history import (
    MOST_CLOSED,
    MOST_STOPS,
    MOST_TAKEN,
    MOST_VERSIONS,
    History,
    Incident,
    Stop,
)
from dockwarden.incidents.rules import failing, over_before, steady, with_version
from dockwarden.ledger.histories import LedgerHistories
from dockwarden.ledger.memory import MemoryStore
from dockwarden.ledger.records import SCHEMA, UnreadableRecordError
from dockwarden.ledger.store import Item, Key, Put, Store
from tests.fakes import NOON

WEB, API = "prod/service/web", "prod/service/api"
LATER = NOON + timedelta(minutes=1)


def crashing(key: str = WEB) -> History:
    return failing(with_version(History(key), "task", 6), "app-exit", "web:29", NOON).history


def kept(store: Store, *histories: History) -> LedgerHistories:
    """Histories in which these were kept and written."""
    found = LedgerHistories(store)
    found.prepare([history.key for history in histories])
    for history in histories:
        found.keep(history)
    assert found.write(NOON) == set()
    return found


def item_of(store: Store, history: History) -> Item:
    """The item of a history as it stands in the store."""
    wrote: list[Put] = []

    class Watched(MemoryStore):
        def write(self, changes: object) -> bool:
            wrote.extend(change for change in changes if isinstance(change, Put))  # type: ignore[attr-defined]
            return True

    watching = LedgerHistories(Watched())
    watching.keep(history)
    watching.write(NOON)
    found = store.get(wrote[0].key)
    return found if found is not None else wrote[0].item


def test_what_is_written_is_read_again_with_every_field(store: Store) -> None:
    whole = History(
        WEB,
        stops=(
            Stop("t", "oom", "web:29", "ecs-svc/1", NOON, 7.25),
            Stop("u", "oom", None, None, NOON, None, "app", counts=False),
        ),
        taken=(Stop("s", "spot", "web:29", "ecs-svc/1", NOON, 7.25),),
        versions=(("t", 6), ("u", 1)),
        incidents=(
            Incident(
                "inc-1",
                "oom",
                "web:29",
                NOON,
                LATER,
                count=2,
                looping=True,
                of_tasks=True,
                failed="ecs-svc/1",
                in_digest=True,
            ),
            Incident("inc-0", "app-exit", None, NOON, NOON, closed_at=LATER),
        ),
        steady_since=NOON,
        below_since=LATER,
        over_until=NOON,
    )
    kept(store, whole)
    found = LedgerHistories(store).of(WEB)
    assert (found, found.written) == (History(**{**_fields(whole), "written": 1}), 1)  # type: ignore[arg-type]


def _fields(history: History) -> dict[str, object]:
    return {name: getattr(history, name) for name in History.__dataclass_fields__}


def test_a_key_of_which_nothing_is_known_has_an_empty_history(store: Store) -> None:
    assert LedgerHistories(store).of("prod/service/new") == History("prod/service/new")


def test_a_batch_sees_its_own_changes_and_others_only_what_was_written(store: Store) -> None:
    mine, theirs = LedgerHistories(store), LedgerHistories(store)
    mine.prepare([WEB])
    mine.keep(crashing())
    assert mine.of(WEB).latest() is not None
    assert theirs.of(WEB).latest() is None
    mine.write(NOON)
    theirs.prepare([WEB])
    assert theirs.of(WEB).latest() is not None


def test_of_two_who_change_one_service_at_once_the_second_gets_its_key_back(store: Store) -> None:
    """And what the first has written stands."""
    first, second = LedgerHistories(store), LedgerHistories(store)
    for histories in (first, second):
        histories.prepare([WEB, API])
    first.keep(crashing())
    second.keep(failing(History(WEB), "oom", None, NOON).history)
    second.keep(crashing(API))
    assert first.write(NOON) == set()
    assert second.write(NOON) == {WEB}
    assert [one.cause for one in LedgerHistories(store).of(WEB).incidents] == ["app-exit"]
    assert LedgerHistories(store).of(API).latest() is not None


def test_two_who_both_think_they_know_the_latest_cannot_both_write_it(store: Store) -> None:
    kept(store, crashing())
    first, second = LedgerHistories(store), LedgerHistories(store)
    changed = [steady(histories.of(WEB), LATER) for histories in (first, second)]
    first.keep(changed[0])
    second.keep(changed[1])
    assert (first.write(LATER), second.write(LATER)) == (set(), {WEB})


def test_one_batch_after_another_may_write_without_reading_again(store: Store) -> None:
    histories = kept(store, crashing())
    histories.keep(steady(histories.of(WEB), LATER))
    assert histories.write(LATER) == set()
    assert LedgerHistories(store).of(WEB).written == 2


def test_what_has_not_changed_is_not_written() -> None:
    class Counting(MemoryStore):
        writes = 0

        def write(self, changes: object) -> bool:
            self.writes += 1
            return super().write(changes)  # type: ignore[arg-type]

    store = Counting()
    kept(store, crashing())
    histories = LedgerHistories(store)
    histories.keep(histories.of(WEB))
    histories.keep(histories.of(API))
    assert (histories.write(LATER), store.writes) == (set(), 1)


def test_a_batch_is_read_in_one_read() -> None:
    class Counting(MemoryStore):
        reads = 0

        def get(self, key: Key) -> Item | None:
            self.reads += 1
            return super().get(key)

        def get_many(self, keys: Iterable[Key]) -> Mapping[Key, Item]:
            self.reads += 1
            return {key: item for key in keys if (item := MemoryStore.get(self, key)) is not None}

    store = Counting()
    histories = LedgerHistories(store)
    histories.prepare([WEB, API, WEB])
    histories.of(WEB)
    histories.several([WEB, API])
    assert store.reads == 1
    histories.several([WEB, "a", "b", "a"])
    assert store.reads == 2


def test_services_with_an_open_incident_are_listed_until_it_is_over(store: Store) -> None:
    histories = kept(store, crashing(), crashing(API), History("prod/service/fine", steady_since=NOON))
    assert sorted(LedgerHistories(store).troubled()) == [API, WEB]
    (change,) = over_before(histories.of(API), LATER, LATER)
    histories.keep(change.history)
    histories.write(LATER)
    assert LedgerHistories(store).troubled() == [WEB]


@pytest.mark.parametrize(
    "damage",
    [
        {"history": "{"},
        {"history": "[]"},
        {"history": "{}"},
        {"history": '{"key":"k","stops":[{"task":1}],"versions":[],"incidents":[]}'},
        {"v": SCHEMA + 1},
        {"v": None},
    ],
    ids=["cut off", "no object", "empty", "another stop", "newer schema", "no schema"],
)
def test_invariant_13_an_unreadable_history_fails_those_who_ask_for_it_and_no_other(
    store: Store, damage: Item
) -> None:
    """One damaged item must not stop a batch, nor be overwritten by it."""
    kept(store, crashing(), crashing(API))
    damaged = {**item_of(store, crashing()), **damage}
    store.write([Put(damaged)])
    histories = LedgerHistories(store)
    histories.prepare([WEB, API])
    assert histories.of(API).latest() is not None
    with pytest.raises(UnreadableRecordError):
        histories.of(WEB)
    assert list(histories.several([WEB, API, "prod/service/new"])) == [API, "prod/service/new"]
    assert histories.write(LATER) == set()
    assert store.get((str(damaged["pk"]), str(damaged["sk"]))) == damaged


def test_an_unreadable_record_is_named_without_its_content() -> None:
    store = MemoryStore()
    kept(store, crashing())
    store.write([Put({**item_of(store, crashing()), "history": '{"key": "canary-content"}'})])
    with pytest.raises(UnreadableRecordError) as raised:
        LedgerHistories(store).of(WEB)
    assert "canary-content" not in str(raised.value)


def test_the_largest_history_is_far_below_what_an_item_may_hold(store: Store) -> None:
    """DynamoDB takes 400 kB; a service that crashes for ever stays below 100."""
    arn = "arn:aws:ecs:eu-central-1:111122223333:task/" + "c" * 255 + "/" + "0" * 31
    name = "f" * 255 + ":123456"
    history = History(
        "c" * 255 + "/service/" + "s" * 255,
        stops=tuple(
            Stop(f"{arn}{n}", "image-rate-limit", name, "ecs-svc/" + "1" * 19, NOON, 1e9 / 3)
            for n in range(MOST_STOPS)
        ),
        taken=tuple(
            Stop(f"{arn}{n}", "host-terminated", name, "ecs-svc/" + "1" * 19, NOON, 1e9 / 3)
            for n in range(MOST_TAKEN)
        ),
        versions=tuple((f"{arn}{n}", 10**9) for n in range(MOST_VERSIONS)),
        incidents=tuple(
            Incident(
                f"inc-{n:064}",
                "image-rate-limit",
                name,
                NOON,
                NOON,
                10**9,
                looping=True,
                closed_at=NOON if n < MOST_CLOSED else None,
            )
            for n in range(MOST_CLOSED + 30)
        ),
        steady_since=NOON,
        below_since=NOON,
    )
    kept(store, history)
    size = sum(len(str(part)) for pair in item_of(store, history).items() for part in pair)
    assert 50_000 < size < 100_000
    assert LedgerHistories(store).of(history.key).stops == history.stops


def test_a_history_is_forgotten_a_month_after_its_last_change(store: Store) -> None:
    kept(store, crashing())
    assert item_of(store, crashing())["ttl"] == int((NOON + timedelta(days=30)).timestamp())


def test_the_entry_that_lists_a_service_is_forgotten_with_its_history(store: Store) -> None:
    """Else a service that fails unchanged for a month would be listed for ever."""
    kept(store, crashing())
    (entry,) = store.query("TROUBLED")
    assert entry["ttl"] == item_of(store, crashing())["ttl"]


def test_invariant_14_a_cause_of_another_version_of_dockwarden_reads_as_unknown(store: Store) -> None:
    """A word that nobody knows must not fail every later event of its service."""
    known = replace(crashing(), stops=(Stop("t", "app-exit", None, None, NOON, 1.0),))
    kept(store, known)
    item = item_of(store, known)
    store.write([Put({**item, "history": str(item["history"]).replace("app-exit", "cause-of-2027")})])
    found = LedgerHistories(store).of(WEB)
    assert [one.cause for one in found.incidents] == [one.cause for one in found.stops] == ["unknown"]
