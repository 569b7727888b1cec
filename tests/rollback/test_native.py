"""What ECS goes back to is asked for as much as what Dockwarden goes back to."""

from dataclasses import replace

import pytest

from dockwarden.facts.known_good import Known
from dockwarden.facts.releases import ImageState, Revision, RevisionImage
from dockwarden.facts.unknown import NotRead
from dockwarden.pinned_names import pinned_family
from dockwarden.rollback.case import Case
from dockwarden.rollback.judging import Judgement, judge
from dockwarden.service_actions import RollBackService, StopServiceDeployment
from tests.fakes import NOON
from tests.rollback.cases import (
    DIGEST,
    GATES,
    HOUR,
    asking,
    bad,
    candidate,
    case,
    definition,
    good,
    releases,
    revision_arn,
    revisions,
    rollout,
    service,
)

OTHER = "sha256:" + "b" * 64


def under_way(number: int = 3, **changes: object) -> Case:
    """A third revision that is being deployed from the second, which ECS found to work; so do we."""
    rollouts = (
        rollout(number, "IN_PROGRESS", 2),
        rollout(2, created_at=NOON - 9 * HOUR),
        rollout(1, created_at=NOON - 20 * HOUR),
    )
    of = releases(state=service(number), rollouts=rollouts, revisions=revisions(1, 2, 3))
    made = case(releases=of, known=Known("prod/web", (good(2), good(1, last_seen=NOON - 10 * HOUR))))
    return replace(made, **changes)  # type: ignore[arg-type]


def with_digest(of: Case, number: int, digest: str) -> Case:
    """The same, while ECS has resolved the image of one revision to a digest."""
    known = dict(revisions(1, 2, 3))
    image = RevisionImage("app", "shop:1", digest)
    known[revision_arn(number)] = replace(known[revision_arn(number)], images=(image,))
    return replace(of, releases=replace(of.releases, revisions=known))


def is_stop(found: Judgement) -> bool:
    return isinstance(found.action, StopServiceDeployment)


def test_a_deployment_is_stopped_where_ecs_goes_back_to_what_worked() -> None:
    found = judge(under_way(), GATES, asking())
    assert (is_stop(found), found.objections) == (True, ())


@pytest.mark.parametrize("state", [ImageState.GONE, ImageState.ARCHIVED])
def test_invariant_22_ecs_is_not_sent_back_to_an_image_that_cannot_be_pulled(state: ImageState) -> None:
    """The one before it is there, and is what the service is put on instead."""
    ask = asking(lambda arn, _: candidate(arn, state if arn.endswith(":2") else ImageState.SAME))
    found = judge(under_way(), GATES, ask)
    assert isinstance(found.action, RollBackService)
    assert found.action.task_definition.endswith(":1")


def test_a_tag_that_has_moved_since_does_not_matter_to_ecs() -> None:
    """It starts a service revision with the digests that it resolved then."""
    found = judge(under_way(), GATES, asking(lambda arn, _: candidate(arn, ImageState.MOVED)))
    assert (is_stop(found), found.objections) == (True, ())


def test_images_that_could_not_be_judged_are_for_a_person() -> None:
    unread = judge(under_way(), GATES, asking(lambda *_: NotRead("AccessDenied")))
    unknown = judge(under_way(), GATES, asking(lambda arn, _: candidate(arn, ImageState.UNKNOWN)))
    assert [is_stop(one) for one in (unread, unknown)] == [True, True]
    assert unread.objections == ("whether the images of web:2 are there could not be read: AccessDenied",)
    assert unknown.objections == (
        "whether the image of app in web:2 is still the one that worked is not known",
    )


def test_the_number_that_worked_with_another_image_is_not_what_worked() -> None:
    """It was deployed once more with what its tag stood for by then, and broke."""
    found = judge(with_digest(under_way(), 2, OTHER), GATES, asking())
    assert isinstance(found.action, RollBackService)


def test_ecs_is_not_sent_back_to_what_was_rolled_back_before() -> None:
    of = under_way()
    known = replace(of.known, bad=(bad(2),), good=(good(2, digests=()), of.known.good[1]))
    found = judge(replace(of, known=known), GATES, asking())
    assert isinstance(found.action, RollBackService)


def test_a_redeploy_of_what_is_known_to_have_worked_is_not_why() -> None:
    """Something else has changed: a person decides, as after the deployment is over."""
    of = under_way()
    redeployed = replace(of, known=replace(of.known, good=(good(3), *of.known.good)))
    found = judge(redeployed, GATES, asking())
    assert is_stop(found)
    assert any("web:3 itself was good since" in one for one in found.objections)


def test_a_deployment_that_somebody_stops_is_watched() -> None:
    """Neither call would be taken; and whoever stopped it has begun what is needed."""
    stopped = under_way()
    rollouts = stopped.releases.rollouts
    assert isinstance(rollouts, tuple)
    asked = replace(rollouts[0], status="STOP_REQUESTED")
    of = replace(stopped, releases=replace(stopped.releases, rollouts=(asked, *rollouts[1:])))
    assert judge(of, GATES, asking()).action is None


