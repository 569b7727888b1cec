"""Containers that ECS restarted inside their tasks, by their restart policies, which no event tells."""

from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar, Protocol

from dockwarden.facts.services import ServiceRef
from dockwarden.facts.unknown import NotRead
from dockwarden.permissions import Permission


class Restarts(Protocol):
    """How often the containers of services were restarted inside their tasks."""

    PERMISSIONS: ClassVar[tuple[Permission, ...]] = (
        Permission(
            actions=("cloudwatch:GetMetricData",),
            resources=("*",),
            why="count restarts inside tasks, which no event tells; IAM knows no resource for this action",
            for_clusters=True,
        ),
    )

    def inside_tasks(self, since: datetime, until: datetime) -> Mapping[ServiceRef, int] | NotRead:
        """The restarts by service in some time, as Container Insights counts them.

        A service without a restart policy, or in a cluster without Container Insights, is not among them.
        """
