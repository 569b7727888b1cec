"""Where a new task goes: spread over availability zones, then over instances."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lab.drydock.views import remaining

if TYPE_CHECKING:
    from lab.drydock.model import Cluster, ContainerInstance, LaunchType, Service, Task, TaskDefinition

ZONES = "abc"


@dataclass(frozen=True, slots=True)
class Host:
    """Where a task runs: on a container instance, or on Fargate in a zone."""

    zone: str
    launch_type: LaunchType = "EC2"
    container_instance: str | None = None
    capacity_provider: str | None = None


def host_of(instance: ContainerInstance) -> Host:
    """A container instance as the host of a task."""
    return Host(instance.zone, "EC2", instance.arn, instance.capacity_provider)


def host_for(
    cluster: Cluster, region: str, service: Service, definition: TaskDefinition | None = None
) -> Host | None:
    """The host for a new task of a service, or None when no instance has room; Fargate has room for all."""
    if service.launch_type == "FARGATE":
        in_zone = Counter(task.zone for task in _running_tasks(cluster, service.name))
        zone = min((f"{region}{letter}" for letter in ZONES), key=lambda name: in_zone[name])
        return Host(zone, "FARGATE", None, service.capacity_provider)
    found = choose(cluster, definition or service.definition, service.name)
    return host_of(found) if found else None


def choose(cluster: Cluster, definition: TaskDefinition, service: str | None) -> ContainerInstance | None:
    """The instance for a new task, or None when none has room.

    ECS spreads service tasks over availability zones by default (developer guide, "task placement
    strategies"); the order among equals (fewest tasks of the service, then most free memory, then the
    first registered) is an assumption.
    """
    fitting = [instance for instance in open_instances(cluster) if _fits(cluster, instance, definition)]
    tasks = _running_tasks(cluster, service)
    in_zone = Counter(task.zone for task in tasks)
    here = Counter(task.container_instance for task in tasks)

    def rank(one: ContainerInstance) -> tuple[int, int, int]:
        return in_zone[one.zone], here[one.arn], -remaining(cluster, one)[1]

    return min(fitting, key=rank, default=None)


def open_instances(cluster: Cluster) -> list[ContainerInstance]:
    """The instances that take new tasks: ACTIVE and with a connected agent."""
    return [i for i in cluster.instances.values() if i.status == "ACTIVE" and i.agent_connected]


def _fits(cluster: Cluster, instance: ContainerInstance, definition: TaskDefinition) -> bool:
    cpu, memory = remaining(cluster, instance)
    return definition.cpu <= cpu and definition.memory <= memory


def _running_tasks(cluster: Cluster, service: str | None) -> list[Task]:
    """The tasks of the service that should run."""
    tasks = cluster.live.get(f"service:{service}", {}).values()
    return [task for task in tasks if task.desired_status == "RUNNING"]
