"""How far a playbook has earned more trust in a place."""

from collections.abc import Sequence
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockwarden.guard.deeds import Deed
from dockwarden.guard.modes import Mode
from dockwarden.guard.readiness import How, Mark, Readiness, Seen, Wrong, rank
from tests.fakes import NOON

DRAIN, ACTIVATE = "UpdateContainerInstancesState", "UpdateContainerInstancesState:ACTIVE"
HOST = "container-instance/prod/0a"


def seen(id_: str, days: float, how: How = How.OBSERVED, **changes: Any) -> Seen:
    """A drain in cluster prod some days ago."""
    fields = {"playbook": "spot_drain", "place": "prod", "target": f"arn:aws:ecs:r:1:{HOST}", "kind": DRAIN}
    return Seen(id=id_, at=NOON - timedelta(days=days), how=how, **{**fields, **changes})


def deed(days: float, kind: str = DRAIN, *, person: bool = True, **changes: Any) -> Deed:
    """The same, by somebody else."""
    fields = {"id": f"e-{days}", "target": HOST, "by": "arn:jane"}
    return Deed(kind=kind, at=NOON - timedelta(days=days), person=person, **{**fields, **changes})


def only(
    found: Sequence[Seen],
    marks: Sequence[Mark] = (),
    wrongs: Sequence[Wrong] = (),
    deeds: Sequence[Deed] = (),
) -> Readiness:
    [one] = rank(found, marks, wrongs, {HOST: deeds}, NOON)
    return one


MONTH = [seen(f"i{n}", 20 - n) for n in range(6)]


def test_a_fortnight_that_people_agree_with_is_ready_for_enforce() -> None:
    one = only(MONTH, deeds=[deed(20 - n) for n in range(4)])
    assert one.ready_for is Mode.ENFORCE
    assert one.sentence() == (
        "20 days, 6 would have been done; people did the same 4 times and the opposite 0; "
        "0 marked right, 0 wrong: ready for enforce"
    )


def test_what_nobody_has_confirmed_is_ready_for_approve_only() -> None:
    assert only(MONTH).ready_for is Mode.APPROVE
    assert only(MONTH).missing(Mode.ENFORCE) == ("3 that people confirm are wanted",)


def test_little_that_was_seen_is_ready_for_nothing_and_says_why() -> None:
    one = only([seen("i1", 2)])
    assert one.ready_for is Mode.OBSERVE
    assert one.sentence().endswith("not ready (7 days are wanted; 3 actions are wanted)")


@pytest.mark.parametrize("confirmed", ["right", "approved", "agreed"])
def test_three_confirmations_of_any_kind_make_it_ready(confirmed: str) -> None:
    found = [seen(f"i{n}", 20 - n, approved=confirmed == "approved" and n < 3) for n in range(6)]
    marks = [Mark(f"i{n}", "arn:jane", right=True) for n in range(3)] if confirmed == "right" else []
    deeds = [deed(20 - n) for n in range(3)] if confirmed == "agreed" else []
    assert only(found, marks, (), deeds).ready_for is Mode.ENFORCE


def test_one_action_that_is_confirmed_in_many_ways_is_one() -> None:
    marks = [Mark("i0", by, right=True) for by in ("a", "b", "c")]
    assert only(MONTH, marks, deeds=[deed(20), deed(20.01)]).confirmed == 1


def test_a_wrong_of_the_last_week_makes_nothing_ready() -> None:
    one = only(MONTH, wrongs=[Wrong("i0", "spot_drain", "prod", NOON - timedelta(days=6.9))])
    assert one.ready_for is Mode.OBSERVE
    assert "one was wrong within 7 days" in one.sentence()


def test_an_older_wrong_keeps_it_from_enforce_and_not_from_approve() -> None:
    marks = [Mark(f"i{n}", "arn:jane", right=True) for n in range(5)]
    one = only(MONTH, marks, [Wrong("i5", "spot_drain", "prod", NOON - timedelta(days=8))])
    assert one.ready_for is Mode.APPROVE
    assert one.wrong == 1


def test_one_persons_wrong_outweighs_the_others_right() -> None:
    marks = [Mark("i0", "a", right=True), Mark("i0", "b", right=False), Mark("i0", "c", right=True)]
    assert (only(MONTH, marks).right, only(MONTH, marks).wrong) == (0, 1)


def test_undone_and_marked_wrong_is_one_wrong() -> None:
    wrongs = [Wrong("i0", "spot_drain", "prod", NOON), Wrong("i0", "spot_drain", "prod", NOON)]
    assert only(MONTH, [Mark("i0", "a", right=False)], wrongs).wrong == 1


