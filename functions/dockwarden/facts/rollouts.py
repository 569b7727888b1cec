"""The service deployments of one service, and which revision of it worked before one that fails. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

MOST_ROLLOUTS = 20
"""So many of a service's rollouts are read, the newest ones; ECS describes no more in one call."""

_SUCCESSFUL, _ROLLED_BACK = "SUCCESSFUL", "ROLLBACK_SUCCESSFUL"
_TOLERANCE = timedelta(seconds=10)  # ECS gives a service deployment and its deployment a time each


@dataclass(frozen=True, slots=True)
class Rollout:
    """One service deployment: from the service revisions `sources` to `target`, all by ARN.

    `rolled_back_to` is the revision that ECS went back to, None where it did not; `finished_at` is None while it
    is under way. `early` says that ECS may call it SUCCESSFUL before all tasks are healthy (earlySuccessCriteria),
    `alarms` how far ECS has watched its alarms, None where it has none.
    """

    arn: str
    status: str | None
    created_at: datetime | None
    target: str | None
    sources: tuple[str, ...] = ()
    rolled_back_to: str | None = None
    finished_at: datetime | None = None
    early: bool = False
    alarms: str | None = None

    @property
    def brings(self) -> str | None:
        """The revision that it brings in the end: what ECS goes back to where it takes it back."""
        taken_back = self.status is not None and self.status.startswith("ROLLBACK_")
        return self.rolled_back_to or self.target if taken_back else self.target

    @property
    def proven(self) -> str | None:
        """The revision that ECS found to work in the end, None where it found none."""
        if self.status == _ROLLED_BACK:
            return self.rolled_back_to
        return self.target if self.status == _SUCCESSFUL else None


def rollout_of(
    rollouts: Sequence[Rollout],
    definitions: Mapping[str, str],
    definition: str,
    began: datetime | None,
) -> Rollout | None:
    """The rollout, of some with the newest first, that brought the tasks of a task definition.

    `definitions` is the task definition of each service revision; `began` is when the deployment began that
    started the tasks, where that is known. A rollback starts tasks of an older rollout's revision.
    """
    mine = [one for one in rollouts if one.target is not None and definitions.get(one.target) == definition]
    until = began + _TOLERANCE if began is not None else None
    in_time = (one for one in mine if until is None or one.created_at is None or one.created_at <= until)
    return next(in_time, None)


def worked_before(rollouts: Sequence[Rollout], failing: Rollout) -> str | None:
    """The service revision that worked before a rollout, of some with the newest first; None where none is known.

    That is a source of it, unless all that is known of that source's own rollout is that it did not succeed; else
    the one that an earlier rollout proved.
    """
    earlier = rollouts[rollouts.index(failing) + 1 :]
    proven = [one.proven for one in earlier if one.proven is not None]
    doubtful = {one.target for one in earlier} - set(proven)
    candidates = (*(s for s in failing.sources if s not in doubtful), *proven, *failing.sources)
    return next((revision for revision in candidates if revision != failing.target), None)
