"""Rollbacks to a copy whose images are pinned, where a tag stands for another image by now: with the switch on and off."""

from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ReadTimeoutError

from dockwarden.cli.release_course import Answer, Course, LedgerLook, Look, TakenBack, Terms
from dockwarden.cli.waiting import stepped
from dockwarden.facts.releases import Releases
from dockwarden.facts.services import ServiceRef
from dockwarden.ledger.controls import ControlLedger
from dockwarden.pinned_names import COPY_TAG, SUFFIX
from dockwarden.runtime.undo import ask_undo
from lab.drydock import deployments, images, registrations
from lab.drydock.build import deploy
from lab.drydock.images import Image, image_uri
from lab.drydock.model import Behaviour, Service, TaskDefinition
from lab.drydock.troubles import add_trouble
from tests.rollback.pinning import ANSWERED, EXECUTION_ROLE, TASK_ROLE, Pinning
from tests.rollback.story import CRASH, Story, runs, story
from tests.runtime.harness import KilledError

MINUTE = 60
LATE = Behaviour("exits", after=166, exit_code=1)
WELL = Behaviour("runs")


def pinning(**settings: Any) -> AbstractContextManager[Story]:
    """A story whose platform has switched pinned copies on."""
    return story(kind=Pinning, **settings)


def shop(tale: Story, **changes: Any) -> tuple[Service, Image]:
    """A service with roles, environment and tags, of an image under a tag that may be moved."""
    good = images.push(tale.world, "shop", "1")
    definition = TaskDefinition(
        "web",
        image=image_uri(tale.world.names, "shop", "1"),
        task_role=TASK_ROLE,
        execution_role=EXECUTION_ROLE,
        environment={"PASSWORD": "canary-hunter2"},
        command=("serve", "--port", "80"),
        tags={"team": "shop", "aws:cloudformation:stack-name": "shop"},
    )
    return tale.service(definition=definition, good_for=30 * MINUTE, **changes), good


def release_under_the_same_tag(tale: Story, web: Service) -> None:
    """A bad image takes the tag of the good one, and the next revision names it."""
    images.push(tale.world, "shop", "1", behaviour=LATE)
    tale.release(web, WELL)


def registered(tale: Story) -> list[TaskDefinition]:
    """The copies that there are."""
    families = tale.world.definitions.items()
    return [one for name, found in families if name.endswith(SUFFIX) for one in found.values()]


def calls(tale: Story, operation: str) -> int:
    """How often something was really done by a call."""
    log = tale.installation.endpoint.log
    return sum(1 for call in log.named(operation) if call.executed)


def test_invariant_25_with_pinned_copies_off_a_moved_tag_holds_and_says_how_to_switch_them_on() -> None:
    with story() as tale:
        web, _ = shop(tale)
        release_under_the_same_tag(tale, web)
        tale.run(25 * MINUTE)
        [held] = tale.proposals()
        assert runs(web) == "web:2"
        assert tale.ours() == {}
        assert registered(tale) == []
        assert "[pinned_copies] in dockwarden.toml switches them on" in f"{held.reason} {held.why}"


def test_invariant_25_with_pinned_copies_on_a_copy_of_what_worked_is_registered_once_and_deployed() -> None:
    """It has the digest that worked and all else of the original, in a family of its own."""
    with pinning() as tale:
        web, good = shop(tale)
        original = web.definition
        release_under_the_same_tag(tale, web)
        tale.run(25 * MINUTE)
        [copy] = registered(tale)
        assert runs(web) == f"{copy.family}:1"
        assert tale.ours() == {"UpdateService": 1}
        assert calls(tale, "RegisterTaskDefinition") == 1
        assert copy.image == image_uri(tale.world.names, "shop", good.digest)
        assert {task.digest for task in tale.cluster.tasks_of(web)} == {good.digest}
        for name in ("container", "environment", "command", "task_role", "execution_role", "cpu", "memory"):
            assert getattr(copy, name) == getattr(original, name)
        assert copy.tags == {"team": "shop", COPY_TAG: "web:1"}
        assert tale.proposals() == []
        assert "rolled back, healthy again" in tale.headlines()


def test_the_family_of_the_original_gets_no_revision_because_others_read_the_latest_of_it() -> None:
    with pinning() as tale:
        web, _ = shop(tale)
        release_under_the_same_tag(tale, web)
        tale.run(25 * MINUTE)
        assert sorted(tale.world.definitions["web"]) == [1, 2]
        assert registrations.latest(tale.world, "web") == 2


def test_a_later_rollback_to_the_same_release_takes_the_copy_that_is_there() -> None:
    """It soaks like every release, and is what worked last."""
    with pinning() as tale:
        web, _ = shop(tale)
        release_under_the_same_tag(tale, web)
        tale.run(50 * MINUTE)
        copy = runs(web)
        assert copy in tale.good(web)
        images.push(tale.world, "shop", "2", behaviour=LATE)
        tale.release(web, WELL, image=image_uri(tale.world.names, "shop", "2"))
        tale.run(25 * MINUTE)
        assert runs(web) == copy
        assert calls(tale, "RegisterTaskDefinition") == 1
        assert tale.ours() == {"UpdateService": 2}


