"""The changes a playbook may propose: values that say what, on which target, and what undoes it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, Protocol, TypeVar

from dockwarden.errors import UnreadableRecordError
from dockwarden.permissions import CONTAINER_INSTANCES_ARN, ON_LISTED_CLUSTERS, Permission


class Action(Protocol):
    """A change of one target by one AWS operation."""

    KIND: ClassVar[str]
    DONE: ClassVar[str]
    PERMISSIONS: ClassVar[tuple[Permission, ...]]
    ON_SERVICE: ClassVar[bool]

    @property
    def target(self) -> str:
        """The ARN, or where none is known the id, of what is changed; leases are held on it."""

    @property
    def cluster_arn(self) -> str | None:
        """The cluster that must be opted in, or None where no cluster is concerned."""

    @property
    def service_arn(self) -> str | None:
        """The service whose orders and tags hold for it, or None where it is about no single service."""

    @property
    def deployment(self) -> str | None:
        """The deployment of the target when the action was decided, None for a target that has none."""

    @property
    def before(self) -> str:
        """How the target was when the action was decided, in words."""

    def inverse(self) -> "Action | None":
        """The action that brings back what was before, None where there is none."""

    def sentence(self) -> str:
        """What the action does, as an infinitive for people: "drain … in …"."""

    def fields(self) -> dict[str, str]:
        """What is needed to build the action again, as it stands in the ledger."""


@dataclass(frozen=True, slots=True)
class OfContainerInstance:
    """What the actions on a container instance share: their target and what they need of IAM."""

    PERMISSIONS: ClassVar[tuple[Permission, ...]] = (
        Permission(
            actions=("ecs:UpdateContainerInstancesState",),
            resources=(CONTAINER_INSTANCES_ARN,),
            conditions=ON_LISTED_CLUSTERS,
            why="drain container instances of the listed clusters",
        ),
    )
    ON_SERVICE: ClassVar[bool] = False

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

    @property
    def service_arn(self) -> str | None:
        """None: a host is no single service's."""
        return None

    @property
    def in_haste(self) -> bool:
        """Whether there is no time to read its status right before the call."""
        return False

    @property
    def deployment(self) -> str | None:
        """None: a host has none."""
        return None

    def fields(self) -> dict[str, str]:
        """Cluster, container instance and EC2 instance."""
        return {
            "cluster": self.cluster,
            "container_instance": self.container_instance,
            "ec2_instance_id": self.ec2_instance_id,
        }


_KINDS: dict[str, Callable[..., Action]] = {}
_A = TypeVar("_A", bound=Action)


def recorded(kind: type[_A]) -> type[_A]:
    """Let the ledger build actions of a class again by their kind: a decorator, for actions of third parties too."""
    _KINDS[kind.KIND] = kind
    return kind


@recorded
@dataclass(frozen=True, slots=True)
class DrainContainerInstance(OfContainerInstance):
    """Set a container instance to DRAINING, so that ECS moves its service tasks elsewhere.

    Standalone tasks are not touched by ECS. `known` says how its status is known where there is no time to read it
    right before the call: READ when that was decided, or REMEMBERED from its last event.
    """

    KIND: ClassVar[str] = "UpdateContainerInstancesState"
    DONE: ClassVar[str] = "drained"
    READ: ClassVar[str] = "read"
    REMEMBERED: ClassVar[str] = "remembered"

    known: str = ""

    @property
    def in_haste(self) -> bool:
        """Whether there is no time to read its status right before the call."""
        return bool(self.known)

    @property
    def before(self) -> str:
        """ACTIVE: another one is not drained."""
        return "ACTIVE by its last event" if self.known == self.REMEMBERED else "ACTIVE"

    def inverse(self) -> "Action | None":
        """Set it to ACTIVE again; None where a person may have drained it before, since ECS answers both alike."""
        if self.known == self.REMEMBERED:
            return None
        return ActivateContainerInstance(self.cluster, self.container_instance, self.ec2_instance_id)

    def fields(self) -> dict[str, str]:
        """Cluster, container instance and EC2 instance, and how its status is known in haste."""
        # Not super(): a dataclass with slots is another class than the one that super() would look for.
        known = {"known": self.known} if self.known else {}
        return {**OfContainerInstance.fields(self), **known}

    def sentence(self) -> str:
        """What the action does, for people."""
        return f"drain {self.ec2_instance_id} in cluster {self.cluster.rpartition('/')[2]}"


@recorded
@dataclass(frozen=True, slots=True)
class ActivateContainerInstance(OfContainerInstance):
    """Set a container instance that we drained to ACTIVE again, so that ECS places tasks on it.

    Only what Dockwarden has drained itself (invariant 50): an undo proposes it and nothing else does.
    """

    KIND: ClassVar[str] = "UpdateContainerInstancesState:ACTIVE"
    DONE: ClassVar[str] = "set to ACTIVE"

    @property
    def before(self) -> str:
        """DRAINING, by us."""
        return "DRAINING"

    def inverse(self) -> "Action | None":
        """Drain it once more."""
        return DrainContainerInstance(**self.fields())

    def sentence(self) -> str:
        """What the action does, for people."""
        return f"set {self.ec2_instance_id} of cluster {self.cluster.rpartition('/')[2]} to ACTIVE"


@dataclass(frozen=True, slots=True)
class Unaimed:
    """An action that is wanted but cannot be aimed yet, because a fact about its target is missing."""

    KIND: ClassVar[str] = "Unaimed"
    DONE: ClassVar[str] = "done"
    PERMISSIONS: ClassVar[tuple[Permission, ...]] = ()
    ON_SERVICE: ClassVar[bool] = False

    kind: str
    target: str
    cluster_arn: str | None = None
    service_arn: str | None = None

    @property
    def deployment(self) -> str | None:
        """None: nobody knows."""
        return None

    @property
    def before(self) -> str:
        """Nobody knows."""
        return "unknown"

    def inverse(self) -> "Action | None":
        """None: nothing is done."""
        return None

    def sentence(self) -> str:
        """What is wanted, for people."""
        return f"{self.kind} on {self.target}"

    def fields(self) -> dict[str, str]:
        """The kind that is wanted."""
        return {"kind": self.kind}


def kind_of(action: Action) -> str:
    """The AWS operation that an action calls, also of one that cannot be aimed yet."""
    return action.kind if isinstance(action, Unaimed) else action.KIND


def rebuilt(kind: str, fields: dict[str, str]) -> Action:
    """The action that the ledger holds as its kind and fields. Raises UnreadableRecordError for one of a newer version."""
    if kind not in _KINDS:
        # Imported here, because these modules need this one; service_actions comes with them.
        import dockwarden.code_deploy_actions  # noqa: PLC0415
        import dockwarden.pinned_actions  # noqa: F401, PLC0415
    try:
        return _KINDS[kind](**fields)
    except (KeyError, TypeError) as error:
        raise UnreadableRecordError(kind, f"nothing here knows such an action ({error!r})") from error