@pytest.mark.parametrize("said", ["never", "Never", " NEVER "])
def test_never_is_never_however_it_is_written(said: str) -> None:
    of = under_way()
    state = replace(of.state, tags=(("dockwarden:rollback", said),))
    found = judge(replace(of, releases=replace(of.releases, state=state)), GATES, asking())
    assert found.action is None


def test_a_number_that_was_rolled_back_is_not_rolled_back_again_with_a_rebuilt_image() -> None:
    """CI builds the same number's tag anew: at most once by itself for a revision (invariant 19)."""
    of = with_digest(case(), 2, OTHER)
    again = replace(of, known=replace(of.known, bad=(bad(2, digests=(("app", "sha256:" + "c" * 64),)),)))
    found = judge(again, GATES, asking())
    assert any("web:2 was rolled back on" in one for one in found.objections)


def test_a_revision_of_nobody_is_nothing_that_worked() -> None:
    of = under_way()
    known = {revision_arn(2): Revision(revision_arn(2), "", ())}
    found = judge(replace(of, releases=replace(of.releases, revisions=known)), GATES, asking())
    assert isinstance(found.action, RollBackService)


def test_what_ecs_has_taken_back_since_it_worked_is_not_gone_back_to_by_itself() -> None:
    """A rollback of ours that ECS's own circuit breaker took back: its image is not what it was, or a host lacks it."""
    in_vain = rollout(1, "ROLLBACK_SUCCESSFUL", 2, rolled_back_to=revision_arn(2), created_at=NOON)
    of = case(
        releases=releases(rollouts=(in_vain, rollout(2, source=1, created_at=NOON - HOUR / 2), rollout(1)))
    )
    found = judge(of, GATES, asking())
    assert isinstance(found.action, RollBackService)
    assert (
        "the last deployment of 20 Nov, 12:00 UTC to web:1 was taken back: ROLLBACK_SUCCESSFUL"
        in found.objections
    )


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("STOPPED", "its newest deployment was stopped, by a person or a tool"),
        ("ROLLBACK_FAILED", "ECS tried to take it back and failed (ROLLBACK_FAILED)"),
    ],
)
def test_invariant_27_what_somebody_has_given_up_is_for_a_person(status: str, said: str) -> None:
    of = case(releases=releases(rollouts=(rollout(2, status, 1, created_at=NOON - HOUR / 2), rollout(1))))
    found = judge(of, GATES, asking())
    assert isinstance(found.action, RollBackService)
    assert any(one.startswith(said) for one in found.objections)
    assert found.objections != judge(case(), GATES, asking()).objections == ()


def copied(number: int) -> str:
    """The ARN of the pinned copy of a revision of `web` with the image that worked."""
    home = definition(number).rpartition("/")[0]
    return f"{home}/{pinned_family(definition(number), (('app', DIGEST),))}:1"


def brought_by_a_copy(of: Case, number: int) -> Case:
    """The same, while ECS ran the pinned copy of a revision in its place."""
    known = of.releases.revisions
    assert not isinstance(known, NotRead)
    copy = replace(known[revision_arn(number)], task_definition=copied(number))
    return replace(of, releases=replace(of.releases, revisions={**known, revision_arn(number): copy}))


def test_a_copy_of_what_was_rolled_back_is_no_way_back_and_neither_is_its_original() -> None:
    was, copy = bad(2, digests=(("app", DIGEST),)), good(2, task_definition=copied(2))
    of = replace(under_way(), known=Known("prod/web", (copy, good(1)), (was,)))
    assert not is_stop(judge(brought_by_a_copy(of, 2), GATES, asking()))
    theirs = replace(was, task_definition=copied(2))
    known = Known("prod/web", (good(2), good(1)), (theirs,))
    assert not is_stop(judge(replace(under_way(), known=known), GATES, asking()))


def test_what_worked_as_a_copy_is_known_to_have_worked_under_its_own_number() -> None:
    of = replace(under_way(), known=Known("prod/web", (good(2, task_definition=copied(2)),)))
    assert is_stop(judge(of, GATES, asking()))


def test_a_copy_that_ecs_has_taken_back_is_what_was_tried_in_vain() -> None:
    in_vain = rollout(1, "ROLLBACK_SUCCESSFUL", 2, rolled_back_to=revision_arn(2), created_at=NOON)
    of = case(
        releases=releases(rollouts=(in_vain, rollout(2, source=1, created_at=NOON - HOUR / 2), rollout(3)))
    )
    found = judge(brought_by_a_copy(of, 1), GATES, asking())
    assert any(one.endswith("was taken back: ROLLBACK_SUCCESSFUL") for one in found.objections)
