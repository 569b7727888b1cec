"""When a revision counts as good: over chosen cases, and over whatever Hypothesis thinks of."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockwarden.facts.known_good import BadRevision, Digests, GoodRevision, Known
from dockwarden.facts.releases import Revision, RevisionImage
from dockwarden.facts.rollouts import Rollout
from dockwarden.rollback.soaking import (
    MOST,
    Look,
    Soak,
    doubt,
    evidence,
    filled,
    forgiven,
    from_history,
    kept,
    observed,
    recognised,
    rolled_back,
    same,
)
from tests.fakes import NOON

WEB = "prod/web"
SOAK = Soak(lasting=timedelta(minutes=10), tasks=2, gap=timedelta(minutes=15))
NOTHING = Known(WEB)
ONE, TWO = (("app", "sha256:1"),), (("app", "sha256:2"),)


def at(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


def look(
    minutes: float = 0,
    definition: str = "web:41",
    digests: Digests = ONE,
    *,
    running: int = 2,
    settled: bool = True,
    troubled: bool = False,
) -> Look:
    return Look(at(minutes), definition, None, digests, 2, running, settled, troubled)


def good(definition: str = "web:41", minutes: float = 0, digests: Digests = ONE) -> GoodRevision:
    return GoodRevision(WEB, definition, None, digests, at(minutes), at(minutes), at(minutes))


def bad(definition: str = "web:43", digests: Digests = TWO, minutes: float = 0) -> BadRevision:
    return BadRevision(WEB, definition, digests, at(minutes), "intent")


def after(*looks: Look, known: Known = NOTHING, soak: Soak = SOAK) -> Known:
    for one in looks:
        known = observed(known, one, soak)
    return known


def test_a_revision_is_good_after_a_soak_of_health() -> None:
    known = after(look(0), look(5))
    assert (known.good, known.soaking is not None) == ((), True)
    known = after(look(10), known=known)
    assert known.good == (GoodRevision(WEB, "web:41", None, ONE, at(0), at(10), at(10)),)
    assert known.soaking is None


@pytest.mark.parametrize(
    "ill",
    [look(5, running=1), look(5, settled=False), look(5, troubled=True)],
    ids=["too few run", "still deploying", "an incident is open"],
)
def test_a_soak_begins_anew_after_anything_that_is_not_health(ill: Look) -> None:
    """A deployment that ECS calls SUCCESSFUL is not good by that."""
    known = after(look(0), ill, look(10))
    assert known.good == ()
    assert after(look(20), known=known).good != ()


def test_fewer_tasks_than_the_soak_wants_are_no_health_even_if_no_more_are_desired() -> None:
    """A service at zero tasks runs everything that it should, and proves nothing."""
    idle = [replace(look(minutes), desired=0, running=0) for minutes in (0, 5, 10, 15)]
    assert after(*idle) == NOTHING
    single = [replace(look(minutes), desired=1, running=1) for minutes in (0, 10)]
    assert after(*single).good == ()
    assert after(*single, soak=replace(SOAK, tasks=1)).good != ()


def test_a_time_in_which_nobody_looked_is_no_part_of_a_soak() -> None:
    assert after(look(0), look(16), look(20)).good == ()
    assert after(look(0), look(15)).good != ()


def test_another_revision_or_the_same_with_other_images_soaks_for_itself() -> None:
    assert after(look(0), look(10, "web:42")).good == ()
    assert after(look(0), look(10, digests=TWO)).good == ()
    known = after(look(0), look(10), look(15, digests=TWO), look(25, digests=TWO))
    assert [one.digests for one in known.good] == [TWO, ONE]


def test_digests_that_are_read_later_complete_what_is_known() -> None:
    known = after(look(0, digests=()), look(10, digests=()), look(15))
    assert [one.digests for one in known.good] == [ONE]


def test_a_healthy_service_is_written_down_seldom_and_at_once_where_another_was_before() -> None:
    known = after(look(0), look(10))
    assert after(look(300), known=known) is known
    assert after(look(380), known=known).good[0].last_seen == at(380)
    newer = after(look(20, "web:42"), look(30, "web:42"), known=known)
    assert [one.task_definition for one in newer.good] == ["web:42", "web:41"]
    back = after(look(40), known=newer)
    assert [one.task_definition for one in back.good] == ["web:41", "web:42"]


def test_a_good_revision_stays_good_while_it_fails() -> None:
    """It has worked; whether it is the reason for a failure is not for the ledger to say."""
    known = after(look(0), look(10))
    assert after(look(15, troubled=True), known=known).good == known.good


def test_what_we_rolled_back_is_not_good_and_does_not_become_it() -> None:
    known = rolled_back(after(look(0), look(10)), bad("web:41", ONE, 20))
    assert (known.good, len(known.bad)) == ((), 1)
    assert after(look(30), look(40), look(50), known=known).good == ()
    assert after(look(60), look(70), known=forgiven(known, "web:41")).good != ()


def test_a_rollback_ends_the_soak_of_what_it_takes_back_and_of_nothing_else() -> None:
    soaking = after(look(0))
    assert rolled_back(soaking, bad("web:41", ONE)).soaking is None
    assert rolled_back(soaking, bad("web:43", TWO)).soaking == soaking.soaking


def test_a_bad_release_is_recognised_by_its_definition_or_by_its_own_image() -> None:
    """An image that good releases have too, as a sidecar's, is no sign of a bad one."""
    side = ("side", "sha256:s")
    known = Known(WEB, good=(good(digests=(*ONE, side)),), bad=(bad(digests=(*TWO, side)),))
    assert recognised(known, look(definition="web:43", digests=())) == known.bad[0]
    assert recognised(known, look(definition="web:50", digests=(("new", "sha256:2"),))) == known.bad[0]
    assert recognised(known, look(definition="web:50", digests=(("app", "sha256:3"), side))) is None
    assert recognised(known, look(definition="web:50", digests=ONE)) is None


