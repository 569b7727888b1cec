"""What ECS says about a service: `ECS Service Action` events and the messages in `DescribeServices`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lab.drydock.placement import open_instances
from lab.drydock.views import remaining

if TYPE_CHECKING:
    from lab.drydock.model import Cluster, Service
    from lab.drydock.world import World

KEPT_MESSAGES = 100


def message(world: World, service: Service, text: str) -> None:
    """Keep one of the messages that the console shows, newest first and at most a hundred."""
    entry = (world.names.uuid(), world.now(), f"(service {service.name}) {text}")
    service.messages.insert(0, entry)
    del service.messages[KEPT_MESSAGES:]


def steady_state(world: World, cluster: Cluster, service: Service) -> None:
    """Say that a service has reached a steady state."""
    message(world, service, "has reached a steady state.")
    _emit(world, cluster, service, "INFO", "SERVICE_STEADY_STATE")


def placement_failed(world: World, cluster: Cluster, service: Service) -> None:
    """Say that no instance had room for a task.

    `RESOURCE:CPU` with the instances that were looked at is AWS's sample; the reason without any open instance
    is an assumption.
    """
    looked_at = open_instances(cluster)
    short_of_cpu = any(remaining(cluster, i)[0] < service.definition.cpu for i in looked_at)
    reason = "RESOURCE:CPU" if short_of_cpu else "RESOURCE:MEMORY"
    message(
        world,
        service,
        "was unable to place a task because no container instance met all of its requirements.",
    )
    _emit(
        world,
        cluster,
        service,
        "ERROR",
        "SERVICE_TASK_PLACEMENT_FAILURE",
        containerInstanceArns=[instance.arn for instance in looked_at],
        reason=reason if looked_at else "No Container Instances were found in your cluster.",
    )


def _emit(world: World, cluster: Cluster, service: Service, kind: str, name: str, **more: Any) -> None:
    detail = {
        "eventType": kind,
        "eventName": name,
        "clusterArn": cluster.arn,
        **more,
        "createdAt": world.now(),
    }
    world.log.emit("aws.ecs", "ECS Service Action", [service.arn], detail)
