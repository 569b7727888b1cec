"""What a rollback must know of CodeDeploy: one of its deployments as it is now."""

from dataclasses import dataclass
from typing import ClassVar, Protocol

from dockwarden.facts.unknown import NotRead
from dockwarden.permissions import Permission

CONTROLLER = "CODE_DEPLOY"
"""The deployment controller of a service that CodeDeploy deploys."""

PLATFORM = "ECS"
"""The compute platform of its deployments; the others are Server and Lambda."""

_UNDER_WAY = frozenset({"Created", "Queued", "InProgress", "Baking", "Ready"})
_BROKEN_OFF = frozenset({"Stopped", "Failed"})

# Service Authorization Reference: GetDeployment requires a deploymentgroup, whose name only the deployment itself says.
GET_DEPLOYMENT = Permission(
    actions=("codedeploy:GetDeployment",),
    resources=("arn:{partition}:codedeploy:{region}:{account}:deploymentgroup:*/*",),
    why="see whether the CodeDeploy deployment of a service is under way, and what became of one that was stopped",
    for_clusters=True,
)


@dataclass(frozen=True, slots=True)
class CodeDeployment:
    """A deployment of CodeDeploy: its id `d-...`, its status, and whose it is.

    `rollback` is the deployment that takes it back, `takes_back` the one that it takes back itself; each None where
    there is none.
    """

    id: str
    status: str | None
    platform: str | None = None
    application: str | None = None
    group: str | None = None
    rollback: str | None = None
    takes_back: str | None = None

    @property
    def under_way(self) -> bool:
        """Whether it can be stopped still."""
        return self.status in _UNDER_WAY

    @property
    def broken_off(self) -> bool:
        """Whether it ended without having deployed all."""
        return self.status in _BROKEN_OFF

    @property
    def succeeded(self) -> bool:
        """Whether it has deployed all."""
        return self.status == "Succeeded"


class CodeDeployments(Protocol):
    """The deployments of CodeDeploy."""

    PERMISSIONS: ClassVar[tuple[Permission, ...]] = (GET_DEPLOYMENT,)

    def deployment(self, deployment_id: str) -> CodeDeployment | NotRead:
        """A deployment by its id, which is that of a task set of the service and never that of an event."""
