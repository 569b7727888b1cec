"""What befalls tasks from one moment on until another: a database that is down, a poison message, a bad hour.

A trouble that names revisions is one that a rollback heals; one that names services, or nothing, is not.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from lab.drydock import behaviours, health, images
from lab.drydock.task_definition import CANNOT_START, ENDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from lab.drydock.model import Cluster, Task
    from lab.drydock.task_definition import Behaviour
    from lab.drydock.world import World


@dataclass(slots=True, eq=False)
class Trouble:
    """A behaviour that tasks have while it lasts; `services` and `revisions` (`family:number`) None means all.

    At most `most` tasks have it at a time: when one of them has ended, the next one that starts has it.
    """

    behaviour: Behaviour
    services: frozenset[str] | None = None
    revisions: frozenset[str] | None = None
    most: int | None = None
    active: bool = False


def add_trouble(
    world: World,
    behaviour: Behaviour,
    *,
    services: Iterable[str] | None = None,
    revisions: Iterable[str] | None = None,
    most: int | None = None,
    at: float = 0.0,
    lasts: float | None = None,
) -> Trouble:
    """Let a trouble begin in `at` seconds and end after `lasts` more; without `lasts`, `end_trouble` ends it.

    `after` of the behaviour counts from the moment that a task is struck, or from its container's start.
    """
    trouble = Trouble(behaviour, _all_of(services), _all_of(revisions), most)
    with world.lock:
        world.troubles.append(trouble)
        if at:
            world.later(at, partial(_begin, world, trouble))
        else:
            _begin(world, trouble)
        if lasts is not None:
            world.later(at + lasts, partial(end_trouble, world, trouble))
        world.log.flush()
    return trouble


def end_trouble(world: World, trouble: Trouble) -> None:
    """Let a trouble be over: whoever has not ended by then lives on."""
    with world.lock:
        trouble.active = False
        for _cluster, task in _live_tasks(world):
            if task.trouble is trouble and task.ended_at is None:
                task.trouble = None
                task.behaviour = images.behaviour_of(world, task.definition, task.digest)
                health.recover(task)


def choose(world: World, task: Task) -> None:
    """Give a new task its behaviour: that of a trouble which it walks into, or of its image or definition."""
    task.behaviour = images.behaviour_of(world, task.definition, task.digest)
    if task.behaviour.kind == "image-missing":
        return
    for trouble in world.troubles:
        if trouble.active and _strikes(world, trouble, task):
            task.trouble, task.behaviour = trouble, trouble.behaviour
            return


def _all_of(names: Iterable[str] | None) -> frozenset[str] | None:
    return None if names is None else frozenset(names)


def _begin(world: World, trouble: Trouble) -> None:
    trouble.active = True
    for cluster, task in _live_tasks(world):
        late = trouble.behaviour.kind in CANNOT_START and task.last_status != "PROVISIONING"
        if task.desired_status == "RUNNING" and not late and _strikes(world, trouble, task):
            task.trouble, task.behaviour = trouble, trouble.behaviour
            _strike(world, cluster, task)


def _strike(world: World, cluster: Cluster, task: Task) -> None:
    if not task.began:
        return  # its story begins with this behaviour
    if task.behaviour.kind in ENDS:
        behaviours.end_later(world, cluster, task)
    else:
        health.turn(world, cluster, task)


def _strikes(world: World, trouble: Trouble, task: Task) -> bool:
    if task.service is None or task.trouble is not None:
        return False
    if trouble.services is not None and task.service not in trouble.services:
        return False
    revision = f"{task.definition.family}:{task.definition.revision}"
    if trouble.revisions is not None and revision not in trouble.revisions:
        return False
    return trouble.most is None or _struck(world, trouble) < trouble.most


def _struck(world: World, trouble: Trouble) -> int:
    return sum(
        task.trouble is trouble and task.desired_status == "RUNNING" for _cluster, task in _live_tasks(world)
    )


def _live_tasks(world: World) -> Iterator[tuple[Cluster, Task]]:
    for cluster in world.clusters.values():
        for task in list(cluster.tasks.values()):
            if task.last_status != "STOPPED":
                yield cluster, task


def connect(world: World) -> None:
    """Let new tasks of a world have what is chosen for them."""
    world.choose_behaviour = partial(choose, world)
