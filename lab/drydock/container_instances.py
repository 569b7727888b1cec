"""Container instances: their version, their state and their event."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lab.drydock.model import ContainerInstance
from lab.drydock.views import container_instance_view

if TYPE_CHECKING:
    from lab.drydock.model import Cluster, Ec2Instance, Task
    from lab.drydock.world import World


def register(
    world: World,
    cluster: Cluster,
    machine: Ec2Instance,
    *,
    cpu: int = 2048,
    memory: int = 7764,
    capacity_provider: str | None = None,
) -> ContainerInstance:
    """Let the agent of an EC2 instance register it in a cluster."""
    arn = world.names.ecs(f"container-instance/{cluster.name}/{world.names.hex()}")
    instance = ContainerInstance(
        arn=arn,
        instance_id=machine.instance_id,
        zone=machine.zone,
        cpu=cpu,
        memory=memory,
        registered_at=world.now(),
        updated_at=world.now(),
        version=0,
        capacity_provider=capacity_provider,
    )
    cluster.instances[arn] = instance
    changed(world, cluster, instance)
    return instance


def changed(world: World, cluster: Cluster, instance: ContainerInstance) -> None:
    """Count the version up and emit `ECS Container Instance State Change`.

    The keys are those of AWS's two sample events plus the task counts, which the schema registry lists.
    """
    instance.version += 1
    instance.updated_at = world.now()
    detail = container_instance_view(cluster, instance)
    detail |= {"clusterArn": cluster.arn, "updatedAt": instance.updated_at}
    world.log.emit("aws.ecs", "ECS Container Instance State Change", [instance.arn], detail)


def set_status(world: World, cluster: Cluster, instance: ContainerInstance, status: str) -> None:
    """Change the status; setting the one it has changes nothing and emits nothing (assumption)."""
    if instance.status == status:
        return
    instance.status = status
    changed(world, cluster, instance)


def disconnect_agent(world: World, cluster: Cluster, instance: ContainerInstance) -> None:
    """Let the agent lose its connection to ECS."""
    if instance.agent_connected:
        instance.agent_connected = False
        changed(world, cluster, instance)


def track_resources(world: World, cluster: Cluster, task: Task) -> None:
    """Note on the container instance that a task was placed (its first version) or has given back its resources.

    Source: developer guide "container instance state change events": placing or stopping a task, and a task
    that stops, modify the available resources.
    """
    if task.container_instance and (task.version == 1 or task.last_status == "STOPPED"):
        changed(world, cluster, cluster.instances[task.container_instance])
