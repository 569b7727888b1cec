"""What Dockwarden does to roll back, against services that react: what it calls, and what it reads of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from dockwarden.aws.performer import AwsPerformer
from dockwarden.aws.releases import AwsReleases
from dockwarden.aws.services import state
from dockwarden.facts.releases import ImageState
from dockwarden.facts.services import ServiceRef
from dockwarden.facts.unknown import NotRead
from dockwarden.performing import Effect, State
from dockwarden.rollback.soaking import Soak, from_history
from dockwarden.service_actions import RollBackService, StopServiceDeployment, deployment_of
from lab.drydock.build import deploy
from lab.drydock.images import archive, image_uri, move_tag, push
from tests.drydock.deploying import ROLLS_BACK, Rollout, rollout

if TYPE_CHECKING:
    from dockwarden.actions import Action

WEB = ServiceRef("demo", "web")
ENDED = 1800  # seconds, in which every deployment here ends


@dataclass
class Wired:
    """Stands for Clients, and for those of the act role."""

    made: Rollout

    def client(self, service: str) -> Any:
        return self.made.session.client(service)  # type: ignore[call-overload]

    def assume(self, _role: str, _session: str) -> Wired:
        return self


def performer(made: Rollout) -> AwsPerformer:
    return AwsPerformer(Wired(made), {"mine": "role"})  # type: ignore[arg-type]


def performed(made: Rollout, action: Action) -> Effect:
    (effect,) = performer(made).perform("mine", [action], "session", lambda _: None)
    return effect


def described(made: Rollout) -> dict[str, Any]:
    answer = made.session.client("ecs").describe_services(cluster="demo", services=["web"])
    return dict(answer["services"][0])


def arn(made: Rollout, revision: int) -> str:
    family = str(described(made)["taskDefinition"]).rpartition(":")[0]
    return f"{family}:{revision}"


def roll_back(made: Rollout) -> RollBackService:
    now = state(described(made))
    return RollBackService(str(now.cluster_arn), now.arn, arn(made, 1), arn(made, 2), str(deployment_of(now)))


def stop(made: Rollout) -> StopServiceDeployment:
    now = described(made)
    whole = now["currentServiceDeployment"]
    return StopServiceDeployment(now["clusterArn"], now["serviceArn"], whole, arn(made, 2))


def test_a_deployment_that_has_ended_is_rolled_back_and_seen_through_to_its_end() -> None:
    made = rollout()
    made.world.advance(ENDED)
    before = described(made)
    action = roll_back(made)
    assert performed(made, action).state is State.DONE
    assert (performer(made).verify([action])[0].state, performer(made).over([action])) == (
        State.DONE,
        [False],
    )
    made.world.advance(ENDED)
    assert (performer(made).verify([action])[0].state, performer(made).over([action])) == (State.DONE, [True])
    after = described(made)
    assert after["taskDefinition"] == arn(made, 1)
    same = ("desiredCount", "deploymentConfiguration", "loadBalancers", "schedulingStrategy")
    assert {key: after[key] for key in same} == {key: before[key] for key in same}
    assert performed(made, action).state is State.ALREADY


def test_the_undo_of_a_rollback_brings_back_what_was_there() -> None:
    made = rollout()
    made.world.advance(ENDED)
    action = roll_back(made)
    performed(made, action)
    made.world.advance(ENDED)
    inverse = action.inverse()
    assert inverse is not None
    assert performed(made, inverse).state is State.DONE
    made.world.advance(ENDED)
    assert described(made)["taskDefinition"] == arn(made, 2)


def test_a_deployment_under_way_is_stopped_and_ecs_takes_it_back() -> None:
    made = rollout()
    made.world.advance(5)
    action = stop(made)
    assert performed(made, action).state is State.DONE
    assert performer(made).verify([action])[0].state is State.DONE
    assert performed(made, action).state is State.ALREADY
    made.world.advance(ENDED)
    assert performer(made).over([action]) == [True]
    assert described(made)["taskDefinition"] == arn(made, 1)


def test_invariant_28_what_a_person_deploys_in_between_stays() -> None:
    made = rollout()
    made.world.advance(ENDED)
    action = roll_back(made)
    deploy(made.world, made.cluster, made.service)
    assert performed(made, action).state is State.REFUSED
    made.world.advance(ENDED)
    assert described(made)["taskDefinition"] == arn(made, 3)


def test_invariant_27_what_the_breaker_takes_back_is_left_to_it() -> None:
    """Neither call is made while ECS rolls back by itself, nor after it has."""
    made = rollout(behaviour=None, settings={"breaker": ROLLS_BACK})
    made.world.advance(5)
    actions: list[Action] = [roll_back(made), stop(made)]
    made.session.client("ecs").stop_service_deployment(
        serviceDeploymentArn=described(made)["currentServiceDeployment"], stopType="ROLLBACK"
    )
    assert [performed(made, one).state for one in actions] == [State.ALREADY] * 2
    made.world.advance(ENDED)
    assert [performed(made, one).state for one in actions] == [State.ALREADY] * 2
    assert described(made)["taskDefinition"] == arn(made, 1)


def test_invariant_24_a_target_that_is_inactive_is_refused_by_ecs_and_told_before_by_the_facts() -> None:
    made = rollout()
    made.world.advance(ENDED)
    action = roll_back(made)
    made.session.client("ecs").deregister_task_definition(taskDefinition=action.task_definition)
    found = AwsReleases(Wired(made)).candidate(action.task_definition, {})  # type: ignore[arg-type]
    assert not isinstance(found, NotRead)
    assert found.definition.status == "INACTIVE"
    effect = performed(made, action)
    assert (effect.state, effect.words) == (State.FAILED, "ECS refused it: ClientException")
    assert described(made)["taskDefinition"] == arn(made, 2)


def test_the_history_of_a_service_speaks_for_what_ran_before() -> None:
    made = rollout()
    made.world.advance(ENDED)
    deploy(made.world, made.cluster, made.service)
    found = AwsReleases(Wired(made)).of(WEB)  # type: ignore[arg-type]
    assert not isinstance(found, NotRead)
    assert not isinstance(found.rollouts, NotRead)
    assert not isinstance(found.revisions, NotRead)
    good = from_history("demo/web", found.rollouts, found.revisions, Soak())
    assert [one.task_definition for one in good] == [arn(made, 2), arn(made, 1)]
    assert all(digest.startswith("sha256:") for one in good for _, digest in one.digests)


@pytest.mark.parametrize(
    ("deed", "state_of_it"), [("none", "same"), ("move", "moved"), ("archive", "archived")]
)
def test_invariant_22_an_image_is_seen_as_it_is_now(deed: str, state_of_it: str) -> None:
    made = rollout()
    ran = push(made.world, "web", "stable")
    other = push(made.world, "web", "other")
    container: Any = {"name": "app", "image": image_uri(made.world.names, "web", "stable"), "memory": 512}
    registered = made.session.client("ecs").register_task_definition(
        family="web", containerDefinitions=[container], tags=[{"key": "dockwarden:barrier", "value": "true"}]
    )
    if deed == "move":
        move_tag(made.world, "web", "stable", other.digest)
    elif deed == "archive":
        archive(made.world, "web", ran.digest)
    found = AwsReleases(Wired(made)).candidate(  # type: ignore[arg-type]
        registered["taskDefinition"]["taskDefinitionArn"], {"app": ran.digest}
    )
    assert not isinstance(found, NotRead)
    assert [one.state for one in found.images] == [ImageState(state_of_it)]
    assert found.definition.barrier