def rollout(name: str, began: float, ended: float | None, status: str = "SUCCESSFUL", **more: str) -> Rollout:
    finished = at(ended) if ended is not None else None
    return Rollout(name, status, at(began), name, rolled_back_to=more.get("to"), finished_at=finished)


def revision(name: str) -> Revision:
    return Revision(name, f"web:{name}", (RevisionImage("app", "web", f"sha256:{name}"),))


REVISIONS = {name: revision(name) for name in ("1", "2", "3", "4")}


def history(*oldest_first: Rollout) -> list[str]:
    found = from_history(WEB, oldest_first[::-1], REVISIONS, SOAK)
    assert all(one.by_history for one in found)
    return [one.task_definition for one in found]


def test_history_speaks_for_what_was_proven_and_stayed_for_a_soak() -> None:
    assert history(rollout("1", 0, 5), rollout("2", 60, 65), rollout("3", 70, 75)) == ["web:1"]
    assert history(rollout("1", 0, 5), rollout("2", 15, 16)) == ["web:1"]
    assert history(rollout("1", 0, 6), rollout("2", 15, 16)) == []


def test_history_does_not_speak_for_the_newest_rollout() -> None:
    """It may fail at this moment."""
    assert history(rollout("1", 0, 5)) == []
    assert history() == []


@pytest.mark.parametrize("status", ["STOPPED", "ROLLBACK_FAILED", "IN_PROGRESS"])
def test_invariant_21_a_revision_whose_rollout_never_succeeded_is_not_good(status: str) -> None:
    """Not the one with the number before, but the one that worked before."""
    assert history(rollout("1", 0, 5), rollout("2", 60, 65, status), rollout("3", 600, 605)) == ["web:1"]


def test_after_a_rollback_by_ecs_it_is_what_it_went_back_to_that_stayed() -> None:
    rolled = rollout("2", 60, 70, "ROLLBACK_SUCCESSFUL", to="1")
    assert history(rolled, rollout("3", 200, 205)) == ["web:1"]


def test_a_revision_that_is_not_described_any_more_or_without_an_end_is_left_out() -> None:
    assert history(rollout("9", 0, 5), rollout("2", 60, 65)) == []
    assert history(rollout("1", 0, None), rollout("2", 60, 65)) == []


def test_history_is_taken_over_once_and_never_against_what_was_seen() -> None:
    known = rolled_back(after(look(0), look(10)), bad("web:43", TWO))
    told = [good("web:41", -60), good("web:43", -90, TWO), good("web:40", -120)]
    full = filled(known, told, at(20))
    assert [one.task_definition for one in full.good] == ["web:41", "web:40"]
    assert full.good[0].last_seen == at(10)
    assert filled(full, [good("web:39", -150)], at(30)) is full


