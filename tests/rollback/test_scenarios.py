"""What becomes of a release that fails: each story with its end state and the number of changes that were made.

The real engine, ledger and adapters; each lane is a function of its own, and hears what its rules let through.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from lab.drydock import deployments, images, registrations, stacks
from lab.drydock.build import add_service, deploy, register
from lab.drydock.images import image_uri
from lab.drydock.model import Behaviour, CircuitBreaker, Service, TaskDefinition
from lab.drydock.troubles import add_trouble, end_trouble
from tests.rollback.ending import (
    AGAIN,
    FAILS,
    HELD,
    NEEDS_A_LOOK,
    ROLLED_BACK,
    STOPPED,
    end,
    on,
    proposed,
    put_back,
    stopped,
)
from tests.rollback.story import CRASH, SAFE, Story, runs, story

MINUTE, HOUR = 60, 3600
LATE = Behaviour("exits", after=166, exit_code=1)
"""Ninety seconds after COMPLETED, when neither ECS nor its circuit breaker looks any more."""
WELL = Behaviour("runs")


def why(tale: Story) -> str:
    """What the only proposal says that stands against it."""
    [held] = tale.proposals()
    return f"{held.reason}; {held.why}"


def test_a_crash_after_completed_without_a_health_check_is_rolled_back() -> None:
    """The circuit breaker does not count it, and after COMPLETED ECS starts tasks for ever."""
    with story() as tale:
        web = tale.service()
        tale.release(web, LATE)
        tale.run(40 * MINUTE)
        assert end(tale, web) == put_back()


def test_a_crash_at_start_has_the_deployment_stopped_while_it_is_under_way() -> None:
    with story() as tale:
        web = tale.service()
        tale.release(web, CRASH)
        tale.run(30 * MINUTE)
        assert end(tale, web) == stopped()


def test_out_of_memory_after_an_hour_is_proposed_because_the_revision_has_worked() -> None:
    """It was healthy for longer than a soak: whether its release is why, a person says."""
    with story() as tale:
        web = tale.service()
        tale.release(web, Behaviour("out-of-memory", after=HOUR))
        tale.run(2.5 * HOUR)
        again = ("a task failed", "healthy again", *HELD, "healthy again")
        cards = tuple(card for card in again if card != "keeps crashing")  # it runs for an hour each time
        assert end(tale, web) == on("web:2", cards, waiting=1)
        assert "web:2 itself was good since" in why(tale)


def test_two_bad_releases_in_a_row_lead_back_to_the_one_that_worked() -> None:
    """ECS called the first of them SUCCESSFUL, and would go back to it."""
    with story() as tale:
        web = tale.service()
        tale.release(web, LATE)
        tale.run(135)
        assert web.history[0].status == "SUCCESSFUL"
        tale.release(web, CRASH)
        tale.run(30 * MINUTE)
        assert end(tale, web) == put_back("web:3")
        assert [one.status for one in web.history] == ["SUCCESSFUL", "STOPPED", "SUCCESSFUL", "SUCCESSFUL"]


def test_invariant_21_a_revision_that_was_never_deployed_is_no_target() -> None:
    with story() as tale:
        web = tale.service()
        register(tale.world, TaskDefinition("web", 2))
        assert tale.release(web, LATE) == "web:3"
        tale.run(30 * MINUTE)
        assert end(tale, web) == put_back("web:3")


def test_invariant_24_a_target_that_is_inactive_is_passed_over_and_people_are_told() -> None:
    with story() as tale:
        web = tale.service()
        registrations.deregister(tale.world, web.definition)
        tale.release(web, LATE)
        tale.run(30 * MINUTE)
        assert end(tale, web) == on("web:2", NEEDS_A_LOOK)
        assert "UpdateService" not in [call.operation for call in tale.installation.endpoint.log.calls]
        [card] = tale.cards("needs a look")
        assert card["cause"] == (
            "App-exit, and there is nothing to go back to: web:1: its task definition is INACTIVE."
        )


def test_invariant_24_an_older_good_revision_takes_the_place_of_an_inactive_one() -> None:
    with story() as tale:
        web = tale.service()
        tale.release(web, WELL)
        tale.run(30 * MINUTE)
        assert tale.good(web) == ["web:2", "web:1"]
        registrations.deregister(tale.world, web.definition)
        tale.release(web, LATE)
        tale.run(30 * MINUTE)
        assert end(tale, web) == put_back("web:3")


def of_image(tale: Story) -> tuple[Service, images.Image]:
    """A service of an image of this registry, which has worked."""
    good = images.push(tale.world, "shop", "1")
    uri = image_uri(tale.world.names, "shop", "1")
    return tale.service(definition=TaskDefinition("web", image=uri)), good


def test_invariant_25_a_tag_that_was_moved_holds_the_rollback() -> None:
    """The old number would run the bad image: a person decides."""
    with story() as tale:
        web, _ = of_image(tale)
        images.push(tale.world, "shop", "1", behaviour=LATE)
        tale.release(web, WELL)
        tale.run(30 * MINUTE)
        assert end(tale, web) == proposed()
        assert "stands for another image than the one that worked" in why(tale)


@pytest.mark.parametrize("remove", [images.archive, images.delete_image])
def test_invariant_22_a_target_whose_image_cannot_be_pulled_is_passed_over(
    remove: Callable[..., None],
) -> None:
    with story() as tale:
        web, good = of_image(tale)
        images.push(tale.world, "shop", "2", behaviour=LATE)
        tale.release(web, WELL, image=image_uri(tale.world.names, "shop", "2"))
        remove(tale.world, "shop", good.digest)
        tale.run(30 * MINUTE)
        assert end(tale, web) == on("web:2", NEEDS_A_LOOK)
        [card] = tale.cards("needs a look")
        assert "there is nothing to go back to: web:1: the image of app is" in card["cause"]


def test_invariant_23_a_service_with_one_revision_only_is_left_alone() -> None:
    with story() as tale:
        web = tale.service(good_for=60)
        add_trouble(tale.world, CRASH, services=["web"])
        tale.run(30 * MINUTE)
        assert end(tale, web) == on("web:1", NEEDS_A_LOOK)
        [card] = tale.cards("needs a look")
        assert card["cause"].endswith("no revision of it is known to have worked.")


def test_invariant_28_what_a_person_deploys_between_decision_and_call_stands() -> None:
    """After everything was read and before the last look, somebody fixes it forward."""
    with story() as tale:
        web = tale.service()
        tale.release(web, LATE)

        def fix() -> None:
            deploy(tale.world, tale.cluster, web, behaviour=WELL)

        tale.before("sts.AssumeRole", fix)
        tale.run(60 * MINUTE)
        assert end(tale, web) == on("web:3", (*FAILS, "not rolled back", "healthy again"))
        assert tale.good(web) == ["web:3", "web:1"]


def test_invariant_27_nothing_is_done_where_the_circuit_breaker_acts_first() -> None:
    """Neither while it takes the deployment back, nor after that, though the incident is open for a while still."""
    with story() as tale:
        breaker = CircuitBreaker(enable=True, rollback=True)
        web = tale.service(breaker=breaker)
        tale.release(
            web,
            Behaviour("fails-to-start", reason="CannotPullContainerError: pull image manifest: not found"),
        )
        tale.lanes = ("records",)
        tale.until(lambda: web.history[0].status == "ROLLBACK_IN_PROGRESS")
        tale.lanes = ("voluntary", "records")
        tale.run(40 * MINUTE)
        cards = (*FAILS, "the deployment failed", "healthy again")
        assert end(tale, web) == on("web:1", cards, deployment="ROLLBACK_SUCCESSFUL")


def test_invariant_32_where_the_good_revision_fails_too_nothing_goes_back_further() -> None:
    """Also where an older good one is there."""
    with story() as tale:
        web = tale.service()
        tale.release(web, WELL)
        tale.run(30 * MINUTE)
        tale.release(web, LATE)
        tale.until(lambda: bool(tale.ours()))
        add_trouble(tale.world, CRASH, services=["web"], at=30)
        cards = (*FAILS, "rolled back", "rolled back, and still failing", HELD[-1])
        one = {"UpdateService": 1}
        for _ in range(2):
            tale.run(12 * MINUTE)
            ended = on("web:2", cards, one, deployment="IN_PROGRESS", waiting=1, bad=("web:3",))
            assert end(tale, web) == ended
        assert "nothing goes back further by itself" in why(tale)
        assert tale.good(web) == ["web:2", "web:1"]


def test_invariant_19_what_ci_brings_back_again_and_again_is_rolled_back_once() -> None:
    with story() as tale:
        web = tale.service()
        tale.release(web, LATE)
        bad = web.definition
        tale.run(20 * MINUTE)
        for _ in range(2):
            deployments.begin(tale.world, tale.cluster, web, bad)
            tale.run(12 * MINUTE)
        cards = (*ROLLED_BACK, AGAIN, *HELD, AGAIN, HELD[-1])
        # One proposal for each deployment, of which the last one waits, and one rollback in all.
        assert end(tale, web) == on("web:2", cards, {"UpdateService": 1}, waiting=1, bad=("web:2",))
        assert all("deployed again: once is enough by itself" in held.reason for held in tale.proposals())


def test_invariant_19_a_bad_revision_that_comes_back_is_not_stopped_by_itself_either() -> None:
    with story() as tale:
        web = tale.service()
        tale.release(web, CRASH)
        bad = web.definition
        tale.run(20 * MINUTE)
        deployments.begin(tale.world, tale.cluster, web, bad)
        tale.run(8 * MINUTE)
        ended = end(tale, web)
        assert (ended.runs, ended.tasks, ended.deployment) == ("web:2", ("web:1", "web:2"), "IN_PROGRESS")
        assert (ended.changes, ended.waiting) == ({"StopServiceDeployment": 1}, 1)
        assert ended.cards == (*STOPPED, AGAIN, *HELD)
        assert "once is enough by itself" in why(tale)


def test_one_poisoned_message_that_fails_one_of_twenty_tasks_is_no_bad_release() -> None:
    with story() as tale:
        web = tale.service(desired_count=20)
        tale.release(web, WELL)
        tale.run(4 * MINUTE)
        assert web.history[0].status == "SUCCESSFUL"
        add_trouble(tale.world, CRASH, services=["web"], most=1)
        tale.run(8 * MINUTE)
        assert end(tale, web) == proposed()
        assert "of its 20 tasks are known to fail, less than 50 percent" in why(tale)


def test_a_release_that_migrated_a_schema_is_not_taken_back_by_itself() -> None:
    with story() as tale:
        web = tale.service()
        tale.release(web, LATE, tags={"dockwarden:barrier": "true"})
        tale.run(20 * MINUTE)
        assert end(tale, web) == proposed()
        assert "web:2 has the tag dockwarden:barrier" in why(tale)


def test_a_barrier_between_the_one_that_worked_and_the_one_that_fails_holds_too() -> None:
    """The release before migrated the schema; going back past it would break what the data is now."""
    with story() as tale:
        web = tale.service()
        tale.release(web, LATE, tags={"dockwarden:barrier": "true"})
        tale.run(90)
        tale.release(web, LATE)
        tale.run(20 * MINUTE)
        assert end(tale, web) == proposed("web:3")
        assert "web:2 in between has the tag dockwarden:barrier" in why(tale)


def test_the_image_of_a_revision_that_was_rolled_back_is_recognised_under_another_number() -> None:
    """CI builds the same broken image into a new revision: it is held, and says which one it was."""
    with story() as tale:
        web = tale.service()
        broken = images.push(tale.world, "web", "broken")
        uri = images.image_uri(tale.world.names, "web", broken.digest)
        tale.release(web, LATE, image=uri)
        tale.run(20 * MINUTE)
        assert runs(web) == "web:1"
        tale.release(web, LATE, image=uri)
        tale.run(20 * MINUTE)
        cards = (*ROLLED_BACK, AGAIN, FAILS[0], AGAIN, FAILS[1], HELD[-1])  # first that, and then by whom
        assert end(tale, web) == on("web:3", cards, {"UpdateService": 1}, waiting=1, bad=("web:2",))
        assert "web:3 brings the image of web:2, which was rolled back on" in why(tale)


def test_while_cloudformation_is_at_work_on_its_stack_a_service_is_left_alone() -> None:
    with story() as tale:
        tags = {**SAFE, stacks.STACK_TAG: "web-stack"}
        stacks.set_stack(tale.world, "web-stack", "UPDATE_COMPLETE")
        web = tale.service(tags=tags)
        stacks.set_stack(tale.world, "web-stack", "UPDATE_IN_PROGRESS")
        tale.release(web, LATE)
        tale.run(20 * MINUTE)
        assert end(tale, web) == proposed()
        assert "stack web-stack is UPDATE_IN_PROGRESS" in why(tale)


@pytest.mark.parametrize(
    "settings",
    [
        {"controller": "CODE_DEPLOY"},
        {"controller": "EXTERNAL"},
        {"scheduling": "DAEMON"},
        {"managed_by": "ECS"},
    ],
    ids=lambda found: str(next(iter(found.values()))),
)
def test_invariant_29_what_somebody_else_deploys_is_told_and_not_touched(settings: dict[str, Any]) -> None:
    with story() as tale:
        tale.service(**settings)
        add_trouble(tale.world, CRASH, services=["web"])
        tale.run(20 * MINUTE)
        assert tale.ours() == {}
        assert tale.proposals() == []
        assert "keeps crashing" in tale.headlines()


def test_invariant_33_fifty_services_that_fail_at_once_are_held_with_one_page() -> None:
    """A database is down: no rollback would bring it back."""
    with story() as tale:
        services = [
            add_service(
                tale.world,
                tale.cluster,
                tale.definition(f"web-{number}"),
                launch_type="FARGATE",
                capacity_provider="FARGATE",
                tags=dict(SAFE),
            )
            for number in range(50)
        ]
        tale.run(20 * MINUTE)
        heard, tale.lanes = tale.lanes, ()
        for web in services:
            deploy(tale.world, tale.cluster, web)
        tale.run(5 * MINUTE)
        for queue in tale.bus.queues.values():
            queue.messages.clear()  # so that it costs no time: nothing follows from what went well
        tale.lanes = heard
        trouble = add_trouble(tale.world, CRASH)
        tale.run(3 * MINUTE)
        assert tale.ours() == {}
        headlines = sorted(card["headline"] for card in tale.told)
        assert headlines == ["Automation holds", "a task failed", "keeps crashing"]  # one page, not fifty
        assert {(held.rule, held.standing) for held in tale.proposals()} == {("mass-failure", "waiting")}
        assert {held.target for held in tale.proposals()} == {web.arn for web in services}
        end_trouble(tale.world, trouble)
        tale.run(2 * MINUTE)
        assert tale.ours() == {}
        ended = [end(tale, web, web.name) for web in services]
        assert {(one.runs.partition(":")[2], one.deployment) for one in ended} == {("2", "SUCCESSFUL")}
        assert {len(tale.cluster.tasks_of(web)) for web in services} == {services[0].desired_count}


def test_a_service_without_the_tag_is_held_with_a_proposal_that_a_person_approves() -> None:
    with story() as tale:
        web = tale.service(tags={})
        tale.release(web, LATE)
        tale.run(20 * MINUTE)
        assert tale.ours() == {}
        [held] = tale.proposals()
        assert held.sentence == "roll service web in cluster prod back from web:2 to web:1"
        done = tale.approve(held)
        assert done.outcome is not None
        assert done.outcome.startswith("done: ")
        tale.run(30 * MINUTE)
        asked = (*HELD, "rolled back", *ROLLED_BACK[-2:])
        assert end(tale, web) == on("web:1", asked, {"UpdateService": 1}, bad=("web:2",))


def test_a_service_that_says_never_has_no_proposal() -> None:
    with story() as tale:
        web = tale.service(tags={"dockwarden:rollback": "never"})
        tale.release(web, LATE)
        tale.run(20 * MINUTE)
        assert end(tale, web) == on("web:2", FAILS)


def test_known_good_is_filled_from_ecs_own_history_on_the_first_sweep() -> None:
    """The bad release is there when Dockwarden is installed: what only ECS's history speaks for is proposed."""
    with story() as tale:
        tale.lanes = ()
        web = tale.service(good_for=HOUR)
        tale.release(web, LATE)
        tale.run(2 * MINUTE)
        tale.lanes = ("voluntary", "records")
        tale.run(20)
        assert tale.good(web) == []
        tale.until(lambda: bool(tale.good(web)))
        assert (tale.good(web), tale.known(web).good[0].by_history) == (["web:1"], True)
        tale.run(40 * MINUTE)
        assert replace(end(tale, web), cards=HELD) == proposed()
        assert "only ECS's history says that web:1 worked" in why(tale)


def test_nothing_is_read_for_a_service_that_is_deployed_and_healthy() -> None:
    """Its events cost one read of the ledger, and none of AWS."""
    with story() as tale:
        tale.lanes = ("voluntary",)
        tale.swept = 10**9
        web = tale.service(good_for=60)
        tale.release(web, WELL)
        tale.run(20 * MINUTE)
        assert web.history[0].status == "SUCCESSFUL"
        assert any("Deployment" in event["detail-type"] for _, event in tale.bus.seen)
        assert tale.asked() == {}


def test_invariant_18_what_a_rollback_causes_triggers_nothing_more_in_whichever_order_it_is_heard() -> None:
    """Its stops, its deployment and the sweeps are all heard, by the lanes in the other order."""
    with story(lanes=("records", "voluntary")) as tale:
        web = tale.service()
        tale.release(web, LATE)
        tale.run(40 * MINUTE)
        ended = end(tale, web)
        assert replace(ended, cards=ROLLED_BACK) == put_back()
        assert sorted(ended.cards) == sorted(ROLLED_BACK)
