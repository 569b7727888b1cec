"""Whether a task definition may still be used: ACTIVE, deregistered, or on its way out.

Source: botocore model of `DeregisterTaskDefinition` and `DeleteTaskDefinitions`. The ten minutes in which AWS may
not refuse a deregistered revision yet are not modelled.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lab.drydock.errors import AwsError

if TYPE_CHECKING:
    from datetime import datetime

    from lab.drydock.task_definition import TaskDefinition
    from lab.drydock.world import World

ACTIVE = "ACTIVE"
INACTIVE = "INACTIVE"
DELETING = "DELETE_IN_PROGRESS"


def key(definition: TaskDefinition) -> str:
    """The `family:revision` of a task definition."""
    return f"{definition.family}:{definition.revision}"


def status_of(world: World, definition: TaskDefinition) -> str:
    """The status of a task definition in AWS's words."""
    return world.retired[key(definition)][0] if key(definition) in world.retired else ACTIVE


def deregistered_at(world: World, definition: TaskDefinition) -> datetime | None:
    """When a task definition was deregistered, if it was."""
    return world.retired[key(definition)][1] if key(definition) in world.retired else None


def deregister(world: World, definition: TaskDefinition) -> None:
    """Make a revision INACTIVE; services that run it go on, scale and replace tasks."""
    world.retired.setdefault(key(definition), (INACTIVE, world.now()))


def delete(world: World, definition: TaskDefinition) -> None:
    """Let a revision that was deregistered be deleted; while something uses it, it stays DELETE_IN_PROGRESS."""
    if status_of(world, definition) == ACTIVE:
        raise AwsError("ClientException", "The specified task definition is still in ACTIVE status.")
    world.retired[key(definition)] = (DELETING, world.retired[key(definition)][1])


def latest(world: World, family: str) -> int:
    """The number of the latest ACTIVE revision of a family, or 0."""
    revisions = world.definitions.get(family, {})
    active = (number for number, one in revisions.items() if status_of(world, one) == ACTIVE)
    return max(active, default=0)
