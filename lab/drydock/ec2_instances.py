"""EC2 instances: launch, Spot notices, reclaim."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Literal

from lab.drydock import container_instances, scheduler, task_life
from lab.drydock.errors import ScenarioError

if TYPE_CHECKING:
    from lab.drydock.model import Cluster, ContainerInstance, Ec2Instance
    from lab.drydock.world import World

Action = Literal["terminate", "stop", "hibernate"]
ENDING = {"terminate": ("shutting-down", "terminated"), "stop": ("stopping", "stopped")}
DETAIL_TYPE = "EC2 Instance State-change Notification"


def interrupt(world: World, instance_id: str, action: Action = "terminate") -> None:
    """Reclaim a Spot instance: warn now, and end it when the notice is over.

    Two minutes' notice, none for hibernate (EC2 user guide, "Spot Instance interruption notices").
    """
    with world.lock:
        machine = _interruptible(world, instance_id)
        notice = 0.0 if action == "hibernate" else world.durations.spot_notice
        if machine.terminates_at is None:  # a second warning does not put the end off
            machine.interruption = action
            machine.terminates_at = world.now() + timedelta(seconds=notice)
        _emit_spot(world, machine, "EC2 Spot Instance Interruption Warning", {"instance-action": action})
        world.later(notice, partial(end, world, machine, action))
        world.log.flush()


def recommend_rebalance(world: World, instance_id: str) -> None:
    """Emit `EC2 Instance Rebalance Recommendation`; nothing else happens to the instance."""
    with world.lock:
        _emit_spot(world, _interruptible(world, instance_id), "EC2 Instance Rebalance Recommendation", {})
        world.log.flush()


def _interruptible(world: World, instance_id: str) -> Ec2Instance:
    machine = world.ec2_instance(instance_id)
    if machine.lifecycle != "spot" or machine.state != "running":
        raise ScenarioError(
            f"{instance_id} is {machine.lifecycle} and {machine.state}: no Spot reclaim is possible"
        )
    return machine


def _emit_spot(world: World, machine: Ec2Instance, detail_type: str, more: dict[str, str]) -> None:
    resources = [world.names.spot_instance(machine.instance_id, machine.zone)]
    world.log.emit("aws.ec2", detail_type, resources, {"instance-id": machine.instance_id, **more})


def end(world: World, machine: Ec2Instance, action: Action = "terminate") -> None:
    """Take an instance down: its agent goes first, its tasks when it is off."""
    if machine.state != "running":
        return
    kind = "terminate" if action == "terminate" else "stop"
    going, gone = ENDING[kind]
    set_state(world, machine, going)
    for cluster, instance in _registrations(world, machine):
        container_instances.disconnect_agent(world, cluster, instance)
        scheduler.wake_all(world, cluster)
    world.later(world.durations.shutting_down, partial(_off, world, machine, gone))


def _off(world: World, machine: Ec2Instance, state: str) -> None:
    """Finish the end of an instance.

    A terminated one is deregistered and INACTIVE at once; a stopped one keeps its status with the agent
    disconnected (developer guide, "Amazon ECS container instance life cycle").
    """
    set_state(world, machine, state)
    for cluster, instance in _registrations(world, machine):
        for task in cluster.tasks_on(instance):
            reason = f"Host EC2 (instance {machine.instance_id}) {state}."
            task_life.host_gone(world, cluster, task, reason)
        if state == "terminated":
            container_instances.set_status(world, cluster, instance, "INACTIVE")
        scheduler.wake_all(world, cluster)


def _registrations(world: World, machine: Ec2Instance) -> list[tuple[Cluster, ContainerInstance]]:
    return [
        (cluster, instance)
        for cluster in world.clusters.values()
        for instance in cluster.instances.values()
        if instance.instance_id == machine.instance_id and instance.status != "INACTIVE"
    ]


def set_state(world: World, machine: Ec2Instance, state: str) -> None:
    """Change an instance's state and emit its event."""
    machine.state = state
    detail = {"instance-id": machine.instance_id, "state": state}
    world.log.emit("aws.ec2", DETAIL_TYPE, [world.names.instance(machine.instance_id)], detail)
