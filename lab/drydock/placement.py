"""Where a new task goes: spread over availability zones, then over instances."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from lab.drydock.views import remaining

if TYPE_CHECKING:
    from lab.drydock.model import Cluster, ContainerInstance, TaskDefinition


def choose(cluster: Cluster, definition: TaskDefinition, service: str | None) -> ContainerInstance | None:
    """The instance for a new task, or None when none has room.

    ECS spreads service tasks over availability zones by default (developer guide, "task placement
    strategies"); the order among equals (fewest tasks of the service, then most free memory, then the
    first registered) is an assumption.
    """
    fitting = [instance for instance in open_instances(cluster) if _fits(cluster, instance, definition)]
    hosts = _hosts(cluster, service)
    in_zone = Counter(host.zone for host in hosts)
    here = Counter(host.arn for host in hosts)

    def rank(one: ContainerInstance) -> tuple[int, int, int]:
        return in_zone[one.zone], here[one.arn], -remaining(cluster, one)[1]

    return min(fitting, key=rank, default=None)


def open_instances(cluster: Cluster) -> list[ContainerInstance]:
    """The instances that take new tasks: ACTIVE and with a connected agent."""
    return [i for i in cluster.instances.values() if i.status == "ACTIVE" and i.agent_connected]


def _fits(cluster: Cluster, instance: ContainerInstance, definition: TaskDefinition) -> bool:
    cpu, memory = remaining(cluster, instance)
    return definition.cpu <= cpu and definition.memory <= memory


def _hosts(cluster: Cluster, service: str | None) -> list[ContainerInstance]:
    """The instance of each task of the service that should run."""
    tasks = cluster.live.get(f"service:{service}", {}).values()
    return [cluster.instances[task.container_instance] for task in tasks if task.desired_status == "RUNNING"]
