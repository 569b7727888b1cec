"""Worlds from JSON; README.md describes the format."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lab.drydock.alarms import set_alarm
from lab.drydock.build import (
    add_cluster,
    add_instance,
    add_service,
    add_target_group,
    add_task,
    deploy,
    register,
)
from lab.drydock.described import (
    DEFINITION,
    breaker,
    definition_members,
    deployment_alarms,
    only,
    renamed,
)
from lab.drydock.errors import ScenarioError
from lab.drydock.model import TaskDefinition

if TYPE_CHECKING:
    from lab.drydock.model import Cluster
    from lab.drydock.world import World

INSTANCE = {
    "instanceId": "instance_id",
    "availabilityZone": "zone",
    "lifecycle": "lifecycle",
    "cpu": "cpu",
    "memory": "memory",
    "capacityProviderName": "capacity_provider",
}
SERVICE = {
    "name": "name",
    "desiredCount": "desired_count",
    "minimumHealthyPercent": "minimum_healthy_percent",
    "maximumPercent": "maximum_percent",
    "launchType": "launch_type",
    "capacityProviderName": "capacity_provider",
    "tags": "tags",
}
TARGET_GROUP = {"name": "name", "port": "port", "healthCheckGracePeriodSeconds": "grace"}
ALARM = {"name", "state", "composite"}
MORE = {"count", "instanceId"}


def seed(world: World, description: dict[str, Any]) -> None:
    """Add the clusters that a description lists; raises `ScenarioError` for anything it does not know."""
    with world.lock:
        try:
            only(description, {"clusters", "taskDefinitions", "alarms"})
            for item in description.get("taskDefinitions", []):
                only(item, set(DEFINITION))
                register(world, TaskDefinition(**definition_members(item)))
            for item in description.get("clusters", []):
                _cluster(world, item)
            for item in description.get("alarms", []):
                describe_alarm(world, item)
        except (TypeError, AttributeError, KeyError) as error:
            raise ScenarioError(f"the world description has a wrong shape: {error!r}") from error


def _cluster(world: World, item: dict[str, Any]) -> None:
    only(item, {"name", "tags", "instances", "services", "tasks"})
    if item["name"] in world.clusters:
        raise ScenarioError(f"the cluster {item['name']!r} exists already")
    cluster = add_cluster(world, item["name"], item.get("tags"))
    for instance in item.get("instances", []):
        only(instance, {*INSTANCE, "count"})
        for _ in range(instance.get("count", 1)):
            add_instance(world, cluster, **renamed(instance, INSTANCE))
    for service in item.get("services", []):
        _service(world, cluster, service)
    for task in item.get("tasks", []):
        _task(world, cluster, task)


def _service(world: World, cluster: Cluster, item: dict[str, Any]) -> None:
    only(item, {*SERVICE, *DEFINITION, "targetGroup", "deploymentCircuitBreaker", "deploymentAlarms"})
    definition = TaskDefinition(**{"family": item["name"], **definition_members(item)})
    settings = renamed(item, SERVICE)
    if "targetGroup" in item:
        only(item["targetGroup"], set(TARGET_GROUP))
        group = {"name": item["name"], **renamed(item["targetGroup"], TARGET_GROUP)}
        settings["target_group"] = add_target_group(world, **group)
    if "deploymentCircuitBreaker" in item:
        settings["breaker"] = breaker(item["deploymentCircuitBreaker"])
    if "deploymentAlarms" in item:
        settings["alarms"] = deployment_alarms(item["deploymentAlarms"])
    add_service(world, cluster, definition, **settings)


def describe_alarm(world: World, item: dict[str, Any]) -> None:
    """Let an alarm be in a state as of now."""
    only(item, ALARM)
    set_alarm(world, item["name"], item["state"], composite=item.get("composite", False))


def roll_out(world: World, body: dict[str, Any]) -> str:
    """Let a service deploy its next revision, with the described changes; the id of the deployment."""
    try:
        only(body, {*DEFINITION, "cluster", "service"} - {"family", "revision"})
        changes = definition_members(body)
        with world.lock:
            service = world.service(body["cluster"], body["service"])
            return deploy(world, world.clusters[body["cluster"]], service, **changes).id
    except (TypeError, AttributeError, KeyError) as error:
        raise ScenarioError(f"the deployment has a wrong shape: {error!r}") from error


def _task(world: World, cluster: Cluster, item: dict[str, Any]) -> None:
    only(item, {*DEFINITION, *MORE})
    definition = TaskDefinition(**definition_members(item))
    for _ in range(item.get("count", 1)):
        add_task(world, cluster, definition, instance_id=item.get("instanceId"))
