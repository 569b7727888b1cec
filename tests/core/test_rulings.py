"""The guard's rules, one by one: which answer, and why."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockwarden.guard.modes import Mode, ModeRuling
from dockwarden.guard.rulings import Answer, Circumstances, Origin, Rule, rule_on, too_old
from tests.fakes import ACCOUNT, NOON, REGION

FINE = Circumstances(
    origin=Origin(ACCOUNT, REGION, NOON, None),
    now=NOON + timedelta(seconds=3),
    max_age=timedelta(seconds=120),
    mode=ModeRuling(Mode.ENFORCE, "the run-time setting says enforce"),
    opted_in=True,
    place="cluster prod",
    home=(ACCOUNT, REGION),
)


def test_what_nothing_objects_to_goes_in_its_mode() -> None:
    ruling = rule_on(FINE)
    assert (ruling.answer, ruling.rule, ruling.mode) == (Answer.GO, Rule.PASSED, Mode.ENFORCE)


@pytest.mark.parametrize(
    ("changes", "answer", "rule", "words"),
    [
        (
            {"origin": Origin("999999999999", REGION, NOON, None)},
            Answer.REFUSE,
            Rule.FOREIGN,
            "not from 111122223333",
        ),
        ({"origin": Origin(ACCOUNT, "us-east-1", NOON, None)}, Answer.REFUSE, Rule.FOREIGN, "us-east-1"),
        ({"origin": Origin(None, None, NOON, None)}, Answer.REFUSE, Rule.FOREIGN, "no account"),
        ({"origin": Origin(ACCOUNT, REGION, NOON, "r-1")}, Answer.REFUSE, Rule.REPLAY, "replay"),
        (
            {"mode": ModeRuling(Mode.OFF, "the ceiling is off")},
            Answer.REFUSE,
            Rule.MODE,
            "the ceiling is off",
        ),
        ({"opted_in": False}, Answer.REFUSE, Rule.OPT_IN, "cluster prod is not opted in"),
        ({"stopped": "stopped: everything"}, Answer.REFUSE, Rule.STOP, "stopped: everything"),
        ({"now": NOON + timedelta(seconds=121)}, Answer.REFUSE, Rule.AGE, "2 min 1 s old, more than 120 s"),
        ({"opted_in": None}, Answer.HOLD, Rule.OPT_IN, "not known"),
        ({"mode": ModeRuling(Mode.APPROVE, "the default says approve")}, Answer.HOLD, Rule.MODE, "approval"),
    ],
)
def test_each_rule_objects_with_a_reason(
    changes: dict[str, object], answer: Answer, rule: Rule, words: str
) -> None:
    ruling = rule_on(replace(FINE, **changes))  # type: ignore[arg-type]
    assert (ruling.answer, ruling.rule) == (answer, rule)
    assert words in ruling.reason


@pytest.mark.parametrize("seconds", [0, 1, 119, 120])
def test_invariant_11_an_event_within_its_age_may_be_acted_upon(seconds: int) -> None:
    assert too_old(NOON, NOON + timedelta(seconds=seconds), timedelta(seconds=120)) is None


@given(st.integers(121, 10**8))
def test_invariant_53_a_late_spot_event_is_never_acted_upon(seconds: int) -> None:
    late = replace(FINE, now=NOON + timedelta(seconds=seconds))
    assert rule_on(late).rule is Rule.AGE


@given(st.integers(-300, 0))
def test_invariant_12_up_to_five_minutes_ahead_counts_as_now(seconds: int) -> None:
    assert too_old(NOON, NOON + timedelta(seconds=seconds), timedelta(0)) is None


def test_invariant_12_more_than_five_minutes_ahead_is_refused() -> None:
    assert too_old(NOON, NOON - timedelta(seconds=301), timedelta(days=1)) is not None


@given(st.integers(0, 300), st.integers(0, 600))
def test_invariant_12_a_clock_that_is_ahead_extends_no_age(ahead: int, later: int) -> None:
    """A Spot event dated five minutes ahead is not good for seven: it is as old as it lies in the queue."""
    dated, now, most = (
        NOON + timedelta(seconds=ahead),
        NOON + timedelta(seconds=later),
        timedelta(seconds=120),
    )
    if dated - now <= timedelta(minutes=5):
        assert (too_old(dated, now, most, sent=NOON) is None) == (later <= 120)
    assert too_old(NOON, now, most, sent=dated) == too_old(NOON, now, most)


def test_an_event_without_a_readable_time_counts_as_too_old() -> None:
    ruling = rule_on(replace(FINE, origin=Origin(ACCOUNT, REGION, None, None)))
    assert ruling.rule is Rule.AGE
    assert "missing or unreadable" in ruling.reason


@given(
    mode=st.sampled_from([*Mode]),
    opted_in=st.sampled_from([True, False, None]),
    stopped=st.one_of(st.none(), st.just("stopped")),
    time=st.one_of(st.none(), st.datetimes(datetime(2026, 11, 1), datetime(2026, 12, 1))),  # noqa: DTZ001
    replay=st.one_of(st.none(), st.just("r-1")),
)
def test_nothing_goes_but_a_fresh_opted_in_event_with_nothing_against_it(
    *, mode: Mode, opted_in: bool | None, stopped: str | None, time: datetime | None, replay: str | None
) -> None:
    """Whatever the circumstances: go means all of the conditions, never most of them."""
    aware = time.replace(tzinfo=NOON.tzinfo) if time else None
    seen = replace(
        FINE,
        origin=Origin(ACCOUNT, REGION, aware, replay),
        mode=ModeRuling(mode, ""),
        opted_in=opted_in,
        stopped=stopped,
    )
    if rule_on(seen).answer is Answer.GO:
        assert opted_in is True
        assert stopped is None
        assert replay is None
        assert mode in (Mode.OBSERVE, Mode.ENFORCE)
        assert aware is not None
        assert -timedelta(minutes=5) <= seen.now - aware <= timedelta(seconds=120)


def test_what_the_playbook_has_against_it_is_named_where_nothing_is_done_and_is_no_rule_elsewhere() -> None:
    """Beside what of the guard would hold it, which comes first."""
    observed = replace(
        FINE, mode=ModeRuling(Mode.OBSERVE, "the default says observe"), objections=("it asks", "no alarms")
    )
    ruling = rule_on(observed)
    assert (ruling.answer, ruling.mode) == (Answer.GO, Mode.OBSERVE)
    assert ruling.reason == "the default says observe; otherwise it would be held: it asks; no alarms"
    frozen = rule_on(replace(observed, frozen="a freeze")).reason
    assert frozen.endswith("; otherwise it would be held: a freeze; it asks; no alarms")
    assert "it asks" not in rule_on(replace(FINE, objections=("it asks",))).reason
