"""What a rollback must know of a service: its releases so far, and whether an earlier one can still be deployed."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, Protocol

from dockwarden.facts.evidence import (
    DESCRIBE_SERVICE_DEPLOYMENTS,
    DESCRIBE_SERVICE_REVISIONS,
    DESCRIBE_SERVICES,
    DESCRIBE_TASK_DEFINITION,
    LIST_SERVICE_DEPLOYMENTS,
)
from dockwarden.facts.rollouts import Rollout
from dockwarden.facts.running import RunningTasks
from dockwarden.facts.services import ServiceRef, ServiceState
from dockwarden.facts.unknown import NotRead
from dockwarden.permissions import ON_LISTED_CLUSTERS, Permission

BARRIER_TAG = "dockwarden:barrier"
"""The tag on a task definition whose release must not be taken back, because it changed what others rely on."""

UNDER_WAY = frozenset({"PENDING", "IN_PROGRESS"})
"""The statuses of a service deployment that nobody takes back yet."""

ROLLING_BACK = frozenset({"ROLLBACK_REQUESTED", "ROLLBACK_IN_PROGRESS"})
"""Those in which ECS takes it back."""

ENDED = frozenset({"SUCCESSFUL", "STOPPED", "ROLLBACK_SUCCESSFUL", "ROLLBACK_FAILED"})
"""Those that stay."""

DESCRIBE_IMAGES = Permission(
    actions=("ecr:DescribeImages",),
    resources=("arn:{partition}:ecr:{region}:{account}:repository/*",),
    why="see whether the images of an earlier release exist and what their tags stand for now",
    for_clusters=True,
)

# Where no container instance is named, IAM is asked for ListTasks on `*`, with ecs:cluster (construct-hub #1207,
# ecs-deploy #119); the Service Authorization Reference names the container instance only.
LIST_TASKS = Permission(
    actions=("ecs:ListTasks",),
    resources=("*",),
    for_clusters=True,
    conditions=ON_LISTED_CLUSTERS,
    why="list the tasks of a service; IAM knows no narrower resource for it",
)

READ_TASKS = Permission(
    actions=("ecs:DescribeTasks",),
    resources=("arn:{partition}:ecs:{region}:{account}:task/*",),
    for_clusters=True,
    conditions=ON_LISTED_CLUSTERS,
    why="see how many tasks of a service hold",
)

_CONTROLLERS = {
    "CODE_DEPLOY": "CodeDeploy deploys it",
    "EXTERNAL": "an external deployment controller deploys it",
}


@dataclass(frozen=True, slots=True)
class RevisionImage:
    """The image of one container of a service revision; `digest` is what ECS resolved it to, None where it says none."""

    container: str
    image: str
    digest: str | None


@dataclass(frozen=True, slots=True)
class Revision:
    """A service revision: its ARN, its task definition, and its images."""

    arn: str
    task_definition: str
    images: tuple[RevisionImage, ...]

    @property
    def digests(self) -> tuple[tuple[str, str], ...]:
        """The digest of each container whose digest is known, in the order of the containers' names."""
        return tuple(sorted((one.container, one.digest) for one in self.images if one.digest is not None))


@dataclass(frozen=True, slots=True)
class ServiceReleases:
    """A service as it is now, its newest rollouts, the newest first, and the service revisions that they name.

    `managed_by` is CUSTOMER, or ECS for an Express service; `strategy` is None where ECS says none, as for a
    deployment controller of another kind.
    """

    state: ServiceState
    strategy: str | None
    managed_by: str | None
    rollouts: tuple[Rollout, ...] | NotRead
    revisions: Mapping[str, Revision] | NotRead

    @property
    def current(self) -> Revision | None:
        """What the service is to run now; without images where no service revision of it is known."""
        arn = self.state.task_definition_arn
        if arn is None:
            return None
        known = {} if isinstance(self.revisions, NotRead) else self.revisions
        rollouts = () if isinstance(self.rollouts, NotRead) else self.rollouts
        brought = (known.get(one.brings or "") for one in rollouts)
        return next((one for one in brought if one and one.task_definition == arn), Revision("", arn, ()))

    @property
    def not_ours(self) -> str | None:
        """Why nobody but its owner may roll it back, None where Dockwarden may (invariant 29)."""
        return not_rolled_back(self.state, self.managed_by)


@dataclass(frozen=True, slots=True)
class Definition:
    """A revision of a task definition: ACTIVE, INACTIVE or DELETE_IN_PROGRESS, and its tags."""

    arn: str
    status: str
    tags: tuple[tuple[str, str], ...] = ()

    @property
    def active(self) -> bool:
        """Whether a service may be put on it."""
        return self.status == "ACTIVE"

    @property
    def barrier(self) -> bool:
        """Whether its release must not be taken back."""
        return dict(self.tags).get(BARRIER_TAG, "").strip().lower() == "true"


class ImageState(StrEnum):
    """Whether an image can be pulled again as it was."""

    SAME = "same"
    MOVED = "moved"
    GONE = "gone"
    ARCHIVED = "archived"
    ACTIVATING = "activating"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class ImageNow:
    """The image of a container, held against the digest that worked.

    MOVED: that digest exists, but the reference `image` stands for `resolves_to` now, None for nothing at all. `why`
    says why the state is UNKNOWN.
    """

    container: str
    image: str
    wanted: str | None
    state: ImageState
    resolves_to: str | None = None
    why: str | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """An earlier release as it could be deployed now.

    `pinnable` says that the platform lets a copy of its task definition be registered with the images pinned.
    """

    definition: Definition
    images: tuple[ImageNow, ...]
    pinnable: bool = False

    @property
    def pullable(self) -> bool:
        """Whether a deployment now would run what ran then."""
        return bool(self.images) and all(image.state is ImageState.SAME for image in self.images)


class Releases(Protocol):
    """The releases of services."""

    PERMISSIONS: ClassVar[tuple[Permission, ...]] = (
        DESCRIBE_SERVICES,
        LIST_SERVICE_DEPLOYMENTS,
        DESCRIBE_SERVICE_DEPLOYMENTS,
        DESCRIBE_SERVICE_REVISIONS,
        DESCRIBE_TASK_DEFINITION,
        DESCRIBE_IMAGES,
        LIST_TASKS,
        READ_TASKS,
    )

    def of(self, service: ServiceRef) -> ServiceReleases | NotRead:
        """A service with its newest rollouts, twenty at most, which ECS keeps for ninety days."""

    def definition(self, task_definition: str) -> Definition | NotRead:
        """A revision of a task definition with its tags."""

    def running(self, service: ServiceRef) -> RunningTasks | NotRead:
        """The tasks of a service that run, five hundred at most."""

    def candidate(self, task_definition: str, digests: Mapping[str, str]) -> Candidate | NotRead:
        """Whether a task definition can be deployed again with the digests, by container, that it ran with."""


def not_rolled_back(state: ServiceState, managed_by: str | None) -> str | None:
    """Why nobody but its owner may roll a service back, in words; None where UpdateService is the way."""
    controller = state.deployment_controller
    if controller not in (None, "ECS"):
        return _CONTROLLERS.get(str(controller), f"its deployment controller is {controller}")
    if state.scheduling_strategy not in (None, "REPLICA"):
        return f"its scheduling strategy is {state.scheduling_strategy}"
    if managed_by not in (None, "CUSTOMER"):
        return (
            f"{managed_by} manages it, as an Express service"
            if managed_by == "ECS"
            else f"{managed_by} manages it"
        )
    return None