@pytest.mark.parametrize(
    ("found", "agreed", "opposed"),
    [
        (deed(20), 1, 0),
        (deed(20 - 1.9 / 24), 1, 0),
        (deed(20 + 1.9 / 24), 1, 0),
        (deed(20 - 2.1 / 24), 0, 0),
        (deed(20, person=False), 0, 0),
        (deed(20, ACTIVATE), 0, 1),
        (deed(20, "StopTask"), 0, 0),
    ],
)
def test_people_agree_by_doing_the_same_to_the_target_within_two_hours(
    found: Deed, agreed: int, opposed: int
) -> None:
    one = only([seen("i0", 20)], deeds=[found])
    assert (one.agreed, one.opposed) == (agreed, opposed)


def test_after_something_was_done_only_the_opposite_says_anything() -> None:
    """Nobody has to drain a host that is drained."""
    done = [seen("i0", 20, How.DONE)]
    assert (only(done, deeds=[deed(20)]).agreed, only(done, deeds=[deed(20)]).opposed) == (0, 0)
    assert only(done, deeds=[deed(20), deed(20, ACTIVATE)]).opposed == 1


def test_what_people_reject_speaks_against_it() -> None:
    found = [*MONTH, seen("p1", 3, How.REJECTED), seen("p2", 3, How.REJECTED)]
    assert only(found).missing(Mode.APPROVE) == ("2 speak against it",)


def test_the_best_comes_first_and_places_are_apart() -> None:
    other = [seen(f"o{n}", 9 - n, place="stage") for n in range(3)]
    found = rank(
        [*other, *MONTH], [], [Wrong("x", "rebalance_drain", "prod", NOON)], {HOST: [deed(20)]}, NOON
    )
    assert [(one.playbook, one.place) for one in found] == [
        ("spot_drain", "prod"),
        ("spot_drain", "stage"),
        ("rebalance_drain", "prod"),
    ]


IDS = st.sampled_from([f"i{n}" for n in range(6)])
PLAYBOOKS, PLACES = st.sampled_from(["spot_drain", "rebalance_drain"]), st.sampled_from(["prod", "prod/web"])
DAYS = st.floats(-5, 40, allow_nan=False)
WHEN = DAYS.map(lambda days: NOON - timedelta(days=days))
SEEN = st.builds(
    Seen,
    id=IDS,
    playbook=PLAYBOOKS,
    place=PLACES,
    target=st.sampled_from([HOST, f"arn:aws:ecs:r:1:{HOST}", "i-0a"]),
    kind=st.sampled_from([DRAIN, ACTIVATE, "UpdateService"]),
    at=WHEN,
    how=st.sampled_from(How),
    approved=st.booleans(),
)
MARKS = st.builds(Mark, id=IDS, by=st.sampled_from("ab"), right=st.booleans())
WRONGS = st.builds(Wrong, id=IDS, playbook=PLAYBOOKS, place=PLACES, at=WHEN)
DEEDS = st.builds(
    Deed,
    id=st.just("e"),
    target=st.just(HOST),
    kind=st.sampled_from([DRAIN, ACTIVATE]),
    by=st.just("arn:jane"),
    at=WHEN,
    person=st.booleans(),
)


def several(of: st.SearchStrategy[Any], most: int = 8) -> Any:
    return st.lists(of, max_size=most)


@given(
    st.lists(SEEN, unique_by=lambda one: one.id),
    several(MARKS),
    several(WRONGS),
    several(DEEDS),
    st.randoms(),
)
def test_it_is_the_same_in_whatever_order_things_are_known(
    found: list[Seen], marks: list[Mark], wrongs: list[Wrong], deeds: list[Deed], chance: Random
) -> None:
    def shuffled(some: list[Any]) -> list[Any]:
        return chance.sample(some, len(some))

    mixed = rank(shuffled(found), shuffled(marks), shuffled(wrongs), {HOST: shuffled(deeds)}, NOON)
    assert mixed == rank(found, marks, wrongs, {HOST: deeds}, NOON)


@given(several(SEEN), several(MARKS), several(WRONGS), several(DEEDS))
def test_whatever_is_known_the_counts_fit_and_a_wrong_of_the_week_is_never_ready(
    found: list[Seen], marks: list[Mark], wrongs: list[Wrong], deeds: list[Deed]
) -> None:
    """Nothing of it fails, also where there is nothing to divide by."""
    for one in rank(found, marks, wrongs, {HOST: deeds}, NOON):
        assert one.sentence()
        assert min(one.days, one.right, one.wrong, one.confirmed) >= 0
        assert max(one.agreed + one.opposed, one.confirmed, one.right) <= one.actions
        mine = [w for w in wrongs if (w.playbook, w.place) == (one.playbook, one.place)]
        if any(NOON - wrong.at < timedelta(days=7) for wrong in mine):
            assert one.ready_for is Mode.OBSERVE
        if one.ready_for is Mode.ENFORCE:
            assert one.against == 0
            assert one.missing(Mode.APPROVE) == ()
