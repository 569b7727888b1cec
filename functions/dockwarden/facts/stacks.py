"""Whether CloudFormation is at work on a stack: what it changes now, nobody else should."""

from typing import ClassVar, Protocol

from dockwarden.facts.unknown import NotRead
from dockwarden.permissions import Permission


class Stacks(Protocol):
    """Reads stacks. It never raises."""

    PERMISSIONS: ClassVar[tuple[Permission, ...]] = (
        Permission(
            actions=("cloudformation:DescribeStacks",),
            resources=("arn:{partition}:cloudformation:{region}:{account}:stack/*",),
            why="hold what would change a service while a deployment of its stack is under way",
            for_clusters=True,
        ),
    )

    def status(self, name: str) -> str | NotRead:
        """The status of a stack in CloudFormation's words, such as UPDATE_IN_PROGRESS."""
