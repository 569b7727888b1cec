"""CloudFormation: describe stacks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lab.drydock.api.operation import Answer, Operation, Params
from lab.drydock.errors import AwsError
from lab.drydock.views import present

if TYPE_CHECKING:
    from lab.drydock.stacks import Stack
    from lab.drydock.world import World


def describe_stacks(world: World, params: Params) -> Answer:
    """`DescribeStacks`: one by name or id, or all; no pages."""
    name = params.get("StackName")
    found = [stack for stack in world.stacks.values() if name in (None, stack.name, stack.id)]
    if name is not None and not found:
        raise AwsError("ValidationError", f"Stack with id {name} does not exist")
    return {"Stacks": [_view(stack) for stack in found]}


def _view(stack: Stack) -> dict[str, Any]:
    return present(
        {
            "StackId": stack.id,
            "StackName": stack.name,
            "StackStatus": stack.status,
            "CreationTime": stack.created_at,
            "LastUpdatedTime": stack.updated_at,
        }
    )


OPERATIONS = {"DescribeStacks": Operation(describe_stacks)}
