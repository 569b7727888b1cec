"""A revision that was taken back is deployed again: recognised, and told once for each deployment. Pure."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from dockwarden.facts.evidence import DeployCall
from dockwarden.facts.known_good import BadRevision, Known
from dockwarden.facts.releases import ROLLING_BACK, UNDER_WAY, ServiceReleases
from dockwarden.facts.services import ServiceState
from dockwarden.facts.unknown import NotRead
from dockwarden.hashing import short_hash
from dockwarden.incidents.deployer_words import by_whom, deployed
from dockwarden.rollback.drift import drift
from dockwarden.rollback.soaking import recognised
from dockwarden.service_actions import deployment_of, revision_name
from dockwarden.verdicts import Words

IN_PROGRESS = "SERVICE_DEPLOYMENT_IN_PROGRESS"
"""The event that says that a deployment has begun; one is sent for each rollback, too."""

LATELY = timedelta(hours=1)
"""A deployment that began longer ago was told when it began, or is not news any more."""

NOT_YET = NotRead("CloudTrail shows it some minutes later")
"""Who deployed, where it is too early to ask."""


@dataclass(frozen=True, slots=True)
class Again:
    """A revision that was bad, the service that it is deployed to again, and the call that did it, as far as read."""

    bad: BadRevision
    releases: ServiceReleases
    call: DeployCall | NotRead
    now: datetime

    @property
    def incident(self) -> str:
        """The id of its card, one for each deployment."""
        return f"{self.bad.intent}-again-{short_hash(self._deployment)}"

    @property
    def occurrence(self) -> str:
        """What is told once of a deployment: that it is back, and then by whom."""
        known = self.by_ecs or not isinstance(self.call, NotRead)
        return f"{self._deployment} again{' by' if known else ''}"

    @property
    def _deployment(self) -> str:
        return deployment_of(self.releases.state) or ""

    @property
    def by_ecs(self) -> bool:
        """Whether nobody deployed it: ECS takes another deployment back to it."""
        rollouts = self.releases.rollouts
        newest = rollouts[0] if not isinstance(rollouts, NotRead) and rollouts else None
        if newest is None or newest.status not in ROLLING_BACK | {"ROLLBACK_SUCCESSFUL"}:
            return False
        revisions = self.releases.revisions
        back = None if isinstance(revisions, NotRead) else revisions.get(newest.rolled_back_to or "")
        return back is None or back.task_definition == self.releases.state.task_definition_arn


def suspects(known: Known | None) -> tuple[BadRevision, ...]:
    """The revisions of a service that are bad still; where there are none, nothing of ECS has to be read."""
    return () if known is None else tuple(bad for bad in known.bad if not bad.undone)


def again(known: Known, releases: ServiceReleases) -> BadRevision | None:
    """The bad revision that a service has again, by its digests too; None where it has none, or got it before.

    What a rollback of ours deploys is none of them, whatever it runs: that was decided, and is followed.
    """
    current, primary = releases.current, releases.state.deployment()
    if current is None or primary is None or _is_ours(known, releases.state):
        return None
    bad = recognised(replace(known, bad=suspects(known)), current)
    if bad is None or primary.created_at is None:
        return None
    return bad if primary.created_at > bad.at else None


def words(found: Again) -> Words:
    """What people learn: at once that it is back, and some minutes later on the same card who did it."""
    return Words(
        "deployed again after a rollback",
        f"{_which(found)}, and {_how(found)}; it is not rolled back by itself again",
        tuple(_lines(found)),
    )


def _lines(found: Again) -> list[tuple[str, str]]:
    """Who did it, what brings it back once more, and the receipt of its rollback."""
    ecs = "by ECS, which took another deployment back"
    return [
        ("Deployed", ecs if found.by_ecs else deployed(found.call, found.now)),
        *([] if found.by_ecs else [("Next", drift(found.releases, _as_it_is(found), found.call).words())]),
        ("Receipt", found.bad.intent),
    ]


def _as_it_is(found: Again) -> BadRevision:
    """The bad revision under the number that it has now."""
    current = found.releases.state.task_definition_arn
    return replace(found.bad, task_definition=current or found.bad.task_definition)


def _which(found: Again) -> str:
    current = found.releases.state.task_definition_arn or ""
    name, was, at = revision_name(current), revision_name(found.bad.task_definition), found.bad.at
    if current == found.bad.task_definition:
        return f"Revision {name} was rolled back on {at:%d %b, %H:%M} UTC"
    return f"Revision {name} brings the image of {was}, which was rolled back on {at:%d %b, %H:%M} UTC"


def _how(found: Again) -> str:
    if found.by_ecs:
        return "ECS itself went back to it"
    by = "" if isinstance(found.call, NotRead) else f" by {by_whom(found.call)}"
    return f"{'is being' if _is_under_way(found) else 'was'} deployed again{by}"


def _is_under_way(found: Again) -> bool:
    rollouts, primary = found.releases.rollouts, found.releases.state.deployment()
    if not isinstance(rollouts, NotRead) and rollouts:
        return rollouts[0].status in UNDER_WAY
    return primary is None or primary.rollout_state == "IN_PROGRESS"


def _is_ours(known: Known, state: ServiceState) -> bool:
    primary = state.deployment()
    names = {primary.id if primary else None, state.current_deployment_arn} - {None}
    return any(bad.deployment in names for bad in known.bad)
