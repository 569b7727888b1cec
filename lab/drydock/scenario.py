"""Worlds from JSON; README.md describes the format."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lab.drydock.build import add_cluster, add_instance, add_service, add_task
from lab.drydock.errors import ScenarioError
from lab.drydock.model import TaskDefinition

if TYPE_CHECKING:
    from lab.drydock.model import Cluster
    from lab.drydock.world import World

DEFINITION = {
    "family": "family",
    "revision": "revision",
    "container": "container",
    "image": "image",
    "imageDigest": "digest",
    "cpu": "cpu",
    "memory": "memory",
    "networkMode": "network_mode",
    "exitCodeOnStop": "exit_code_on_stop",
}
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
    "tags": "tags",
}
MORE = {"count", "instanceId"}


def seed(world: World, description: dict[str, Any]) -> None:
    """Add the clusters that a description lists; raises `ScenarioError` for anything it does not know."""
    with world.lock:
        try:
            _only(description, {"clusters"})
            for item in description.get("clusters", []):
                _cluster(world, item)
        except (TypeError, AttributeError, KeyError) as error:
            raise ScenarioError(f"the world description has a wrong shape: {error!r}") from error


def _cluster(world: World, item: dict[str, Any]) -> None:
    _only(item, {"name", "tags", "instances", "services", "tasks"})
    if item["name"] in world.clusters:
        raise ScenarioError(f"the cluster {item['name']!r} exists already")
    cluster = add_cluster(world, item["name"], item.get("tags"))
    for instance in item.get("instances", []):
        _only(instance, {*INSTANCE, "count"})
        for _ in range(instance.get("count", 1)):
            add_instance(world, cluster, **_renamed(instance, INSTANCE))
    for service in item.get("services", []):
        _service(world, cluster, service)
    for task in item.get("tasks", []):
        _task(world, cluster, task)


def _service(world: World, cluster: Cluster, item: dict[str, Any]) -> None:
    _only(item, {*SERVICE, *DEFINITION})
    definition = TaskDefinition(**{"family": item["name"], **_renamed(item, DEFINITION)})
    add_service(world, cluster, definition, **_renamed(item, SERVICE))


def _task(world: World, cluster: Cluster, item: dict[str, Any]) -> None:
    _only(item, {*DEFINITION, *MORE})
    definition = TaskDefinition(**_renamed(item, DEFINITION))
    for _ in range(item.get("count", 1)):
        add_task(world, cluster, definition, instance_id=item.get("instanceId"))


def _renamed(item: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
    return {ours: item[theirs] for theirs, ours in names.items() if theirs in item}


def _only(item: dict[str, Any], known: set[str]) -> None:
    unknown = sorted(set(item) - known)
    if unknown:
        raise ScenarioError(
            f"unknown in a world description: {', '.join(unknown)} (known: {', '.join(sorted(known))})"
        )