def from_rollouts(*rollouts: Rollout) -> GoodRevision:
    """The only revision that ECS's history speaks for, whose rollouts were followed by others an hour later each."""
    revisions = {"rev/41": Revision("rev/41", "web:41", (RevisionImage("app", "shop:1", "sha256:1"),))}
    [found] = from_history(
        WEB, [Rollout("next", "IN_PROGRESS", at(60), "rev/42"), *rollouts], revisions, SOAK
    )
    return found


def proven(minutes: float = 0, **changes: Any) -> Rollout:
    made = Rollout(f"arn/{minutes}", "SUCCESSFUL", at(minutes), "rev/41", finished_at=at(minutes + 2))
    return replace(made, **changes)


@pytest.mark.parametrize(
    ("changes", "doubt"),
    [
        ({}, ""),
        ({"alarms": "MONITORING_COMPLETE"}, ""),
        ({"early": True}, "its deployment was called SUCCESSFUL early (earlySuccessCriteria)"),
        *(
            (
                {"alarms": status},
                f"the alarms of its deployment were {status}, so that what they said is not known",
            )
            for status in ("TRIGGERED", "DISABLED", "MONITORING", "A_NEW_ONE")
        ),
    ],
)
def test_what_ecs_own_history_says_against_a_revision_is_kept(changes: dict[str, Any], doubt: str) -> None:
    """SUCCESSFUL is weak where not all tasks were waited for, or the alarms were not watched to the end."""
    assert (from_rollouts(proven(**changes)).by_history, from_rollouts(proven(**changes)).doubt) == (
        True,
        doubt,
    )


def test_a_rollout_of_it_without_any_doubt_is_enough() -> None:
    assert from_rollouts(proven(30, early=True), proven(-90)).doubt == ""
    assert from_rollouts(proven(30), proven(-90, early=True)).doubt == ""
    assert from_rollouts(proven(30, early=True), proven(-90, early=True)).doubt != ""


def test_that_ecs_went_back_to_a_revision_says_nothing_of_the_alarms_of_that_one() -> None:
    back = proven(status="ROLLBACK_SUCCESSFUL", target="rev/42", rolled_back_to="rev/41", alarms="TRIGGERED")
    assert from_rollouts(back).doubt == ""


def test_who_has_seen_a_revision_work_is_said_and_history_alone_is_a_doubt() -> None:
    seen = replace(good(), last_seen=at(9 * 24 * 60))
    assert evidence(seen) == "known good for 9 days, seen by Dockwarden"
    assert doubt(seen) is None
    told = replace(seen, by_history=True)
    assert evidence(told) == "known good for 9 days, by ECS's history only"
    assert doubt(told) == "only ECS's history says that web:41 worked"
    assert doubt(replace(told, doubt="it was early")) == (
        "only ECS's history says that web:41 worked, and it was early"
    )
    assert doubt(replace(seen, doubt="it was early")) is None


def test_a_revision_from_history_that_soaks_is_seen_from_then_on() -> None:
    known = filled(NOTHING, [replace(good(), by_history=True)], at(0))
    assert [one.by_history for one in after(look(1), look(11), known=known).good] == [False]


def test_what_was_not_seen_for_four_hundred_days_is_forgotten() -> None:
    known = Known(WEB, good=(good(),), bad=(bad(),))
    assert kept(known, NOON + timedelta(days=399)) == known
    assert kept(known, NOON + timedelta(days=400)) == NOTHING


LOOKS = st.builds(
    look,
    minutes=st.integers(0, 600),
    definition=st.sampled_from(["web:1", "web:2", "web:3"]),
    digests=st.sampled_from([ONE, TWO, ()]),
    running=st.integers(0, 3),
    settled=st.booleans(),
    troubled=st.booleans(),
)
BADS = st.builds(
    bad,
    definition=st.sampled_from(["web:1", "web:2", "web:3"]),
    digests=st.sampled_from([ONE, TWO, ()]),
    minutes=st.integers(0, 600),
)


