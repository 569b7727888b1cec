"""The rollback to a copy of a task definition whose images are pinned to the digests that worked, and its way back."""

from dataclasses import dataclass
from typing import ClassVar

from dockwarden.actions import Action, recorded
from dockwarden.facts.known_good import Digests
from dockwarden.pinned_names import written
from dockwarden.service_actions import RollBackService, RollForwardService, revision_name


@recorded
@dataclass(frozen=True, slots=True)
class RollBackToPinnedCopy(RollBackService):
    """Put a service on a pinned copy of `task_definition`, which is registered first where there is none yet.

    `digests` are by container, as `pinned_names.written` has them. The copy is registered by a function of its own,
    the only one that may do so, which exists where the platform has switched pinned copies on.
    """

    KIND: ClassVar[str] = "UpdateService:PINNED"

    digests: str

    @property
    def original(self) -> str:
        """The task definition whose copy the service gets."""
        return self.task_definition

    def onto(self, copy: str) -> RollBackService:
        """The same once there is a copy."""
        return RollBackService(
            self.cluster,
            self.service,
            task_definition=copy,
            bad_task_definition=self.bad_task_definition,
            current_deployment=self.current_deployment,
        )

    def inverse(self) -> Action | None:
        """Roll it forward to what it had."""
        return RollForwardFromPinnedCopy(
            self.cluster,
            self.service,
            task_definition=self.bad_task_definition,
            bad_task_definition=self.task_definition,
            digests=self.digests,
        )

    def sentence(self) -> str:
        """What the action does, for people."""
        names = revision_name(self.bad_task_definition), revision_name(self.task_definition)
        return (
            f"roll {self._where()} back from {names[0]} to a copy of {names[1]} with the images that worked"
        )

    def fields(self) -> dict[str, str]:
        """Cluster, service, both task definitions, the deployment and the digests."""
        # Not super(): a dataclass with slots is another class than the one that super() would look for.
        return {**RollBackService.fields(self), "digests": self.digests}


@recorded
@dataclass(frozen=True, slots=True)
class RollForwardFromPinnedCopy(RollForwardService):
    """Give a service what it had before, if it still has a pinned copy of `bad_task_definition`, as we left it."""

    KIND: ClassVar[str] = "UpdateService:UNPINNED"

    digests: str

    @property
    def original(self) -> str:
        """The task definition whose copy the service has."""
        return self.bad_task_definition

    def onto(self, copy: str) -> RollForwardService:
        """The same once it is known which copy that is."""
        return RollForwardService(
            self.cluster,
            self.service,
            task_definition=self.task_definition,
            bad_task_definition=copy,
        )

    def sentence(self) -> str:
        """What the action does, for people."""
        names = revision_name(self.bad_task_definition), revision_name(self.task_definition)
        return f"roll {self._where()} forward again from the copy of {names[0]} to {names[1]}"

    def fields(self) -> dict[str, str]:
        """Cluster, service, both task definitions and the digests."""
        return {**RollForwardService.fields(self), "digests": self.digests}


def pinned(action: RollBackService, digests: Digests) -> RollBackToPinnedCopy:
    """The same rollback to a pinned copy, with the digests that worked."""
    return RollBackToPinnedCopy(**action.fields(), digests=written(digests))
