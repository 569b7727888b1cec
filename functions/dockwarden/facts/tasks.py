"""Tasks that an event names without their service."""

from typing import ClassVar, Protocol

from dockwarden.facts.unknown import NotRead
from dockwarden.permissions import ON_LISTED_CLUSTERS, Permission

DESCRIBE_TASKS = Permission(
    actions=("ecs:DescribeTasks",),
    resources=("arn:{partition}:ecs:{region}:{account}:task/*",),
    for_clusters=True,
    conditions=ON_LISTED_CLUSTERS,
    why="find the service of a task that a call names",
)


class Tasks(Protocol):
    """Which service a task is of."""

    PERMISSIONS: ClassVar[tuple[Permission, ...]] = (DESCRIBE_TASKS,)

    def service_of(self, cluster: str, task: str) -> str | NotRead | None:
        """The name of the service of a task in a cluster, by the task's id or ARN; None for a task of no service."""