@given(st.lists(st.one_of(LOOKS, BADS), max_size=60))
def test_whatever_is_seen_in_whatever_order_nothing_bad_is_good_and_the_newest_is_first(
    things: Sequence[Look | BadRevision],
) -> None:
    known = NOTHING
    for one in things:
        known = rolled_back(known, one) if isinstance(one, BadRevision) else observed(known, one, SOAK)
        assert not any(same(g, b) for g in known.good for b in known.bad)
        assert [g.last_seen for g in known.good] == sorted((g.last_seen for g in known.good), reverse=True)
        assert all(g.soaked_at - g.since >= SOAK.lasting for g in known.good)


STEADY = st.lists(
    st.tuples(st.integers(1, 20), st.sampled_from(["web:1", "web:2"]), st.booleans()), max_size=40
)


@given(STEADY)
def test_exactly_what_was_healthy_for_a_soak_without_a_gap_is_good(
    steps: list[tuple[int, str, bool]],
) -> None:
    """Held against a plain count of the minutes of health in a row."""
    now, since, before, expected = 0, 0, "", set()
    known, last = NOTHING, 0
    for minutes, definition, healthy in steps:
        now += minutes
        known = observed(known, look(now, definition, troubled=not healthy), SOAK)
        if not healthy:
            before = ""
            continue
        if definition != before or now - last > 15:
            since = now
        before, last = definition, now
        if now - since >= 10:
            expected.add(definition)
    assert {one.task_definition for one in known.good} == expected


@given(st.lists(LOOKS, max_size=30), LOOKS)
def test_the_same_look_twice_says_nothing_new(looks: list[Look], one: Look) -> None:
    known = after(*looks, one)
    assert observed(known, one, SOAK) == known


def test_no_more_than_twenty_are_kept_of_each() -> None:
    known = NOTHING
    for n in range(30):
        known = after(look(100 * n, f"web:{n}"), look(100 * n + 10, f"web:{n}"), known=known)
    assert [one.task_definition for one in known.good] == [f"web:{29 - n}" for n in range(MOST)]
    for n in range(30):
        known = rolled_back(known, bad(f"web:{100 + n}", minutes=n))
    assert len(known.bad) == MOST


def at_revision(minutes: float, revision: str, digests: Digests = ONE) -> Look:
    return replace(look(minutes, digests=digests), service_revision=revision)


def test_who_deploys_the_same_number_once_more_begins_a_new_soak() -> None:
    """Ten minutes of one service revision are not made of five of each."""
    known = after(at_revision(0, "rev/1"), at_revision(5, "rev/2"), at_revision(10, "rev/2"))
    assert known.good == ()
    assert [one.service_revision for one in after(at_revision(15, "rev/2"), known=known).good] == ["rev/2"]


def test_the_same_number_with_the_same_image_under_another_service_revision_is_still_good() -> None:
    known = after(at_revision(0, "rev/1"), at_revision(10, "rev/1"), at_revision(15, "rev/2"))
    assert [(one.service_revision, one.last_seen) for one in known.good] == [("rev/2", at(15))]


def test_the_number_of_a_bad_revision_may_prove_good_with_a_mended_image() -> None:
    known = Known(WEB, bad=(bad("web:41", TWO),))
    assert after(look(0, digests=TWO), look(10, digests=TWO), known=known).good == ()
    assert [one.digests for one in after(look(0), look(10), known=known).good] == [ONE]


def test_the_number_of_a_good_revision_with_another_image_is_another_one() -> None:
    known = after(look(0), look(10), look(15, digests=TWO), look(25, digests=TWO))
    assert [one.digests for one in known.good] == [TWO, ONE]
    assert known.good[1].last_seen == at(10)


def test_a_rollback_whose_digests_are_not_known_takes_no_other_image_of_the_number_away() -> None:
    """The same number with the image that worked stays known; one whose image is not known either does not."""
    worked = GoodRevision(WEB, "web:42", None, ONE, NOON, NOON, NOON)
    unknown, unread = replace(worked, digests=()), BadRevision(WEB, "web:42", (), at(60), "rollback-1")
    assert rolled_back(replace(NOTHING, good=(worked,)), unread).good == (worked,)
    assert rolled_back(replace(NOTHING, good=(unknown,)), unread).good == ()
    assert rolled_back(replace(NOTHING, good=(worked,)), replace(unread, digests=ONE)).good == ()
