"""All services of the opted-in clusters, as they are now."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Protocol

from dockwarden.facts.evidence import DESCRIBE_SERVICES
from dockwarden.facts.unknown import NotRead
from dockwarden.permissions import ON_LISTED_CLUSTERS, Permission


@dataclass(frozen=True, slots=True)
class ServiceNow:
    """How many tasks of a service should run, and how many do; `deploying` while a deployment is under way.

    `revision` is the ARN of the service revision that runs, None while several do; `settled` says that its latest
    deployment is over and successful, `deployment` and `deployed_at` which that is, and since when.
    """

    cluster: str
    name: str
    desired: int
    running: int
    pending: int
    deploying: bool
    task_definition: str | None = None
    revision: str | None = None
    settled: bool = False
    deployment: str | None = None
    deployed_at: datetime | None = None

    @property
    def key(self) -> str:
        """The key of its history."""
        return f"{self.cluster}/service/{self.name}"


class Roster(Protocol):
    """Which services there are."""

    PERMISSIONS: ClassVar[tuple[Permission, ...]] = (
        Permission(
            actions=("ecs:ListServices",),
            resources=("*",),
            conditions=ON_LISTED_CLUSTERS,
            why="list the services of the listed clusters; IAM knows no narrower resource for it",
            for_clusters=True,
        ),
        DESCRIBE_SERVICES,
    )

    def services(self) -> tuple[ServiceNow, ...] | NotRead:
        """Every service of the opted-in clusters."""
