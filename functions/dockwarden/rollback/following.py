"""What becomes of a rollback: its own deployment is followed to its end, and people learn it. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TypeAlias

from dockwarden.events.ecs_deployment_state_change import DeploymentStateChange
from dockwarden.events.ecs_service_action import ServiceAction
from dockwarden.facts.evidence import DeployCall
from dockwarden.facts.known_good import BadRevision, Known
from dockwarden.facts.releases import ENDED, ServiceReleases
from dockwarden.facts.rollouts import Rollout
from dockwarden.facts.services import ServiceState
from dockwarden.facts.unknown import NotRead
from dockwarden.incidents.deployer_words import deployed
from dockwarden.rollback.drift import drift
from dockwarden.rollback.progress import cannot_progress
from dockwarden.rollback.soaking import same
from dockwarden.service_actions import revision_name
from dockwarden.spans import span
from dockwarden.verdicts import Decision, Verdict, Words

FOLLOWED = timedelta(hours=6)
"""So long after a rollback what becomes of its service is what became of it."""

STUCK_AFTER = timedelta(minutes=30)
"""A rollback that is under way for longer does not come to its end by itself, as it seems."""

_END_OF_A_DEPLOYMENT = frozenset({"SERVICE_DEPLOYMENT_COMPLETED", "SERVICE_DEPLOYMENT_FAILED"})
_ENDED = ENDED | {"FAILED", "COMPLETED"}
_ENDED_WELL = frozenset({"SUCCESSFUL", "COMPLETED"})
_TOLERANCE = timedelta(
    minutes=2
)  # a rollback is remembered once ECS has answered, by another clock than ECS's
_NOBODY_ASKED = NotRead("it was not asked")

AskDeployer: TypeAlias = Callable[[], DeployCall | NotRead]
"""Reads who had deployed what was taken back."""


class Standing(StrEnum):
    """How a rollback of ours stands."""

    SUPERSEDED = "superseded"
    UNDER_WAY = "under way"
    WELL = "well"
    ILL = "ill"
    STUCK = "stuck"


@dataclass(frozen=True, slots=True)
class Following:
    """A rollback of ours, its service as it was read, and when; `failing` says that tasks fail since."""

    bad: BadRevision
    releases: ServiceReleases
    now: datetime
    failing: bool = False

    @property
    def state(self) -> ServiceState:
        """The service as it is now."""
        return self.releases.state

    @property
    def is_ours(self) -> bool:
        """Whether the newest deployment of the service is this rollback, and nobody has deployed since."""
        return self.standing() is not Standing.SUPERSEDED

    def standing(self) -> Standing:
        """How it stands by what was read, whatever an event says of it (invariants 4 and 31)."""
        if self._is_before():
            return self._under_way()
        if not self._is_the_newest() or self._brings_it_back():
            return Standing.SUPERSEDED
        status = self._status()
        if self.failing or (status in _ENDED and status not in self._well()):
            return Standing.ILL
        if status not in _ENDED:
            return self._under_way()
        return Standing.WELL if self.state.running >= self.state.desired else Standing.UNDER_WAY

    @property
    def healthy_after(self) -> timedelta:
        """How long the rollback took, by ECS's own time of its end; until now where ECS tells none."""
        own = self._own()
        end = own.finished_at if own is not None and own.finished_at is not None else self.now
        return max(end - self.bad.at, timedelta(0))

    def _is_before(self) -> bool:
        """Whether ECS shows the deployment that is taken back, and no newer one yet: DescribeServices may lag."""
        primary = self.state.deployment()
        began = primary.created_at if primary is not None else None
        return self._brings_it_back() and began is not None and began < self.bad.at

    def _brings_it_back(self) -> bool:
        """Whether the service has again what was taken back: the same number with another image is something else."""
        current = self.releases.current
        return current is not None and same(self.bad, current)

    def _under_way(self) -> Standing:
        return Standing.STUCK if self.now - self.bad.at > STUCK_AFTER else Standing.UNDER_WAY

    def _is_the_newest(self) -> bool:
        """Whether nobody has deployed since: what its deployment is known by is that of the service."""
        primary, rollouts = self.state.deployment(), self.releases.rollouts
        if self.bad.deployment is None:
            began = primary.created_at if primary is not None else None
            return began is None or began <= self.bad.at + _TOLERANCE
        names = {primary.id if primary else None, self.state.current_deployment_arn}
        if not isinstance(rollouts, NotRead) and rollouts:
            names.add(rollouts[0].arn)
        return self.bad.deployment in names

    def _well(self) -> frozenset[str]:
        """The statuses that say that it went well; what we began ourselves and ECS took back did not."""
        stopped = self.bad.deployment is None or self.bad.deployment.startswith("arn:")
        return _ENDED_WELL | {"ROLLBACK_SUCCESSFUL"} if stopped else _ENDED_WELL

    def _status(self) -> str | None:
        """The status of the rollback's own service deployment; None while ECS lists older ones only."""
        rollouts, primary = self.releases.rollouts, self.state.deployment()
        if not isinstance(rollouts, NotRead) and rollouts:
            own = self._own()
            return own.status if own is not None else None
        return primary.rollout_state if primary is not None else None

    def _own(self) -> Rollout | None:
        """The rollback's own service deployment: the one that was stopped, by its ARN, or the one that we began.

        What we began is known by the id of its deployment, which no service deployment has: it is the newest one, of
        what the service has now, and not from before the rollback.
        """
        rollouts = () if isinstance(self.releases.rollouts, NotRead) else self.releases.rollouts
        stopped = next((one for one in rollouts if one.arn == self.bad.deployment), None)
        if stopped is not None or not rollouts:
            return stopped
        return rollouts[0] if self._began(rollouts[0]) else None

    def _began(self, rollout: Rollout) -> bool:
        revisions = self.releases.revisions
        brought = None if isinstance(revisions, NotRead) else revisions.get(rollout.target or "")
        if brought is not None and brought.task_definition != self.state.task_definition_arn:
            return False
        return rollout.created_at is None or rollout.created_at > self.bad.at - _TOLERANCE


