"""DescribeStacks: how far CloudFormation is with a stack."""

from collections.abc import Callable
from typing import Any, ClassVar

from dockwarden.aws.asking import asked
from dockwarden.facts.stacks import Stacks
from dockwarden.facts.unknown import NotRead
from dockwarden.permissions import Permission


class CloudFormationStacks:
    """Answers Stacks."""

    PERMISSIONS: ClassVar[tuple[Permission, ...]] = Stacks.PERMISSIONS

    def __init__(self, client: Callable[[], Any]) -> None:
        self._client = client

    def status(self, name: str) -> str | NotRead:
        """The status of a stack."""
        return asked(lambda: str(self._client().describe_stacks(StackName=name)["Stacks"][0]["StackStatus"]))
