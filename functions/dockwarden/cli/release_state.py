"""What ECS says of one release of a service. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from dockwarden.facts.releases import ENDED, ROLLING_BACK, ServiceReleases
from dockwarden.facts.rollouts import Rollout
from dockwarden.facts.services import Deployment
from dockwarden.facts.unknown import NotRead
from dockwarden.service_actions import revision_name

_TAKEN_BACK = {
    **dict.fromkeys(ROLLING_BACK, "ECS takes the deployment back"),
    "ROLLBACK_SUCCESSFUL": "ECS has taken the deployment back",
    "ROLLBACK_FAILED": "ECS could not take the deployment back",
}

_TOLERANCE = timedelta(seconds=10)
"""ECS gives a service deployment and its deployment a time each."""


@dataclass(frozen=True, slots=True)
class Release:
    """A task definition, as `family:revision`, on a service as ECS shows it at one moment."""

    service: ServiceReleases
    name: str

    @property
    def current(self) -> str:
        """What the service is on, in the same words; empty where ECS names nothing, as for task sets."""
        primary = self.service.state.deployment()
        found = primary.task_definition_arn if primary is not None else None
        return revision_name(found or self.service.state.task_definition_arn or "")

    @property
    def is_current(self) -> bool:
        """Whether the service is on it."""
        return self.current == self.name

    @property
    def rollout(self) -> Rollout | None:
        """The newest service deployment that brought it, None where ECS tells none, or only of an earlier time.

        ECS's reads are consistent in the end: after a redeploy the list may still end with the deployment before.
        """
        found = next((one for one in self._rollouts() if self._named(one.target) == self.name), None)
        return None if found is None or self._is_past(found) else found

    @property
    def since(self) -> datetime | None:
        """When its latest deployment began: what was done about an earlier one is another story."""
        rollout = self.rollout
        return (rollout.created_at if rollout is not None else None) or self._primary_began

    @property
    def taken_back(self) -> str | None:
        """That ECS takes its deployment back, and why by ECS's own words; None where it does not."""
        rollout = self.rollout
        said = _TAKEN_BACK.get(str(rollout.status)) if rollout is not None else None
        return f"{said} ({rollout.status}){self._why()}" if said and rollout is not None else None

    @property
    def given_up(self) -> str | None:
        """That ECS starts nothing of it any more and leaves it at that; None where that is not so."""
        primary = self.service.state.deployment()
        if primary is None or primary.rollout_state != "FAILED" or not self._is_mine(primary):
            return None
        return f"ECS has given the deployment up (FAILED){self._why()}"

    @property
    def came_from(self) -> frozenset[str]:
        """What the service had before it, as far as ECS tells."""
        rollout, rollouts = self.rollout, self._rollouts()
        if rollout is None:
            return frozenset()
        before = (one.target for one in rollouts[rollouts.index(rollout) + 1 :])
        return frozenset(name for arn in (*rollout.sources, *before) if (name := self._named(arn)))

    @property
    def counts(self) -> str:
        """How many tasks run: of the deployment itself, where ECS counts those."""
        of = self.service.state.deployment() or self.service.state
        return f"{of.running} of {of.desired} tasks run"

    @property
    def unsteady(self) -> str | None:
        """Why it is not steady although the service is on it, None where it is."""
        state, primary = self.service.state, self.service.state.deployment()
        if primary is not None and primary.rollout_state not in (None, "COMPLETED"):
            return f"the deployment is {primary.rollout_state}: {self.counts}"
        if state.desired == 0:
            return "no task is meant to run, which proves nothing"
        if state.running < state.desired:
            return self.counts
        return "tasks of another deployment still run" if len(state.deployments) > 1 else None

    @property
    def _primary_began(self) -> datetime | None:
        primary = self.service.state.deployment()
        return primary.created_at if primary is not None and self._is_mine(primary) else None

    def _is_past(self, rollout: Rollout) -> bool:
        """Whether a service deployment is over and older than the deployment that the service has of it now."""
        made, began = rollout.created_at, self._primary_began
        if made is None or began is None or rollout.status not in ENDED:
            return False
        return made + _TOLERANCE < began

    def _is_mine(self, deployment: Deployment) -> bool:
        return revision_name(deployment.task_definition_arn or "") == self.name

    def _rollouts(self) -> tuple[Rollout, ...]:
        return () if isinstance(self.service.rollouts, NotRead) else self.service.rollouts

    def _named(self, arn: str | None) -> str | None:
        """The task definition of a service revision, None where it is not known."""
        if arn is None or isinstance(self.service.revisions, NotRead):
            return None
        found = self.service.revisions.get(arn)
        return revision_name(found.task_definition) if found is not None else None

    def _why(self) -> str:
        reasons = (one.rollout_state_reason for one in self._mine() if one.rollout_state == "FAILED")
        found = next(filter(None, reasons), None)
        return f": {found}" if found else ""

    def _mine(self) -> Iterator[Deployment]:
        return (one for one in self.service.state.deployments if self._is_mine(one))