def is_an_end(event: object) -> bool:
    """Whether an event says that a deployment is over, which may be that of a rollback."""
    if not isinstance(event, DeploymentStateChange | ServiceAction):
        return False
    return event.event_name in _END_OF_A_DEPLOYMENT


def last_rollback(known: Known | None) -> BadRevision | None:
    """The last rollback of a service by us, however long ago; None where there was none, or a person took it back."""
    return known.bad[0] if known is not None and known.bad and not known.bad[0].undone else None


def followed_now(known: Known | None, now: datetime) -> BadRevision | None:
    """The rollback of a service that is followed now, None where there was none lately."""
    last = last_rollback(known)
    return last if last is not None and now - last.at <= FOLLOWED else None


def told(following: Following, service: str, ask: AskDeployer | None = None) -> Decision | None:
    """What people learn of a rollback, each news once; None where there is none.

    `ask` reads who had deployed what was taken back, and is asked where it has gone well.
    """
    standing = following.standing()
    if standing is Standing.WELL:
        said = _well(following, ask() if ask is not None else _NOBODY_ASKED)
    elif standing in _SAID:
        said = _SAID[standing](following)
    else:
        return None
    bad = following.bad
    return Decision(
        Verdict.TELL,
        said.headline,
        service,
        following.state.arn,
        incident=bad.intent,
        words=said,
        occurrence=f"{bad.intent} {standing}",
    )


def _names(bad: BadRevision) -> Sequence[tuple[str, str]]:
    """What it was done for, and where its receipt is."""
    about = (("About", f"incident {bad.incident}"),) if bad.incident is not None else ()
    return (*about, ("Receipt", bad.intent))


def _well(following: Following, call: DeployCall | NotRead) -> Words:
    bad = following.bad
    return Words(
        "rolled back, healthy again",
        f"Revision {revision_name(bad.task_definition)} failed and was taken back; "
        f"all {following.state.desired} tasks run {revision_name(following.state.task_definition_arn or '?')} "
        f"again after {span(following.healthy_after)}",
        (
            ("Deployed", deployed(call, following.now)),
            ("Next", drift(following.releases, bad, call).words()),
            *_names(bad),
        ),
        settled=True,
    )


def _ill(following: Following) -> Words:
    return Words(
        "rolled back, and still failing",
        "The revision that was known to have worked fails, too: something else than the release has changed",
        (
            ("Not done", "nothing goes back further by itself"),
            ("Next", "look for what both revisions need: a database, a secret, another service"),
            *_names(following.bad),
        ),
    )


def _stuck(following: Following) -> Words:
    why = cannot_progress(following.state) or ("nothing that was read says why",)
    return Words(
        "rolled back, and it does not get on",
        f"The rollback is under way for {span(following.now - following.bad.at)} and not over: {'; '.join(why)}",
        (
            ("Not done", "no second rollback is begun while the first is under way"),
            ("Next", "let ECS replace the tasks, or stop them by hand"),
            *_names(following.bad),
        ),
    )


_SAID: Mapping[Standing, Callable[[Following], Words]] = {Standing.ILL: _ill, Standing.STUCK: _stuck}
