"""Histories on the engine's path: read for a batch, changed in it, written after people were told."""

from typing import Any

import pytest

from dockwarden.errors import LedgerUnavailableError
from dockwarden.incidents.history import Incident
from dockwarden.ledger.histories import LedgerHistories
from dockwarden.ledger.memory import MemoryStore
from dockwarden.ledger.store import Put
from dockwarden.runtime.arrivals import Result
from dockwarden.verdicts import Outcome
from tests.fakes import Bench, FakeWorld, warning
from tests.rollouts import API, NEW, action, crashed, deployment, task


def incidents(bench: Bench, service: str = "web") -> tuple[Incident, ...]:
    return LedgerHistories(bench.store).of(f"prod/service/{service}").incidents


def of_diagnosis(result: Result) -> list[Outcome]:
    return [outcome for outcome in result.outcomes if outcome.playbook == "diagnose"]


def is_history(change: Any) -> bool:
    return isinstance(change, Put) and change.key[1] == "HISTORY"


def histories_written(changes: Any) -> bool:
    return any(is_history(change) for change in changes)


def test_an_event_sees_what_the_events_before_it_in_the_batch_have_changed() -> None:
    """Three tasks of one service in one batch are a crash loop, and their deployment knows why it failed."""
    bench = Bench()
    events = [event for n in range(3) for event in crashed(f"t{n}", 50 + n)]
    results = bench.run(*events, deployment("FAILED", 90))
    assert [o.cause for r in results for o in of_diagnosis(r)] == ["app-exit"] * 7
    (incident,) = incidents(bench)
    assert (incident.looping, incident.count) == (True, 4)
    assert {card.id for card in bench.outbox.cards} == {incident.id}


def test_a_batch_reads_its_histories_together_and_writes_each_of_them_once() -> None:
    class Counting(MemoryStore):
        reads = 0
        writes = 0

        def get(self, key: Any) -> Any:
            self.reads += key[1] == "HISTORY"
            return super().get(key)

        def get_many(self, keys: Any) -> Any:
            wanted = list(keys)
            found = {key: self.items[key] for key in wanted if key in self.items}
            self.reads += any(key[1] == "HISTORY" for key in wanted)
            return found

        def write(self, changes: Any) -> bool:
            self.writes += histories_written(changes)
            return super().write(changes)

    store = Counting()
    api = {**API, "deployment": NEW}
    Bench(store=store).run(*crashed("a", 50), *crashed("b", 60), *crashed("c", 50, **api))
    assert (store.reads, store.writes) == (1, 2)


def test_what_makes_no_news_and_no_history_writes_nothing() -> None:
    store = MemoryStore()
    Bench(store=store).run(
        task("t", 4, "RUNNING", 5), deployment("IN_PROGRESS", 1), action("CAPACITY_PROVIDER_STEADY_STATE", 2)
    )
    assert store.items == {}


class Overtaken(MemoryStore):
    """A store in which another function changes the same service right before the first write of a history."""

    def __init__(self, other: Any) -> None:
        super().__init__()
        self._other = other

    def write(self, changes: Any) -> bool:
        other, self._other = (self._other, None) if histories_written(changes) else (None, self._other)
        if other is not None:
            other(self)
        return super().write(changes)


def test_of_two_functions_at_once_on_one_service_the_losers_events_come_back_and_no_others() -> None:
    store = Overtaken(lambda same: Bench(store=same).run(*crashed("theirs", 40)))
    bench = Bench(store=store)
    mine = crashed("mine", 50)
    results = bench.run(*mine, *crashed("other", 50, **{**API, "deployment": NEW}))
    assert ["changed meanwhile" in (result.retry or "") for result in results] == [True, True, False, False]
    assert len(incidents(bench, "api")) == 1
    again = bench.run(*mine)
    assert [result.retry for result in again] == [None, None]
    (incident,) = incidents(bench)
    assert incident.count == 2
    assert {card.id for card in bench.outbox.cards if card.subject == "web"} == {incident.id}


def test_a_history_that_cannot_be_written_brings_the_events_back_after_people_were_told() -> None:
    """The ids are the same the second time, so that the card is edited and not told twice."""

    class Away(MemoryStore):
        away = True

        def write(self, changes: Any) -> bool:
            if self.away and histories_written(changes):
                raise LedgerUnavailableError("writing", "throttled")
            return super().write(changes)

    store = Away()
    bench = Bench(store=store)
    with pytest.raises(LedgerUnavailableError):
        bench.run(*crashed("t", 50))
    (before,) = bench.outbox.cards
    store.away = False
    bench.run(*crashed("t", 50))
    first, second = bench.outbox.cards
    assert first is before
    assert first.id == second.id == incidents(bench)[0].id


def test_invariant_13_a_damaged_history_costs_the_events_of_its_own_service_only() -> None:
    bench = Bench()
    bench.run(*crashed("t", 50))
    (key,) = [key for key in bench.store.items if key[1] == "HISTORY"]  # type: ignore[attr-defined]
    found = bench.store.get(key)
    assert found is not None
    bench.store.write([Put({**found, "history": "{"})])
    results = bench.run(*crashed("u", 60), *crashed("v", 60, **{**API, "deployment": NEW}), warning())
    assert [result.retry is None for result in results] == [False, False, True, True, True]
    assert [o.failed for o in of_diagnosis(results[0])] == [True]
    assert len(incidents(bench, "api")) == 1
    assert bench.performer.performed


def test_invariant_11_a_replay_of_failures_reads_and_tells_nothing() -> None:
    bench = Bench(world=FakeWorld())
    replay = [{**event, "replay-name": "last-week"} for event in crashed("t", 50)]
    assert {o.verdict.value for r in bench.run(*replay) for o in r.outcomes} == {"ignore"}
    assert (bench.outbox.cards, bench.world.asked, bench.world.prepared) == ([], [], 0)
