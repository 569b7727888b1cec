"""Worlds from code: clusters, instances, services and tasks that exist before the story begins, or join it."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from lab.drydock import (
    behaviours,
    container_instances,
    deployments,
    ec2_instances,
    placement,
    scheduler,
    task_life,
    troubles,
)
from lab.drydock.errors import ScenarioError
from lab.drydock.model import Cluster, Ec2Instance, Lifecycle, Service, TargetGroup, TaskDefinition
from lab.drydock.strategy import BY_CODE_DEPLOY
from lab.drydock.trail import Caller, note_update
from lab.drydock.world import World

if TYPE_CHECKING:
    from lab.drydock.model import ContainerInstance, Deployment, Task
    from lab.drydock.placement import Host


def make_world(**settings: Any) -> World:
    """An empty world whose parts know each other; takes what `World` takes."""
    world = World(**settings)
    world.on_task_change(partial(container_instances.track_resources, world))
    behaviours.connect(world)
    troubles.connect(world)
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
    tags: dict[str, str] | None = None,
    **settings: Any,
) -> Service:
    """Add a service whose tasks run already, without any event; `settings` are members of `Service`."""
    name = name or definition.family
    if settings.get("controller") == "CODE_DEPLOY":
        settings.setdefault("strategy", BY_CODE_DEPLOY)
    primary = deployments.first(world, f"{cluster.name}/{name}", register(world, definition))
    service = Service(
        arn=world.names.ecs(f"service/{cluster.name}/{name}"),
        name=name,
        desired_count=desired_count,
        created_at=world.now(),
        deployments=[primary],
        history=[primary.part_of],
        tags=dict(tags or {}),
        steady=True,
        **settings,
    )
    cluster.services[name] = service
    with world.log.muted():
        for _ in range(desired_count):
            host = placement.host_for(cluster, world.names.region, service)
            _run(world, cluster, definition, host, service)
    return service


def add_target_group(world: World, name: str, *, port: int = 80, grace: float = 0.0) -> TargetGroup:
    """Add a target group of a load balancer; `grace` is the service's healthCheckGracePeriodSeconds."""
    group = TargetGroup(world.names.target_group(name), name, port, grace)
    world.target_groups[group.arn] = group
    return group


def register(world: World, definition: TaskDefinition) -> TaskDefinition:
    """Register a revision as it is, as of now if it does not say when."""
    at = definition.registered_at or world.now()
    return world.register(replace(definition, registered_at=at))


def deploy(
    world: World, cluster: Cluster, service: Service, *, caller: Caller | None = None, **changes: Any
) -> Deployment:
    """Register the next revision, like the running one but for the changes, and let `caller` deploy it."""
    caller = caller or Caller(world.names.assumed_role("ci", "deploy"))
    with world.lock:
        revision = max(world.definitions[service.definition.family]) + 1
        made = replace(
            service.definition, revision=revision, registered_at=world.now(), **{"tags": {}, **changes}
        )
        made = replace(made, registered_by=changes.get("registered_by", caller.arn))
        deployment = deployments.begin(world, cluster, service, world.register(made))
        asked = {
            "cluster": cluster.name,
            "service": service.name,
            "taskDefinition": f"{made.family}:{revision}",
        }
        note_update(world, cluster, service, asked, caller)
        world.log.flush()
    return deployment


def add_task(
    world: World, cluster: Cluster, definition: TaskDefinition, *, instance_id: str | None = None
) -> Task:
    """Add a standalone task that runs already, without any event."""
    with world.log.muted():
        register(world, definition)
        instance = _instance(cluster, definition, instance_id)
        return _run(world, cluster, definition, placement.host_of(instance) if instance else None, None)


def _run(
    world: World, cluster: Cluster, definition: TaskDefinition, host: Host | None, service: Service | None
) -> Task:
    if host is None:
        raise ScenarioError(
            f"no instance of cluster {cluster.name!r} has room for a task of {definition.family!r}"
        )
    task = task_life.start(world, cluster, host, definition, service=service)
    task_life.run_at_once(world, cluster, task)
    return task


def _instance(
    cluster: Cluster, definition: TaskDefinition, instance_id: str | None
) -> ContainerInstance | None:
    if instance_id is None:
        return placement.choose(cluster, definition, None)
    return next((i for i in cluster.instances.values() if i.instance_id == instance_id), None)
