"""A replay: events once more through the engine, beside what was done."""

import json
from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dockwarden.cli.replaying.headline import RULES, agreement, headline
from dockwarden.cli.replaying.judging import Replay
from dockwarden.cli.replaying.occurrences import distinct, in_order, joined, of_ledger, of_raw
from dockwarden.guard.modes import Mode
from dockwarden.guard.rulings import Rule
from dockwarden.verdicts import Verdict
from tests.cli.replaying.cases import again, bench, done, rebalance, spot, world
from tests.fakes import NOON

EVENTS = st.lists(
    st.builds(
        lambda make, number, minutes: make(number, minutes),
        st.sampled_from([spot, rebalance]),
        st.integers(0, 5),
        st.integers(0, 600),
    ),
    min_size=1,
    max_size=12,
    unique_by=lambda raw: raw["id"],
)


@pytest.mark.parametrize("mode", [Mode.OBSERVE, Mode.APPROVE, Mode.ENFORCE])
@settings(max_examples=25)
@given(events=EVENTS)
def test_a_ledger_replayed_under_the_same_settings_has_no_differences(
    mode: Mode, events: list[dict[str, str]]
) -> None:
    """Whatever was observed, held or done comes out the same, with the same actions and reasons."""
    in_time = sorted(events, key=lambda raw: raw["time"])
    recorded = done(bench(mode), in_time)
    found = again(recorded.occurrences, recorded.then, world(mode))
    assert recorded.then, "there is something to compare"
    assert len(found.compared) == len(recorded.then)
    assert [(one.then, one.now) for one in found.differing] == []


def test_other_settings_differ_by_verdict_and_the_sentence_counts_it() -> None:
    recorded = done(bench(Mode.OBSERVE), [spot(0), spot(1, 5), rebalance(2, 9)])
    found = again(recorded.occurrences, recorded.then, world("enforce"))
    assert found.changes == Counter(
        {("spot_drain", "observe", "act"): 2, ("rebalance_drain", "observe", "act"): 1}
    )
    assert headline(found) == "In these 9 minutes it would have acted 3 times, held 0, told 0, ignored 0."
    assert agreement(found) == "Of 3 recorded decisions, 0 are the same now and 3 differ."


def test_what_is_held_is_counted_by_the_rule_that_holds_it() -> None:
    freeze = [{"name": "x", "zone": "UTC", "from": "2026-11-01 00:00", "until": "2026-12-01 00:00"}]
    recorded = done(bench(Mode.ENFORCE), [rebalance(0), rebalance(1, 1), spot(2, 2)])
    found = again(recorded.occurrences, recorded.then, world("enforce", freezes=freeze))
    assert found.held == {("rebalance_drain", "freeze"): 2}
    assert {one.then.playbook for one in found.differing} == {"rebalance_drain"}


def test_invariant_11_a_mark_of_a_replay_is_taken_off_where_nothing_can_be_changed() -> None:
    """In Lambda the same event is refused; here it is decided about, because no call can come of it."""
    marked = {**spot(0), "replay-name": "mine"}
    assert [o.verdict for o in bench(Mode.ENFORCE).run(marked)[0].outcomes] == [Verdict.IGNORE]
    recorded = done(bench(Mode.ENFORCE), [spot(0)])
    found = again(joined([of_raw(marked)], recorded), recorded.then, world("enforce"))
    assert found.verdicts == {Verdict.ACT: 1}


def test_a_decision_whose_event_was_not_replayed_is_named_and_not_called_different() -> None:
    recorded = done(bench(Mode.ENFORCE), [spot(0), spot(1, 1)])
    found = again([recorded.occurrences[0]], recorded.then, world("enforce"))
    assert (len(found.compared), len(found.differing), len(found.missing)) == (1, 0, 1)


def test_an_event_without_a_record_is_answered_by_the_world_and_not_by_silence() -> None:
    """Only what has a transcript is answered by it: everything else is as `decide` would have it."""
    found = again([of_raw(spot(0))], (), world("enforce"))
    assert found.verdicts == {Verdict.HOLD: 1}
    assert found.held == {("spot_drain", "facts"): 1}


def test_what_a_person_asked_for_is_counted_apart() -> None:
    installation = bench(Mode.ENFORCE)
    recorded = done(installation, [spot(0)])
    [intent_id] = [then.id for then in recorded.then]
    intent = installation.parts.actions.intent(intent_id)
    receipt = installation.parts.actions.receipt(intent_id)
    assert intent is not None
    assert receipt is not None
    found = of_ledger([(replace(intent, by="arn:aws:iam::1:user/ada"), receipt)], ())
    assert (found.occurrences, found.then, found.by_people) == ((), (), 1)


def test_a_record_that_this_version_cannot_read_is_left_out_and_named() -> None:
    installation = bench(Mode.ENFORCE)
    [then] = done(installation, [spot(0)]).then
    intent, receipt = installation.parts.actions.intent(then.id), installation.parts.actions.receipt(then.id)
    assert intent is not None
    assert receipt is not None
    damaged = replace(intent, transcript={"event": {"class": "Gone", "envelope": {}}})
    found = of_ledger([(damaged, receipt)], ())
    assert found.then == ()
    assert found.unreadable[0].startswith(then.id)


def test_events_are_replayed_in_the_order_of_their_time_and_unreadable_times_stay_where_they_are() -> None:
    events = [spot(0, 5), {**spot(1), "time": "soon"}, spot(2, 1)]
    assert [one.key for one in in_order(map(of_raw, events))] == ["event-2-1", "event-0-5", "event-1-0"]


def test_an_exact_copy_is_left_out_and_another_event_of_the_same_id_is_not() -> None:
    """A replay delivers some events twice; two events that only share an id are both events."""
    kept, copies = distinct(map(of_raw, [spot(0), spot(0), spot(0, account="222233334444")]))
    assert (len(kept), copies) == (2, 1)


def test_a_malformed_document_is_counted_and_the_others_are_replayed() -> None:
    found = again([of_raw("text"), of_raw({"source": 1}), of_raw(spot(0))], (), world("enforce"))
    assert (found.events, len(found.malformed)) == (1, 2)


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (timedelta(days=7, hours=1), "In this week"),
        (timedelta(hours=24), "On this day"),
        (timedelta(days=30), "In these 30 days"),
        (timedelta(hours=9), "In these 9 hours"),
        (timedelta(0), "In this minute"),
    ],
)
def test_the_sentence_names_the_time_as_people_do(length: timedelta, words: str) -> None:
    counts = {Verdict.ACT: 3, Verdict.HOLD: 5, Verdict.TELL: 40, Verdict.IGNORE: 2140}
    found = Replay(events=2188, first=NOON, last=NOON + length, verdicts=Counter(counts))
    assert headline(found) == f"{words} it would have acted 3 times, held 5, told 40, ignored 2,140."


def test_every_rule_that_can_hold_has_words_for_people() -> None:
    never = {Rule.FOREIGN, Rule.REPLAY, Rule.STOP, Rule.AGE, Rule.UNDONE, Rule.PASSED}
    assert set(RULES) == set(Rule) - never


def test_a_transcript_survives_the_ledger_as_json() -> None:
    """What DynamoDB gives back is what was written: a replay of it needs nothing else."""
    recorded = done(bench(Mode.APPROVE), [rebalance(0)])
    [occurrence] = recorded.occurrences
    assert occurrence.facts is not None
    assert json.loads(json.dumps(occurrence.facts)) == list(occurrence.facts)
    assert {fact["fact"] for fact in occurrence.facts} == {"Fleet.container_instances"}