def test_invariant_5_who_dies_between_both_calls_registers_no_second_copy() -> None:
    with pinning() as tale:
        web, _ = shop(tale)
        release_under_the_same_tag(tale, web)
        tale.installation.plan.stop_at = "ecs.UpdateService"
        with pytest.raises(KilledError):
            tale.run(25 * MINUTE)
        tale.installation.plan.stop_at = tale.installation.plan.at = None
        assert len(registered(tale)) == 1
        assert tale.ours() == {}
        tale.run(25 * MINUTE)
        assert len(registered(tale)) == 1
        assert runs(web) == f"{registered(tale)[0].family}:1"
        assert tale.ours() == {"UpdateService": 1}


def test_invariant_66_an_answer_of_the_function_that_is_lost_costs_another_try_and_no_second_copy() -> None:
    def lost() -> None:
        raise ReadTimeoutError(endpoint_url="https://lambda")

    with pinning() as tale:
        web, _ = shop(tale)
        release_under_the_same_tag(tale, web)
        tale.before(ANSWERED, lost)
        tale.run(25 * MINUTE)
        assert calls(tale, "RegisterTaskDefinition") == 1
        assert runs(web) == f"{registered(tale)[0].family}:1"
        assert tale.ours() == {"UpdateService": 1}


@pytest.mark.parametrize("call", ["ecs.RegisterTaskDefinition", "ecs.UpdateService"])
def test_invariant_5_an_answer_that_nobody_got_is_found_out(call: str) -> None:
    """Killed right after each of the calls, the end is the same."""
    with pinning() as tale:
        web, _ = shop(tale)
        release_under_the_same_tag(tale, web)
        plan = tale.installation.plan
        plan.stop_at, plan.when = call, "after"
        with pytest.raises(KilledError):
            tale.run(25 * MINUTE)
        plan.stop_at = None
        tale.run(25 * MINUTE)
        [copy] = registered(tale)
        assert runs(web) == f"{copy.family}:1"
        assert tale.ours() == {"UpdateService": 1}


def test_a_role_that_is_not_listed_is_never_passed_on() -> None:
    """The sentence names the role, and where to list it."""
    with pinning(roles=(EXECUTION_ROLE,)) as tale:
        web, _ = shop(tale)
        release_under_the_same_tag(tale, web)
        tale.run(25 * MINUTE)
        assert runs(web) == "web:2"
        assert tale.ours() == {}
        assert registered(tale) == []
        said = [
            f"the role '{TASK_ROLE}' is not listed in pinned_copies.roles" in str(card)
            for card in refused(tale)
        ]
        assert said
        assert all(said)


def refused(tale: Story) -> list[dict[str, Any]]:
    """What people were told of tries that came to nothing."""
    return tale.cards("not rolled back")


def test_invariant_28_what_a_person_deploys_while_the_copy_is_registered_stands() -> None:
    """It is looked once more after the registration."""
    with pinning() as tale:
        web, _ = shop(tale)
        release_under_the_same_tag(tale, web)
        images.push(tale.world, "shop", "3")

        def fix() -> None:
            uri = image_uri(tale.world.names, "shop", "3")
            deploy(tale.world, tale.cluster, web, behaviour=WELL, image=uri)

        tale.before("ecs.RegisterTaskDefinition", fix)
        tale.run(25 * MINUTE)
        assert runs(web) == "web:3"
        assert tale.ours() == {}
        assert len(registered(tale)) == 1


def test_invariant_62_a_stop_that_is_ordered_while_the_copy_is_registered_stands() -> None:
    """The gate is asked before each of both calls."""
    with pinning() as tale:
        web, _ = shop(tale)
        release_under_the_same_tag(tale, web)
        tale.before("ecs.RegisterTaskDefinition", lambda: stop(tale))
        tale.run(25 * MINUTE)
        assert runs(web) == "web:2"
        assert tale.ours() == {}
        assert len(registered(tale)) == 1


def stop(tale: Story) -> None:
    """A person stops everything."""
    parts = tale.installation.parts
    # Past the kill plan, which is asked about each call of the function and not of people.
    ControlLedger(tale.installation.memory).stop("everything", "", "alice", parts.clock.now())


def test_a_rollback_that_needs_a_person_waits_and_makes_no_copy_before() -> None:
    with pinning() as tale:
        web, _ = shop(tale, tags={})
        release_under_the_same_tag(tale, web)
        tale.run(25 * MINUTE)
        [held] = tale.proposals()
        assert held.kind == "UpdateService:PINNED"
        assert registered(tale) == []
        tale.approve(held)
        tale.run(10 * MINUTE)
        [copy] = registered(tale)
        assert runs(web) == f"{copy.family}:1"


