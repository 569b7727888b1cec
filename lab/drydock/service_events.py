"""What ECS says about a service: `ECS Service Action` events and the messages in `DescribeServices`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lab.drydock import code_deploy
from lab.drydock.placement import open_instances
from lab.drydock.views import remaining

if TYPE_CHECKING:
    from lab.drydock.model import Cluster, Deployment, Service, Task
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


def start_impaired(world: World, cluster: Cluster, service: Service) -> None:
    """Say that tasks cannot be started; the event has no reason (developer guide, "service action events")."""
    message(world, service, "is unable to consistently start tasks successfully.")
    _emit(world, cluster, service, "WARN", "SERVICE_TASK_START_IMPAIRED")


def capacity_steady(world: World, cluster: Cluster, service: Service) -> None:
    """Say that the capacity provider is in a steady state: the chattiest event of the recorded deployments."""
    if service.capacity_provider is None:
        return
    provider = world.names.ecs(f"capacity-provider/{service.capacity_provider}")
    name = "CAPACITY_PROVIDER_STEADY_STATE"
    _emit(world, cluster, service, "INFO", name, capacityProviderArns=[provider])


def tasks_stopped(world: World, cluster: Cluster, service: Service, task: Task) -> None:
    """Say that the scheduler stopped a task; AWS lists the name but documents no sample, so the shape is assumed."""
    message(world, service, f"has stopped 1 running tasks: (task {task.task_id}).")
    if world.documented_actions:
        _emit(world, cluster, service, "INFO", "TASKS_STOPPED", taskArns=[task.arn])


def deployment_changed(
    world: World, cluster: Cluster, service: Service, deployment: Deployment, name: str
) -> None:
    """Emit `ECS Deployment State Change`, and the same as a service action where that is wanted.

    A service that CodeDeploy or somebody else deploys has task sets, and no such events; CodeDeploy sends its own.

    `updatedAt` lags behind the event: recorded deployments show the time of an earlier change there.
    """
    if service.controller == "CODE_DEPLOY":
        code_deploy.changed(world, cluster, service, deployment, name)
    if service.controller != "ECS":
        return
    kind = "ERROR" if name == "SERVICE_DEPLOYMENT_FAILED" else "INFO"
    said = {"eventType": kind, "eventName": name, "deploymentId": deployment.id}
    detail = {**said, "updatedAt": deployment.updated_at, "reason": deployment.reason}
    world.log.emit("aws.ecs", "ECS Deployment State Change", [service.arn], detail)
    if world.documented_actions:
        more = {"deploymentId": deployment.id, "reason": deployment.reason}
        _emit(world, cluster, service, kind, name, **more)


def _emit(world: World, cluster: Cluster, service: Service, kind: str, name: str, **more: Any) -> None:
    detail = {
        "eventType": kind,
        "eventName": name,
        "clusterArn": cluster.arn,
        **more,
        "createdAt": world.now(),
    }
    world.log.emit("aws.ecs", "ECS Service Action", [service.arn], detail)
