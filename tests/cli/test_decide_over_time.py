"""State carries over from event to event, and the clock is the latest readable time so far."""

from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockwarden.cli.deciding import Decider
from dockwarden.cli.world import NO_WORLD
from dockwarden.cli.world_file import world_of
from dockwarden.guard.modes import Mode
from tests.cli.conftest import Run, instance_event, opted, warning, world

AT = datetime(2026, 11, 20, 9, 15, tzinfo=UTC)


def later(seconds: int) -> str:
    return (AT + timedelta(seconds=seconds)).isoformat()


@pytest.mark.parametrize(("mode", "first"), [("enforce", "act"), ("observe", "observe"), ("approve", "hold")])
def test_invariant_1_the_same_warning_twenty_times_is_one_drain(decide: Run, mode: str, first: str) -> None:
    ran = decide([warning()] * 20, "--mode", mode, world=world())
    assert ran.verdicts == [first] + ["ignore"] * 19
    assert ran.outcome["actions"] == []


def test_without_a_world_the_same_warning_twenty_times_is_one_hold(decide: Run) -> None:
    ran = decide([warning()] * 20)
    assert ran.verdicts == ["hold"] + ["ignore"] * 19
    assert ran.outcome["reason"].startswith("a duplicate of ")


def test_invariant_3_any_order_with_the_instances_own_events_is_at_most_one_drain() -> None:
    """However warnings, ACTIVE and DRAINING events are shuffled, nothing is drained twice."""
    events = [
        warning(),
        warning(id="again", time=later(2)),
        instance_event("ACTIVE", 2, time=later(-9000)),
        instance_event("DRAINING", 3, time=later(3)),
        instance_event("ACTIVE", 1, time=later(-9900)),
    ]
    for order in permutations(events):
        decider = Decider(world_of(world()), Mode.ENFORCE)
        verdicts = [str(o.verdict) for event in order for o in decider.one(event).outcomes]
        assert verdicts.count("act") <= 1
        drained_first = order.index(events[3]) < min(order.index(events[0]), order.index(events[1]))
        assert verdicts.count("act") == (0 if drained_first else 1)


def test_what_was_decided_as_act_counts_as_done(decide: Run) -> None:
    ran = decide([warning(), warning(id="b", time=later(1))], "--mode", "enforce", world=world())
    assert ran.verdicts == ["act", "ignore"]
    assert "DRAINING already" in ran.outcome["reason"]


def test_an_instance_event_makes_a_later_warning_aimed(decide: Run) -> None:
    """The index is kept from events, as in an account."""
    document = {"v": 1, "clusters": [{"name": "web-prod", "opted_in": True}]}
    ran = decide([instance_event("ACTIVE", 2), warning()], "--mode", "enforce", world=document)
    assert ran.verdicts == ["ignore", "act"]


def test_invariant_11_a_warning_older_than_its_two_minutes_changes_nothing(decide: Run) -> None:
    at = warning(time=later(0))
    assert decide(at, "--now", later(120), "--mode", "enforce", world=world()).outcome["verdict"] == "act"
    ran = decide(at, "--now", later(121), "--mode", "enforce", world=world())
    assert ran.outcome["verdict"] == "tell"
    assert "; too late to act: it is 2 min" in ran.outcome["reason"]
    assert ran.outcome["actions"] == []


def test_invariant_11_a_replayed_event_changes_nothing(decide: Run) -> None:
    names: list[Any] = ["archive-1", "", 5, {}]
    for name in names:
        event = warning() | {"replay-name": name}
        assert decide(event, "--mode", "enforce", world=world()).outcome["verdict"] == "ignore"


@pytest.mark.parametrize(("ahead", "verdict"), [(300, "act"), (301, "tell")])
def test_invariant_12_five_minutes_ahead_are_now_and_more_is_refused(
    decide: Run, ahead: int, verdict: str
) -> None:
    ran = decide(warning(time=later(ahead)), "--now", later(0), "--mode", "enforce", world=world())
    assert ran.outcome["verdict"] == verdict


@pytest.mark.parametrize("time", [None, "", "yesterday", 1763629200, {}, [], "2026-11-31T09:15:00Z"])
def test_a_time_that_cannot_be_read_counts_as_too_old_and_is_no_error(decide: Run, time: Any) -> None:
    event = warning(time=time)
    ran = decide(event, "--mode", "enforce", world=world())
    assert ran.code == 0
    assert ran.lines[0]["recognised"] is True
    assert ran.outcome["verdict"] in ("ignore", "tell")
    assert "too old" in ran.outcome["reason"]


@pytest.mark.parametrize("key", ["id", "account", "region", "resources", "version"])
@pytest.mark.parametrize("value", [None, 5, {}, ["x", 5]])
def test_invariant_15_a_field_of_the_envelope_that_is_missing_or_odd_is_no_error(
    decide: Run, key: str, value: Any
) -> None:
    ran = decide(warning(**{key: value}))
    assert ran.code == 0
    assert ran.lines[0]["recognised"] is True


def test_the_clock_is_the_latest_readable_time_so_far(decide: Run) -> None:
    """An event ages by what came after it in the file, and a later, older one does not turn the clock back."""
    tick = instance_event("ACTIVE", 1, time=later(500))
    unreadable = instance_event("ACTIVE", 1, time="soon")
    ran = decide([tick, unreadable, warning()], "--mode", "enforce", world=world())
    assert "too late" in ran.outcome["reason"]
    assert decide([warning(), tick], "--mode", "enforce", world=world()).verdicts[0] == "act"


@pytest.mark.parametrize(
    "year", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00"]
)
def test_the_ends_of_the_calendar_are_times_like_any_other(decide: Run, year: str) -> None:
    instance = instance_event("ACTIVE", 2, time=year)
    instance["detail"] |= {"registeredAt": year, "updatedAt": year}
    events = [instance, warning(time=year), warning(), instance, warning(time=year)]
    for words in ((), ("--now", later(0))):
        assert decide(events, *words, "--mode", "enforce", world=world()).code == 0


@given(st.lists(st.sampled_from(["warning", "again", "active", "draining", "stale", "tick"]), max_size=12))
def test_no_history_drains_an_instance_twice_or_without_opt_in(history: list[str]) -> None:
    """Duplicates, reordering and delays in any mixture: one drain where opted in, none where that is unknown."""
    events = {
        "warning": warning(),
        "again": warning(id="again", time=later(1)),
        "active": instance_event("ACTIVE", 2, time=later(-60)),
        "draining": instance_event("DRAINING", 3, time=later(2)),
        "stale": instance_event("ACTIVE", 1, time=later(4)),
        "tick": warning(time=later(90), detail_type="Tick"),
    }
    for given_world, most in (
        (world_of(opted(opted_in=True)), 1),
        (world_of(opted(opted_in=None)), 0),
        (NO_WORLD, 0),
    ):
        decider = Decider(given_world, Mode.ENFORCE)
        verdicts = [str(o.verdict) for name in history for o in decider.one(events[name]).outcomes]
        assert verdicts.count("act") <= most
