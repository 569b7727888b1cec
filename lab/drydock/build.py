"""Worlds from code: clusters, instances, services and tasks that exist before the story begins, or join it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from lab.drydock import container_instances, ec2_instances, placement, scheduler, task_life
from lab.drydock.errors import ScenarioError
from lab.drydock.model import Cluster, Ec2Instance, Lifecycle, Service, TaskDefinition
from lab.drydock.world import World

if TYPE_CHECKING:
    from lab.drydock.model import ContainerInstance, Task


def make_world(**settings: Any) -> World:
    """An empty world whose parts know each other; takes what `World` takes."""
    world = World(**settings)
    world.on_task_change(partial(container_instances.track_resources, world))
    scheduler.connect(world)
    return world


def add_cluster(world: World, name: str, tags: dict[str, str] | None = None) -> Cluster:
    """Add an empty cluster."""
    cluster = Cluster(world.names.ecs(f"cluster/{name}"), name, dict(tags or {}))
    world.clusters[name] = cluster
    return cluster


def add_instance(
    world: World,
    cluster: Cluster,
    *,
    instance_id: str | None = None,
    zone: str | None = None,
    lifecycle: Lifecycle = "spot",
    cpu: int = 2048,
    memory: int = 7764,
    capacity_provider: str | None = None,
) -> ContainerInstance:
    """Add a running, registered EC2 instance without any event."""
    with world.log.muted():
        machine = _machine(world, instance_id, zone, lifecycle)
        return container_instances.register(
            world, cluster, machine, cpu=cpu, memory=memory, capacity_provider=capacity_provider
        )


def launch_instance(
    world: World, cluster: Cluster, *, instance_id: str | None = None, zone: str | None = None
) -> Ec2Instance:
    """Launch a Spot instance now: pending, running, then registered, each with its event."""
    machine = _machine(world, instance_id, zone, "spot")
    ec2_instances.set_state(world, machine, "pending")

    def register() -> None:
        container_instances.register(world, cluster, machine)
        scheduler.wake_all(world, cluster)

    def run() -> None:
        ec2_instances.set_state(world, machine, "running")
        world.later(world.durations.registering, register)

    world.later(world.durations.launching, run)
    world.log.flush()
    return machine


def _machine(world: World, instance_id: str | None, zone: str | None, lifecycle: Lifecycle) -> Ec2Instance:
    zone = zone or f"{world.names.region}{'abc'[len(world.ec2) % 3]}"
    machine = Ec2Instance(instance_id or world.names.instance_id(), zone, lifecycle, world.now())
    if machine.instance_id in world.ec2:
        raise ScenarioError(f"{machine.instance_id} exists already")
    machine.spot_request_id = f"sir-{world.names.hex(8)}" if lifecycle == "spot" else None
    world.ec2[machine.instance_id] = machine
    return machine


def add_service(
    world: World,
    cluster: Cluster,
    definition: TaskDefinition,
    *,
    name: str | None = None,
    desired_count: int = 1,
    minimum_healthy_percent: int = 100,
    maximum_percent: int = 200,
    tags: dict[str, str] | None = None,
) -> Service:
    """Add a service whose tasks run already, without any event."""
    name = name or definition.family
    service = Service(
        arn=world.names.ecs(f"service/{cluster.name}/{name}"),
        name=name,
        definition=definition,
        desired_count=desired_count,
        deployment_id=f"ecs-svc/{world.names.number()}",
        created_at=world.now(),
        minimum_healthy_percent=minimum_healthy_percent,
        maximum_percent=maximum_percent,
        tags=dict(tags or {}),
        steady=True,
    )
    cluster.services[name] = service
    with world.log.muted():
        for _ in range(desired_count):
            task = _place(world, cluster, definition, service)
            task_life.run_at_once(world, cluster, task)
    return service


def add_task(
    world: World, cluster: Cluster, definition: TaskDefinition, *, instance_id: str | None = None
) -> Task:
    """Add a standalone task that runs already, without any event."""
    with world.log.muted():
        task = _place(world, cluster, definition, None, instance_id)
        task_life.run_at_once(world, cluster, task)
    return task


def _place(
    world: World,
    cluster: Cluster,
    definition: TaskDefinition,
    service: Service | None,
    instance_id: str | None = None,
) -> Task:
    instance = _instance(cluster, definition, service, instance_id)
    if instance is None:
        raise ScenarioError(
            f"no instance of cluster {cluster.name!r} has room for a task of {definition.family!r}"
        )
    if service is None:
        return task_life.start(world, cluster, instance, definition)
    return task_life.start(
        world, cluster, instance, definition, service=service.name, started_by=service.deployment_id
    )


def _instance(
    cluster: Cluster, definition: TaskDefinition, service: Service | None, instance_id: str | None
) -> ContainerInstance | None:
    if instance_id is None:
        return placement.choose(cluster, definition, service.name if service else None)
    return next((i for i in cluster.instances.values() if i.instance_id == instance_id), None)
