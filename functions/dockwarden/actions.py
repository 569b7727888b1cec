"""The changes a playbook may propose: values that say what, on which target, and what undoes it."""

from dataclasses import dataclass
from typing import ClassVar, Protocol

from dockwarden.permissions import CONTAINER_INSTANCES_ARN, ON_LISTED_CLUSTERS, Permission


class Action(Protocol):
    """A change of one target by one AWS operation."""

    KIND: ClassVar[str]
    DONE: ClassVar[str]
    PERMISSIONS: ClassVar[tuple[Permission, ...]]

    @property
    def target(self) -> str:
        """The ARN, or where none is known the id, of what is changed; leases are held on it."""

    @property
    def cluster_arn(self) -> str | None:
        """The cluster that must be opted in, or None where no cluster is concerned."""

    def sentence(self) -> str:
        """What the action does, as an infinitive for people: "drain … in …"."""

    def fields(self) -> dict[str, str]:
        """What is needed to build the action again, as it stands in the ledger."""


@dataclass(frozen=True, slots=True)
class DrainContainerInstance:
    """Set a container instance to DRAINING, so that ECS moves its service tasks elsewhere.

    Standalone tasks are not touched by ECS. The inverse is ACTIVE, for an instance that still exists.
    """

    KIND: ClassVar[str] = "UpdateContainerInstancesState"
    DONE: ClassVar[str] = "drained"
    PERMISSIONS: ClassVar[tuple[Permission, ...]] = (
        Permission(
            actions=("ecs:UpdateContainerInstancesState",),
            resources=(CONTAINER_INSTANCES_ARN,),
            conditions=ON_LISTED_CLUSTERS,
            why="drain container instances of the listed clusters",
        ),
    )

    cluster: str
    container_instance: str
    ec2_instance_id: str

    @property
    def target(self) -> str:
        """The ARN of the container instance."""
        return self.container_instance

    @property
    def cluster_arn(self) -> str | None:
        """The ARN of its cluster."""
        return self.cluster

    def sentence(self) -> str:
        """What the action does, for people."""
        return f"drain {self.ec2_instance_id} in cluster {self.cluster.rpartition('/')[2]}"

    def fields(self) -> dict[str, str]:
        """Cluster, container instance and EC2 instance."""
        return {
            "cluster": self.cluster,
            "container_instance": self.container_instance,
            "ec2_instance_id": self.ec2_instance_id,
        }


@dataclass(frozen=True, slots=True)
class Unaimed:
    """An action that is wanted but cannot be aimed yet, because a fact about its target is missing."""

    KIND: ClassVar[str] = "Unaimed"
    DONE: ClassVar[str] = "done"
    PERMISSIONS: ClassVar[tuple[Permission, ...]] = ()

    kind: str
    target: str
    cluster_arn: str | None = None

    def sentence(self) -> str:
        """What is wanted, for people."""
        return f"{self.kind} on {self.target}"

    def fields(self) -> dict[str, str]:
        """The kind that is wanted."""
        return {"kind": self.kind}


def kind_of(action: Action) -> str:
    """The AWS operation that an action calls, also of one that cannot be aimed yet."""
    return action.kind if isinstance(action, Unaimed) else action.KIND


_KINDS: dict[str, type[DrainContainerInstance]] = {DrainContainerInstance.KIND: DrainContainerInstance}


def rebuilt(kind: str, fields: dict[str, str]) -> Action:
    """The action that the ledger holds as its kind and fields."""
    return _KINDS[kind](**fields)
