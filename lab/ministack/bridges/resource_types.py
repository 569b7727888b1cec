"""How ministack's CloudFormation makes a resource, and how a bridge gets in between."""

from collections.abc import Callable
from typing import Any

from lab.ministack.private import service

HANDLERS = service("cloudformation.provisioners", "_RESOURCE_HANDLERS")

Properties = dict[str, Any]
Made = tuple[str, dict[str, Any]]


def after_each_write(resource: str, then: Callable[[str, Properties], None]) -> None:
    """Call `then(physical id, new properties)` after each create and update of the resource type."""
    handler = HANDLERS.get()[resource]
    create, update = handler["create"], handler["update"]

    def created(logical_id: str, properties: Properties, stack: str) -> Made:
        made: Made = create(logical_id, properties, stack)
        then(made[0], properties)
        return made

    def updated(physical_id: str, old: Properties, new: Properties, stack: str, *logical_id: str) -> Made:
        made: Made = update(physical_id, old, new, stack, *logical_id)
        then(made[0], new)
        return made

    handler |= {"create": created, "update": updated}
