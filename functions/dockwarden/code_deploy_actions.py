"""The change of a service that CodeDeploy deploys: its deployment is stopped there, which takes it back."""

from dataclasses import dataclass
from typing import ClassVar

from dockwarden.actions import Action, recorded
from dockwarden.permissions import Permission
from dockwarden.service_actions import OfService, revision_name


@recorded
@dataclass(frozen=True, slots=True)
class StopCodeDeployment(OfService):
    """Have CodeDeploy stop a deployment of a service that is under way, and give the traffic back to the old tasks.

    CodeDeploy rolls back also where the deployment group asks for no rollback. Nothing undoes it; deploying anew does.
    """

    KIND: ClassVar[str] = "StopDeployment"
    DONE: ClassVar[str] = "stopped"
    # Service Authorization Reference: StopDeployment has no resource type and no condition key, so that it needs `*`
    # (aws-codedeploy-user-guide #18: the guide's table, which names the deployment group, is wrong). What is left to
    # narrow it is the region. Which deployment it is comes from ECS, of a service in a listed cluster.
    PERMISSIONS: ClassVar[tuple[Permission, ...]] = (
        Permission(
            actions=("codedeploy:StopDeployment",),
            resources=("*",),
            conditions={"StringEquals": {"aws:RequestedRegion": "{region}"}},
            why="have CodeDeploy take back deployments of services; IAM knows no narrower resource for it",
            for_clusters=True,
        ),
    )

    code_deployment: str
    bad_task_definition: str

    @property
    def deployment(self) -> str | None:
        """The id of the CodeDeploy deployment."""
        return self.code_deployment

    @property
    def before(self) -> str:
        """What was being deployed."""
        return f"deploying {revision_name(self.bad_task_definition)} by {self.code_deployment}"

    def inverse(self) -> Action | None:
        """None: what was stopped does not go on."""
        return None

    def sentence(self) -> str:
        """What the action does, for people."""
        name = revision_name(self.bad_task_definition)
        return f"stop the CodeDeploy deployment {self.code_deployment} of {name} to {self._where()}, which rolls it back"

    def fields(self) -> dict[str, str]:
        """Cluster, service, CodeDeploy deployment and the task definition that it brings."""
        return {
            "cluster": self.cluster,
            "service": self.service,
            "code_deployment": self.code_deployment,
            "bad_task_definition": self.bad_task_definition,
        }
