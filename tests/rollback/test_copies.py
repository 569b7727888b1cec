"""A pinned copy and its original are one release, wherever a target is chosen."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from dockwarden.facts.known_good import Digests, Known
from dockwarden.facts.releases import Candidate, Definition, ImageNow, ImageState, Revision, RevisionImage
from dockwarden.facts.unknown import NotRead
from dockwarden.pinned_actions import RollBackToPinnedCopy
from dockwarden.pinned_names import pinned_family, written
from dockwarden.rollback.copies import copies
from dockwarden.rollback.judging import judge
from dockwarden.rollback.targets import NoTarget, Running, Target, choose
from dockwarden.service_actions import RollBackService
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
    service,
)

DIGESTS: Digests = (("app", DIGEST),)
OTHER = "sha256:" + "b" * 64
MOVED, SAME, UNKNOWN = ImageState.MOVED, ImageState.SAME, ImageState.UNKNOWN


def copy_of(number: int, digests: Digests = DIGESTS, revision: int = 1) -> str:
    """The ARN of the copy of a revision of `web`."""
    home = definition(number).rpartition("/")[0]
    return f"{home}/{pinned_family(definition(number), digests)}:{revision}"


def found(number: int, *states: ImageState, status: str = "ACTIVE", pinnable: bool = True) -> Candidate:
    """A revision whose images are as they are now; the first is that of the container `app`."""
    names = ("app", "proxy", "agent")
    images = (ImageNow(name, f"{name}:1", DIGEST, state) for name, state in zip(names, states, strict=False))
    return Candidate(Definition(definition(number), status), tuple(images), pinnable)


def chosen(known: Known, current: Running | None = None, **states: Candidate) -> Target | NoTarget:
    """The target where some revisions are as a test says, and the others can be deployed."""

    def ask(task_definition: str, digests: Mapping[str, str]) -> Candidate | NotRead:
        del digests
        name = "web" + task_definition.rpartition(":")[2]
        return states.get(name, replace(candidate(task_definition), pinnable=True))

    return choose(known, current or Running(definition(9)), NOON, timedelta(days=90), ask)


def of(*goods: Any, bads: Any = ()) -> Known:
    return Known("prod/web", goods, tuple(bads))


def test_invariant_25_a_moved_tag_is_pinned_where_that_is_switched_on() -> None:
    assert chosen(of(good(5)), web5=found(5, MOVED)) == Target(good(5), pinned=True)


def test_what_needs_no_copy_gets_none() -> None:
    assert chosen(of(good(5)), web5=found(5, SAME)) == Target(good(5))


@pytest.mark.parametrize("states", [(MOVED, UNKNOWN), (UNKNOWN, MOVED), (MOVED, ImageState.ACTIVATING)])
def test_an_image_that_cannot_be_judged_beside_it_waits_for_a_person(states: tuple[ImageState, ...]) -> None:
    both = good(5, digests=(("app", DIGEST), ("proxy", DIGEST)))
    target = chosen(of(both), web5=found(5, *states))
    assert isinstance(target, Target)
    assert (target.pinned, target.objection is not None) == (True, True)
    assert "is still the one that worked is not known" in str(target.objection)


def test_a_container_whose_digest_nobody_knows_makes_a_copy_impossible() -> None:
    target = chosen(of(good(5)), web5=found(5, MOVED, SAME))
    assert isinstance(target, Target)
    assert not target.pinned
    assert str(target.objection).endswith("the digest of one of its images is not known")


@pytest.mark.parametrize("state", [ImageState.GONE, ImageState.ARCHIVED])
def test_invariant_22_no_copy_brings_back_an_image_that_cannot_be_pulled(state: ImageState) -> None:
    two = good(5, digests=(("app", DIGEST), ("proxy", DIGEST)))
    assert isinstance(chosen(of(two), web5=found(5, MOVED, state)), NoTarget)


def test_invariant_24_an_active_release_comes_before_the_copy_of_an_inactive_one() -> None:
    known, inactive = of(good(5), good(3)), found(5, SAME, status="INACTIVE")
    assert chosen(known, web5=inactive) == Target(good(3))
    last = chosen(known, web5=inactive, web3=found(3, ImageState.GONE))
    objection = "web:5 is INACTIVE: a copy of it has to be registered"
    assert last == Target(good(5), objection, pinned=True)
    for out in (
        replace(inactive, pinnable=False),
        found(5, SAME, status="DELETE_IN_PROGRESS"),
        found(5, ImageState.GONE, status="INACTIVE"),
        found(5, UNKNOWN, status="INACTIVE"),
    ):
        assert isinstance(chosen(of(good(5)), web5=out), NoTarget)


def test_the_original_of_what_runs_is_no_other_release_and_neither_is_its_copy() -> None:
    """Else both would take turns for ever (invariant 18)."""
    copy = good(1, task_definition=copy_of(5))
    assert chosen(of(good(5)), Running(copy_of(5), DIGESTS)) == NoTarget(
        "no revision of it is known to have worked"
    )
    assert chosen(of(copy), Running(definition(5), DIGESTS)) == NoTarget(
        "no revision of it is known to have worked"
    )
    assert chosen(of(good(5), good(3)), Running(copy_of(5), DIGESTS)) == Target(good(3))


def test_a_copy_of_another_revision_with_the_same_image_is_another_release() -> None:
    """What they differ in may be a variable."""
    assert chosen(of(good(5)), Running(copy_of(4), DIGESTS)) == Target(good(5))


def test_another_image_in_the_family_of_a_copy_is_another_release() -> None:
    """Who derives the next revision from what the service runs makes it there."""
    theirs = Running(copy_of(5, revision=2), (("app", OTHER),))
    assert chosen(of(good(5)), theirs, web5=found(5, MOVED)) == Target(good(5), pinned=True)
    assert not copies(good(1, task_definition=copy_of(5), digests=(("app", OTHER),)), good(5))


def test_a_release_whose_copy_was_rolled_back_is_bad_and_so_is_a_copy_of_a_bad_one() -> None:
    nothing = NoTarget("no revision of it is known to have worked")
    copy = good(1, task_definition=copy_of(5))
    assert chosen(of(good(5), bads=[bad(5, task_definition=copy_of(5), digests=DIGESTS)])) == nothing
    assert chosen(of(copy, bads=[bad(5, digests=DIGESTS)])) == nothing
    undone = bad(5, task_definition=copy_of(5), digests=DIGESTS, undone=True)
    assert chosen(of(good(5), bads=[undone])) == Target(good(5))


def test_another_image_under_the_number_that_runs_is_taken_back_by_a_copy_alone() -> None:
    """UpdateService with the task definition that a service has begins no deployment."""
    now = Running(definition(5), (("app", OTHER),))
    for state in (MOVED, SAME):
        assert chosen(of(good(5)), now, web5=found(5, state)) == Target(good(5), pinned=True)
        off = chosen(of(good(5)), now, web5=found(5, state, pinnable=False))
        assert isinstance(off, NoTarget)
        assert off.why.startswith(
            "web:5: it runs, with another image than the one that worked; pinned copies"
        )
    assert isinstance(chosen(of(good(5)), Running(definition(5)), web5=found(5, MOVED)), NoTarget)


def test_the_proposal_names_the_original_and_the_digests_that_worked() -> None:
    judgement = judge(case(), GATES, asking(lambda *_: found(1, MOVED)))
    assert judgement.objections == ()
    assert judgement.action == RollBackToPinnedCopy(
        cluster=str(releases().state.cluster_arn),
        service=releases().state.arn,
        task_definition=definition(1),
        bad_task_definition=definition(2),
        current_deployment="ecs-svc/9",
        digests=written(DIGESTS),
    )


def running_a_copy(number: int) -> Any:
    """A service on the copy of a revision, which has failed since."""
    copy = copy_of(number)
    image = RevisionImage("app", f"shop@{DIGEST}", DIGEST)
    made = {"arn:copy": Revision("arn:copy", copy, (image,))}
    rollouts = (replace(releases().rollouts[0], target="arn:copy"),)  # type: ignore[index]
    return releases(state=service(2, task_definition_arn=copy), rollouts=rollouts, revisions=made)


def test_invariant_32_a_copy_of_what_worked_is_not_taken_back_further_without_a_person() -> None:
    """As its original would not be: something else has changed."""
    known = Known("prod/web", (good(5), good(3, NOON - 3 * HOUR)))
    judgement = judge(
        case(releases=running_a_copy(5), known=known), GATES, asking(lambda arn, _: candidate(arn))
    )
    assert isinstance(judgement.action, RollBackService)
    assert judgement.action.task_definition == definition(3)
    assert any("itself was good since" in one for one in judgement.objections)


def test_where_the_same_number_runs_another_image_it_is_not_known_to_have_worked() -> None:
    image = RevisionImage("app", "shop:1", OTHER)
    made = {"arn:again": Revision("arn:again", definition(1), (image,))}
    rollouts = (replace(releases().rollouts[0], target="arn:again"),)  # type: ignore[index]
    again = releases(state=service(1), rollouts=rollouts, revisions=made)
    judgement = judge(case(releases=again), GATES, asking(lambda *_: found(1, MOVED)))
    assert isinstance(judgement.action, RollBackToPinnedCopy)
    assert judgement.objections == ()
