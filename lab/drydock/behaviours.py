"""What a revision's container does: run, end, use up its memory, or never start."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from lab.drydock import health, task_life
from lab.drydock.images import pulled_as
from lab.drydock.task_definition import CANNOT_START, ENDS

if TYPE_CHECKING:
    from lab.drydock.model import Cluster, Task
    from lab.drydock.world import World

OOM = "OutOfMemoryError: Container killed due to memory usage"
KILLED = 137


def follow_task(world: World, cluster: Cluster, task: Task) -> None:
    """Let the container's story begin once: with PENDING when it cannot start, else when it is started."""
    kind = task.behaviour.kind
    if task.began or task.desired_status != "RUNNING":
        return
    if kind in CANNOT_START and task.last_status == "PENDING":
        task.began = True
        world.later(world.durations.failing_to_start, partial(_cannot_start, world, cluster, task))
    elif task.container_status == "RUNNING":
        task.began = True
        _started(world, cluster, task)


def _started(world: World, cluster: Cluster, task: Task) -> None:
    behaviour = task.behaviour
    ends = behaviour.kind in ENDS
    world.logs.write(task, world.now(), *(behaviour.lines[:-1] if ends else behaviour.lines))
    if ends:
        end_later(world, cluster, task)


def end_later(world: World, cluster: Cluster, task: Task) -> None:
    """Let the process end by itself in a while, unless its trouble is over by then."""
    trouble = task.trouble

    def end() -> None:
        if task.trouble is trouble:
            _ended(world, cluster, task)

    world.later(task.behaviour.after, end)


def _ended(world: World, cluster: Cluster, task: Task) -> None:
    """The process is gone; Fargate reports that ten seconds later (recorded), EC2 at once."""
    if task.container_status != "RUNNING" or task.desired_status == "STOPPED":
        return
    task.ended_at = world.now()
    world.logs.write(task, world.now(), *task.behaviour.lines[-1:])
    lag = world.durations.fargate_exit_report if task.launch_type == "FARGATE" else 0.0
    world.later(lag, partial(_reported, world, cluster, task))


def _reported(world: World, cluster: Cluster, task: Task) -> None:
    """Recorded tasks became RUNNING even though their container had ended by then; the stop follows that."""
    started = task.times.get("startedAt")
    seen = started and started + timedelta(seconds=world.durations.exit_after_running)
    fargate = task.launch_type == "FARGATE"
    if task.last_status != "RUNNING" or (fargate and seen and world.now() < seen):
        if task.desired_status == "RUNNING":
            world.later(1.0, partial(_reported, world, cluster, task))
        return
    oom = task.behaviour.kind == "out-of-memory"
    code = KILLED if oom else task.behaviour.exit_code
    task_life.exited(world, cluster, task, code, OOM if oom else None)


def _cannot_start(world: World, cluster: Cluster, task: Task) -> None:
    """Fargate shows the cause on the task; the EC2 agent shows a failed pull on the container only."""
    if task.desired_status == "STOPPED":
        return
    reason = task.behaviour.reason or _wording(world, task)
    if task.behaviour.kind == "image-missing":
        task.times |= {"pullStartedAt": task.updated_at, "pullStoppedAt": world.now()}
    if task.launch_type == "EC2" and reason.startswith("Cannot"):
        task_life.failed_to_start(world, cluster, task, "Task failed to start", reason)
    else:
        task_life.failed_to_start(world, cluster, task, reason, None)


def _wording(world: World, task: Task) -> str:
    image, fargate = task.definition.image, task.launch_type == "FARGATE"
    if task.behaviour.kind == "image-missing":
        image = pulled_as(world, image, task.digest)
        if fargate:
            text = f"pull image manifest has been retried 5 time(s): failed to resolve ref {image}: {image}: not found"
        else:
            text = f"Error response from daemon: manifest for {image} not found: manifest unknown"
        return f"CannotPullContainerError: {text}"
    missing = "ResourceNotFoundException: Secrets Manager can't find the specified secret."
    if fargate:
        return (
            "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval "
            "failed: unable to retrieve secret from asm: service call has been retried 5 time(s): " + missing
        )
    name = next(iter(task.definition.secrets.values()), "example")
    return f"Fetching secret data from AWS Secrets Manager in region {world.names.region}: secret {name}: {missing}"


def connect(world: World) -> None:
    """Let containers live in a world."""
    world.on_task_change(partial(follow_task, world))
    world.on_task_change(partial(health.follow_task, world))
