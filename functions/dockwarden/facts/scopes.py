"""What the guard itself asks about the place in which an action would happen."""

from collections.abc import Mapping
from typing import ClassVar, Protocol

from dockwarden.facts.unknown import NotRead
from dockwarden.permissions import CLUSTER_ARN, Permission

MODE_TAG = "dockwarden:mode"
"""The tag on a cluster or service that asks for a mode."""


class Scopes(Protocol):
    """Whether a cluster is opted in, and what its tag asks for."""

    PERMISSIONS: ClassVar[tuple[Permission, ...]] = (
        Permission(
            actions=("ecs:DescribeClusters",),
            resources=(CLUSTER_ARN,),
            why="read the mode and the budget that a cluster's tags ask for, and its counts",
        ),
    )

    def opted_in(self, cluster_arn: str | None) -> bool | None:
        """Whether the platform lists a cluster; None where nobody knows."""

    def mode_tag(self, cluster_arn: str | None) -> str | NotRead | None:
        """The value of a cluster's mode tag, None where it has none."""

    def tags(self, arn: str) -> Mapping[str, str] | NotRead:
        """The tags of a cluster or of a service of a listed cluster."""
