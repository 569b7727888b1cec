"""A service on which a new revision with a given behaviour is rolled out."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from lab.drydock.build import (
    add_cluster,
    add_instance,
    add_service,
    add_target_group,
    deploy,
    make_world,
)
from lab.drydock.endpoint import Endpoint
from lab.drydock.face_inprocess import session
from lab.drydock.model import Behaviour, CircuitBreaker, TaskDefinition

if TYPE_CHECKING:
    import boto3

    from lab.drydock.model import Cluster, Service
    from lab.drydock.world import World

BREAKS = CircuitBreaker(enable=True)
ROLLS_BACK = CircuitBreaker(enable=True, rollback=True)
FARGATE: dict[str, Any] = {"launch_type": "FARGATE", "capacity_provider": "FARGATE_SPOT"}


@dataclass
class Rollout:
    """A world in which a deployment has just begun."""

    world: World
    cluster: Cluster
    service: Service
    session: boto3.Session
    deployment_id: str
    revision: int

    def details(self, detail_type: str = "ECS Task State Change") -> list[dict[str, Any]]:
        """The details of the events of a kind."""
        return [e["detail"] for e in self.world.log.events if e["detail-type"] == detail_type]

    def by_task(self, started_by: str | None = None) -> dict[str, list[dict[str, Any]]]:
        """The events of each task, or of those that a deployment started."""
        found = defaultdict(list)
        for detail in self.details():
            if started_by is None or detail.get("startedBy") == started_by:
                found[detail["taskArn"]].append(detail)
        return dict(found)

    def stopped(self) -> list[dict[str, Any]]:
        """The last event of each task of the new deployment that has stopped."""
        tasks = self.by_task(self.deployment_id).values()
        return [events[-1] for events in tasks if events[-1]["lastStatus"] == "STOPPED"]

    def said(self) -> list[tuple[str, str, str, str | None]]:
        """What was said about the service, without the chatter of the capacity provider."""
        return [
            (event["detail-type"].rsplit(" ", 1)[-1], one["eventType"], one["eventName"], one.get("reason"))
            for event in self.world.log.events
            if "eventName" in (one := event["detail"]) and not one["eventName"].startswith("CAPACITY")
        ]

    def names(self) -> list[str]:
        """The names of what was said."""
        return [name for _kind, _type, name, _reason in self.said()]


def rollout(
    behaviour: Behaviour | None = None,
    *,
    seed: int = 1,
    balanced: bool = True,
    instances: int = 0,
    settings: dict[str, Any] | None = None,
    world_settings: dict[str, Any] | None = None,
    **definition: Any,
) -> Rollout:
    """A service `web` that ran well for an hour and now gets a revision with a behaviour."""
    world = make_world(seed=seed, **(world_settings or {}))
    cluster = add_cluster(world, "demo")
    for _ in range(instances):
        add_instance(world, cluster)
    group = add_target_group(world, "web") if balanced else None
    where = {} if instances else FARGATE
    made = TaskDefinition("web", log_group="/web", **definition)
    service = add_service(world, cluster, made, target_group=group, **{**where, **(settings or {})})
    world.advance(3600)
    deployment = deploy(world, cluster, service, behaviour=behaviour or Behaviour())
    own = session(Endpoint(world))
    return Rollout(world, cluster, service, own, deployment.id, service.definition.revision)


def seconds(first: str, second: str) -> float:
    """From one time in an event to another."""
    return (datetime.fromisoformat(second) - datetime.fromisoformat(first)).total_seconds()
