"""CloudFormation stacks: a name and a status that somebody sets, and nothing that follows from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from lab.drydock.world import World

STACK_TAG = "aws:cloudformation:stack-name"


@dataclass(frozen=True, slots=True)
class Stack:
    """A stack in a status since some time."""

    id: str
    name: str
    status: str
    created_at: datetime
    updated_at: datetime | None = None


def set_stack(world: World, name: str, status: str = "UPDATE_COMPLETE") -> Stack:
    """Let a stack be in a status, such as UPDATE_IN_PROGRESS; one that is not there is created."""
    with world.lock:
        known = world.stacks.get(name)
        if known is None:
            place = f"arn:aws:cloudformation:{world.names.region}:{world.names.account}"
            made = Stack(f"{place}:stack/{name}/{world.names.uuid()}", name, status, world.now())
        else:
            made = Stack(known.id, name, status, known.created_at, world.now())
        world.stacks[name] = made
        return made