def test_invariant_74_an_undo_rolls_forward_from_the_copy_to_what_it_had() -> None:
    with pinning() as tale:
        web, _ = shop(tale)
        release_under_the_same_tag(tale, web)
        tale.run(25 * MINUTE)
        [bad] = tale.known(web).bad
        undo(tale, bad.intent)
        tale.run(15)
        assert runs(web) == "web:2"
        assert tale.known(web).bad[0].undone


def undo(tale: Story, intent: str) -> None:
    """A person takes a rollback back, as `dockwarden undo` does."""
    held = ask_undo(tale.installation.parts, intent, "alice", "it was not the release")
    tale.asked_for(held)


def test_invariant_32_where_the_copy_fails_too_its_original_is_not_tried_next() -> None:
    """The copy is the release that worked; its original is no other one."""
    with pinning() as tale:
        web, _ = shop(tale)
        release_under_the_same_tag(tale, web)
        tale.run(25 * MINUTE)
        [copy] = registered(tale)
        assert runs(web) == f"{copy.family}:1"
        add_trouble(tale.world, CRASH, services=["web"])
        tale.run(30 * MINUTE)
        assert runs(web) == f"{copy.family}:1"
        assert tale.ours() == {"UpdateService": 1}
        assert "rolled back, and still failing" in tale.headlines()
        assert len(registered(tale)) == 1


def test_invariant_24_a_definition_that_is_inactive_is_copied_for_a_person_only() -> None:
    """As a last resort, with its images pinned."""
    with pinning() as tale:
        web, good = shop(tale)
        registrations.deregister(tale.world, web.definition)
        images.push(tale.world, "shop", "2", behaviour=LATE)
        tale.release(web, WELL, image=image_uri(tale.world.names, "shop", "2"))
        tale.run(25 * MINUTE)
        [held] = tale.proposals()
        assert "web:1 is INACTIVE: a copy of it has to be registered" in f"{held.reason} {held.why}"
        assert runs(web) == "web:2"
        tale.approve(held)
        tale.run(10 * MINUTE)
        assert {task.digest for task in tale.cluster.tasks_of(web)} == {good.digest}


def test_a_new_image_under_the_tag_of_the_same_task_definition_is_taken_back_by_a_copy() -> None:
    """As with `latest` and a forced deployment: UpdateService with the number that it has would change nothing."""
    with pinning() as tale:
        web, good = shop(tale)
        images.push(tale.world, "shop", "1", behaviour=LATE)
        force(tale, web)
        tale.run(25 * MINUTE)
        [copy] = registered(tale)
        assert runs(web) == f"{copy.family}:1"
        assert {task.digest for task in tale.cluster.tasks_of(web)} == {good.digest}
        [bad] = tale.known(web).bad
        assert bad.digests != (("app", good.digest),)
        assert "web:1" in tale.good(web)


def test_the_same_with_pinned_copies_off_tells_why_nothing_can_be_done() -> None:
    with story() as tale:
        web, _ = shop(tale)
        images.push(tale.world, "shop", "1", behaviour=LATE)
        force(tale, web)
        tale.run(25 * MINUTE)
        assert tale.ours() == {}
        assert tale.proposals() == []
        [card] = tale.cards("needs a look")
        assert "it runs, with another image than the one that worked; pinned copies" in card["cause"]


def force(tale: Story, web: Service) -> None:
    """A forced deployment, which resolves the tag anew."""
    deployments.begin(tale.world, tale.cluster, web, web.definition)
    tale.world.log.flush()


def test_a_pipeline_that_waits_learns_that_its_release_was_rolled_back() -> None:
    """And not that somebody has deployed something else, which the copy looks like."""
    with pinning() as tale:
        web, _ = shop(tale)
        release_under_the_same_tag(tale, web)
        tale.run(25 * MINUTE)
        [bad] = tale.known(web).bad
        now = tale.installation.clock.now()
        releases: Any = tale.installation.parts.facts.answers()[Releases]
        ledger = LedgerLook(TakenBack(bad, "app-exit", None))
        found = releases.of(ServiceRef("prod", "web"))
        terms = Terms("web:2", timedelta(minutes=10), timedelta(hours=1))
        course = Course(bad.at - timedelta(minutes=9))
        for seconds in range(0, 60, 15):
            if course.ended is None:
                course = stepped(course, Look(now + timedelta(seconds=seconds), found, ledger), terms)
        assert course.ended is not None
        assert (course.ended.answer, course.ended.receipt) == (Answer.ROLLED_BACK, bad.intent)


def test_invariant_71_no_value_of_a_task_definition_is_told_or_kept() -> None:
    with pinning() as tale:
        web, _ = shop(tale)
        release_under_the_same_tag(tale, web)
        tale.run(25 * MINUTE)
        assert registered(tale)
        assert "canary-hunter2" not in str((tale.told, tale.events, tale.installation.memory.__dict__))
