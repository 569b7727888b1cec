"""The changes of a service that a playbook may propose: what it runs is put back, or its deployment is stopped."""

from dataclasses import dataclass
from typing import ClassVar

from dockwarden.actions import Action, recorded
from dockwarden.facts.services import ServiceState
from dockwarden.permissions import ON_LISTED_CLUSTERS, Permission

SERVICES_ARN = "arn:{partition}:ecs:{region}:{account}:service/{cluster}/*"
SERVICE_DEPLOYMENTS_ARN = "arn:{partition}:ecs:{region}:{account}:service-deployment/{cluster}/*"


def deployment_of(state: ServiceState) -> str | None:
    """How an action names the deployment of a service as it is now: by its id, which stays when it has ended.

    The ARN of the service deployment is the name where ECS shows no primary deployment.
    """
    primary = state.deployment()
    return (primary.id if primary is not None else None) or state.current_deployment_arn


def revision_name(task_definition: str) -> str:
    """A task definition as people name it, `family:revision`."""
    return task_definition.rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class OfService:
    """What the actions on a service share: it is their target, so that no two of them happen to it at once."""

    ON_SERVICE: ClassVar[bool] = True

    cluster: str
    service: str

    @property
    def target(self) -> str:
        """The ARN of the service."""
        return self.service

    @property
    def cluster_arn(self) -> str | None:
        """The ARN of its cluster."""
        return self.cluster

    @property
    def service_arn(self) -> str | None:
        """The ARN of the service."""
        return self.service

    def _where(self) -> str:
        return f"service {self.service.rpartition('/')[2]} in cluster {self.cluster.rpartition('/')[2]}"


@dataclass(frozen=True, slots=True)
class SetTaskDefinition(OfService):
    """What rolling a service back and forward share: from `bad_task_definition`, which it has, to the other."""

    # Service Authorization Reference: UpdateService requires a service, and ECS fills ecs:cluster for it. Other
    # arguments of the call cannot be denied by a key that is filled for every call.
    PERMISSIONS: ClassVar[tuple[Permission, ...]] = (
        Permission(
            actions=("ecs:UpdateService",),
            resources=(SERVICES_ARN,),
            conditions=ON_LISTED_CLUSTERS,
            why="put services of the listed clusters back on a task definition that worked",
        ),
    )

    task_definition: str
    bad_task_definition: str

    @property
    def before(self) -> str:
        """The task definition that the service had."""
        return f"on {revision_name(self.bad_task_definition)}"

    def _pair(self) -> dict[str, str]:
        return {
            "cluster": self.cluster,
            "service": self.service,
            "task_definition": self.task_definition,
            "bad_task_definition": self.bad_task_definition,
        }


@recorded
@dataclass(frozen=True, slots=True)
class RollBackService(SetTaskDefinition):
    """Put a service back on a task definition that worked, if `current_deployment` is still its deployment.

    `current_deployment` is what `deployment_of` answers. Nothing else of the service is changed (invariant 30).
    """

    KIND: ClassVar[str] = "UpdateService"
    DONE: ClassVar[str] = "rolled back"

    current_deployment: str

    @property
    def deployment(self) -> str | None:
        """The deployment that it takes back."""
        return self.current_deployment

    def inverse(self) -> Action | None:
        """Roll it forward to what it had."""
        return RollForwardService(
            self.cluster,
            self.service,
            task_definition=self.bad_task_definition,
            bad_task_definition=self.task_definition,
        )

    def sentence(self) -> str:
        """What the action does, for people."""
        names = revision_name(self.bad_task_definition), revision_name(self.task_definition)
        return f"roll {self._where()} back from {names[0]} to {names[1]}"

    def fields(self) -> dict[str, str]:
        """Cluster, service, both task definitions and the deployment."""
        return {**self._pair(), "current_deployment": self.current_deployment}


@recorded
@dataclass(frozen=True, slots=True)
class RollForwardService(SetTaskDefinition):
    """Give a service that we rolled back what it had before, if it still has what we put it on.

    Only a person asks for that, by an undo. The deployment that our rollback became is not known when it is made.
    """

    KIND: ClassVar[str] = "UpdateService:FORWARD"
    DONE: ClassVar[str] = "rolled forward"

    @property
    def deployment(self) -> str | None:
        """None: whichever deployment has the task definition."""
        return None

    def inverse(self) -> Action | None:
        """None: whether it is rolled back once more is decided anew."""
        return None

    def sentence(self) -> str:
        """What the action does, for people."""
        names = revision_name(self.bad_task_definition), revision_name(self.task_definition)
        return f"roll {self._where()} forward again from {names[0]} to {names[1]}"

    def fields(self) -> dict[str, str]:
        """Cluster, service and both task definitions."""
        return self._pair()


@recorded
@dataclass(frozen=True, slots=True)
class StopServiceDeployment(OfService):
    """Have ECS take back a deployment that is under way, to the revision that it came from.

    ECS rolls back also where the service asks for no rollback. Nothing undoes it; deploying anew does.
    """

    KIND: ClassVar[str] = "StopServiceDeployment"
    DONE: ClassVar[str] = "stopped"
    # Service Authorization Reference: StopServiceDeployment requires the service as well as the service deployment,
    # and ECS fills ecs:cluster for both.
    PERMISSIONS: ClassVar[tuple[Permission, ...]] = (
        Permission(
            actions=("ecs:StopServiceDeployment",),
            resources=(SERVICES_ARN, SERVICE_DEPLOYMENTS_ARN),
            conditions=ON_LISTED_CLUSTERS,
            why="have ECS take back deployments that are under way in the listed clusters",
        ),
    )

    service_deployment: str
    bad_task_definition: str

    @property
    def deployment(self) -> str | None:
        """The ARN of the service deployment."""
        return self.service_deployment

    @property
    def before(self) -> str:
        """What was being deployed."""
        return f"deploying {revision_name(self.bad_task_definition)}"

    def inverse(self) -> Action | None:
        """None: what was stopped does not go on."""
        return None

    def sentence(self) -> str:
        """What the action does, for people."""
        return f"stop the deployment of {revision_name(self.bad_task_definition)} to {self._where()}, which rolls it back"

    def fields(self) -> dict[str, str]:
        """Cluster, service, service deployment and the task definition that it brings."""
        return {
            "cluster": self.cluster,
            "service": self.service,
            "service_deployment": self.service_deployment,
            "bad_task_definition": self.bad_task_definition,
        }
