"""What becomes of a deployment that was stopped in CodeDeploy: its way back is followed to its end. Pure."""

from dataclasses import dataclass
from datetime import datetime

from dockwarden.facts.code_deploy import CONTROLLER, CodeDeployment
from dockwarden.facts.known_good import BadRevision
from dockwarden.facts.releases import ServiceReleases
from dockwarden.facts.task_sets import newest
from dockwarden.facts.unknown import NotRead
from dockwarden.rollback.code_deploy import AskDeployment
from dockwarden.rollback.following import Following, Standing


@dataclass(frozen=True, slots=True)
class FollowingCodeDeploy(Following):
    """A stop of ours in CodeDeploy: the deployment that was `stopped`, and the one that takes it `back`.

    Where it was remembered without its deployment, what ECS shows has to do: when which task definition came.
    """

    stopped: CodeDeployment | NotRead | None = None
    back: CodeDeployment | NotRead | None = None

    def standing(self) -> Standing:
        """How it stands by what was read of ECS and of CodeDeploy (invariants 4 and 31)."""
        if self._is_superseded():
            return Standing.SUPERSEDED
        back = self.back if isinstance(self.back, CodeDeployment) else None
        if self.failing or (back is not None and back.broken_off):
            return Standing.ILL
        return Standing.WELL if self._is_back(back) else self._under_way()

    def _is_back(self, back: CodeDeployment | None) -> bool:
        """Whether CodeDeploy is done with it, and what worked has all its tasks."""
        return self._has_ended(back) and self.state.running >= self.state.desired

    def _has_ended(self, back: CodeDeployment | None) -> bool:
        if self._brings_the_bad_one():
            return False
        if self.bad.deployment is None:
            return True
        stopped = self.stopped if isinstance(self.stopped, CodeDeployment) else None
        if stopped is None or not stopped.broken_off:
            return False
        return stopped.rollback is None or (back is not None and back.succeeded)

    def _is_superseded(self) -> bool:
        """Whether somebody has deployed since; CodeDeploy makes a task set for its way back only where it needs one."""
        made = newest(self.state)
        if made is None:
            return False
        later = made.created_at is not None and made.created_at > self.bad.at
        if self.bad.deployment is None:
            return later
        if made.external_id == self.bad.deployment:
            return False
        own = isinstance(self.stopped, CodeDeployment) and self.stopped.rollback == made.external_id
        return self._brings_the_bad_one() or (later and not own)

    def _brings_the_bad_one(self) -> bool:
        return self.state.task_definition_arn == self.bad.task_definition


def followed(
    bad: BadRevision, found: ServiceReleases, now: datetime, *, failing: bool, ask: AskDeployment
) -> Following:
    """A rollback of ours as it is read now, by whoever deploys the service."""
    if found.state.deployment_controller != CONTROLLER:
        return Following(bad, found, now, failing)
    stopped = ask(bad.deployment) if bad.deployment is not None else None
    rollback = stopped.rollback if isinstance(stopped, CodeDeployment) else None
    back = ask(rollback) if rollback is not None else None
    return FollowingCodeDeploy(bad, found, now, failing, stopped, back)
