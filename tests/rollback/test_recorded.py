"""Recorded deployments offline in enforce mode: at most one proposal, for the right service, with and without a world."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from dockwarden.cli.deciding import Decider
from dockwarden.cli.world import NO_WORLD, World
from dockwarden.cli.world_file import world_of
from dockwarden.guard.modes import Mode
from dockwarden.service_actions import RollBackService, StopServiceDeployment
from dockwarden.verdicts import Outcome, Verdict
from tests.core.test_diagnose import ORDERS, each_pair
from tests.fakes import ACCOUNT, REGION
from tests.rollouts import NEW, OTHER, Raw, at, failure, success

WEB = f"arn:aws:ecs:{REGION}:{ACCOUNT}:service/prod/web"
SAFE = {"dockwarden:rollback": "safe"}
ORDERED = pytest.mark.parametrize("order", ORDERS.values(), ids=list(ORDERS))

_Order = Callable[[list[Raw]], list[Raw]]


def service(name: str, now: int, deployment: str, tags: Mapping[str, str] = SAFE) -> Raw:
    """A service whose deployment is over, and which has a revision that worked before."""
    digests = {"app": f"sha256:{name}"}
    return {
        "name": name,
        "task_definition": f"{name}:{now}",
        "desired": 1,
        "running": 0,
        "tags": dict(tags),
        "deployment": {"id": f"ecs-svc/{deployment}", "created_at": at(0), "rollout_state": "COMPLETED"},
        "rollouts": [rollout(name, now, "SUCCESSFUL")],
        "alarms": [],
        "known_good": [
            {
                "task_definition": f"{name}:{now - 1}",
                "digests": digests,
                "since": at(-9000),
                "last_seen": at(-60),
            }
        ],
    }


def rollout(name: str, now: int, status: str) -> Raw:
    """The service deployment that brought what a service is to run now."""
    return {
        "task_definition": f"{name}:{now}",
        "from": f"{name}:{now - 1}",
        "status": status,
        "created_at": at(0),
    }


def under_way(tags: Mapping[str, str]) -> Raw:
    """The service `web` while ECS still deploys what fails, to take back by itself what came before."""
    before = {**rollout("web", 28, "SUCCESSFUL"), "created_at": at(-90000), "finished_at": at(-89000)}
    return {
        **service("web", 29, NEW, tags),
        "deployment": {"id": f"ecs-svc/{NEW}", "created_at": at(104), "rollout_state": "IN_PROGRESS"},
        "rollouts": [{**rollout("web", 29, "IN_PROGRESS"), "created_at": at(104)}, before],
    }


def over(tags: Mapping[str, str]) -> Raw:
    """The same service once ECS has given its deployment up, or called it completed."""
    return service("web", 29, NEW, tags)


def definition(name: str) -> Raw:
    return {
        "task_definition": name,
        "status": "ACTIVE",
        "images": [{"container": "app", "image": "shop:1", "state": "same"}],
    }


def world(*services: Raw, **cluster: Any) -> World:
    """The cluster of the recorded deployments, with a revision of each service to go back to."""
    listed = [*services, service("api", 41, OTHER)]
    return world_of(
        {
            "v": 1,
            "account": ACCOUNT,
            "region": REGION,
            "clusters": [{"name": "prod", "opted_in": True, "services": listed, **cluster}],
            "task_definitions": [definition(n) for n in ("web:28", "web:29", "api:40", "api:41")],
        }
    )


BARE = world_of(
    {
        "v": 1,
        "account": ACCOUNT,
        "region": REGION,
        "clusters": [{"name": "prod", "opted_in": True, "container_instances": []}],
    }
)
NOT_OPTED_IN = world(over(SAFE), opted_in=False)


def of_rollback(world: World, events: list[Raw]) -> list[Outcome]:
    """What the rollback says of a recorded deployment."""
    decided = list(Decider(world, Mode.ENFORCE).all(events))
    assert all(one.error is None for one in decided)
    found = [outcome for one in decided for outcome in one.outcomes if outcome.playbook == "rollback"]
    assert not any(outcome.failed for outcome in found)
    return found


def said(world: World, events: list[Raw]) -> list[Outcome]:
    """What it says that is not nothing."""
    return [outcome for outcome in of_rollback(world, events) if outcome.verdict is not Verdict.IGNORE]


@pytest.mark.parametrize("known", [NO_WORLD, BARE], ids=["without a world", "with a world without services"])
@ORDERED
def test_where_nobody_says_what_was_released_before_it_is_held_once_with_the_reason(
    known: World, order: _Order
) -> None:
    [held] = said(known, order(failure()))
    assert (held.verdict, held.actions) == (Verdict.HOLD, ())
    assert held.reason.startswith(f"its releases could not be read: {known.why}")


@pytest.mark.parametrize(
    ("tags", "verdict"), [(SAFE, Verdict.ACT), ({}, Verdict.HOLD)], ids=["safe", "without a tag"]
)
@pytest.mark.parametrize(
    ("shape", "action"),
    [(over, RollBackService), (under_way, StopServiceDeployment)],
    ids=["over", "under way"],
)
@ORDERED
def test_of_a_deployment_that_fails_there_is_one_proposal_for_its_service_in_any_order(
    order: _Order,
    shape: Callable[[Mapping[str, str]], Raw],
    action: type,
    tags: Mapping[str, str],
    verdict: Verdict,
) -> None:
    """One, whatever is late, doubled or reversed; the other service, which could be rolled back too, is left alone."""
    [proposed] = said(world(shape(tags)), order(failure()))
    assert (proposed.verdict, proposed.target, proposed.cause) == (verdict, WEB, "app-exit")
    [what] = proposed.actions
    assert type(what) is action
    assert what.fields()["bad_task_definition"].endswith(":task-definition/web:29")


@pytest.mark.slow
@pytest.mark.parametrize("shape", [over, under_way], ids=["over", "under way"])
def test_of_a_deployment_that_fails_there_is_one_proposal_wherever_two_events_change_places(
    shape: Callable[[Mapping[str, str]], Raw],
) -> None:
    known = world(shape(SAFE))
    for events in each_pair(failure()):
        assert [(one.verdict, one.target) for one in said(known, events)] == [(Verdict.ACT, WEB)]


def test_what_is_wanted_is_what_worked_and_not_the_revision_before() -> None:
    """The revision minus one is never a guess: it is the target only because the file says that it worked."""
    without = {**over(SAFE), "known_good": []}
    [told] = said(world(without), failure())
    assert (told.verdict, told.actions) == (Verdict.TELL, ())
    assert (
        told.reason
        == "app-exit, and there is nothing to go back to: no revision of it is known to have worked"
    )


def test_after_a_rollback_later_failures_are_those_of_what_is_history() -> None:
    """What was decided counts: the service is on what worked, and no event about its last tasks says otherwise."""
    outcomes = of_rollback(world(over(SAFE)), failure())
    [number] = [n for n, one in enumerate(outcomes) if one.verdict is Verdict.ACT]
    later = {one.reason for one in outcomes[number + 1 :]}
    assert later
    assert not any("duplicate" in reason for reason in later)


@pytest.mark.parametrize("known", [NO_WORLD, BARE, world(over(SAFE)), world(under_way(SAFE)), NOT_OPTED_IN])
@ORDERED
def test_of_a_deployment_that_succeeds_nothing_is_said(known: World, order: _Order) -> None:
    assert {outcome.verdict for outcome in of_rollback(known, order(success()))} == {Verdict.IGNORE}


@ORDERED
def test_of_a_cluster_that_is_not_opted_in_nothing_is_said(order: _Order) -> None:
    assert {outcome.verdict for outcome in of_rollback(NOT_OPTED_IN, order(failure()))} == {Verdict.IGNORE}


@pytest.mark.parametrize(
    "known", [NO_WORLD, BARE, world(over(SAFE)), world(over({})), world(under_way(SAFE))]
)
def test_a_recorded_failure_is_one_incident_of_one_cause_for_all_playbooks(known: World) -> None:
    """The rollback names the incident that the diagnosis opened, and no other."""
    decided = Decider(known, Mode.ENFORCE).all(failure())
    outcomes = [outcome for one in decided for outcome in one.outcomes if outcome.incident is not None]
    assert len({outcome.incident for outcome in outcomes}) == 1
    assert {outcome.cause for outcome in outcomes} <= {"app-exit", None}
    assert {outcome.playbook for outcome in outcomes} >= {"diagnose", "rollback"}
