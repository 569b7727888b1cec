"""What worked of each service, remembered longer than ECS does; and that what did not work is deployed again."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from dockwarden.events.dockwarden_sweep import Sweep
from dockwarden.events.ecs_deployment_state_change import DeploymentStateChange
from dockwarden.events.ecs_service_action import ServiceAction
from dockwarden.facts.deployers import Deployers
from dockwarden.facts.histories import Histories
from dockwarden.facts.known_good import Digests, GoodRevision, Known, KnownGood, Soaking
from dockwarden.facts.releases import Releases, ServiceReleases
from dockwarden.facts.roster import Roster, ServiceNow
from dockwarden.facts.services import ServiceRef
from dockwarden.facts.unknown import NotRead
from dockwarden.incidents.questions import service_of
from dockwarden.lanes import RECORDS
from dockwarden.playbook import playbook
from dockwarden.rollback.announcing import IN_PROGRESS, LATELY, NOT_YET, Again, again, suspects, words
from dockwarden.rollback.soaking import Look, Soak, filled, from_history, observed
from dockwarden.verdicts import Decision, Verdict

_READ_AT_ONCE = 25
"""So many services are read in one sweep for their history and their digests; the others follow with the next."""


@dataclass(frozen=True, slots=True)
class KnownGoodSettings:
    """What makes a revision good: steady for `soak_minutes` with at least `soak_tasks` tasks and no open incident."""

    soak_minutes: int = 10
    soak_tasks: int = 1

    @property
    def soak(self) -> Soak:
        """The same as the rules want it."""
        return Soak(timedelta(minutes=self.soak_minutes), self.soak_tasks)


_BEGUN = {"eventName": (IN_PROGRESS,)}


@playbook(
    lane=RECORDS,
    where={DeploymentStateChange: _BEGUN, ServiceAction: _BEGUN},
    when_stopped="what works is remembered all the same; it changes nothing in AWS",
)
def known_good(  # noqa: PLR0917  a playbook names in its signature all that it reads
    event: DeploymentStateChange | ServiceAction | Sweep,
    roster: Roster,
    histories: Histories,
    known_good: KnownGood,
    releases: Releases,
    deployers: Deployers,
    settings: KnownGoodSettings,
) -> tuple[Decision, ...]:
    """Remember which revision of each service is known to have worked, and tell when a bad one is deployed again."""
    at = event.envelope.time
    if not isinstance(event, Sweep):
        return (_begun(event, at, known_good, releases),)
    services = roster.services()
    if isinstance(services, NotRead) or at is None:
        why = services.why if isinstance(services, NotRead) else "the sweep has no time"
        return (Decision(Verdict.IGNORE, f"the services could not be read: {why}", "services"),)
    troubled = set(histories.troubled())
    known = known_good.known([_ref(service) for service in services])
    asking = _Asking(releases, settings.soak)
    found = [
        *_learned(services, known, troubled, at, asking),
        *_back(services, known, at, releases, deployers),
    ]
    return tuple(found) or (Decision(Verdict.IGNORE, "nothing new works", "services"),)


def _begun(
    event: DeploymentStateChange | ServiceAction,
    at: datetime | None,
    known_good: KnownGood,
    releases: Releases,
) -> Decision:
    """What follows from the beginning of a deployment: the ledger is asked first, and ECS seldom."""
    service = service_of(event)
    if event.event_name != IN_PROGRESS or service is None or at is None:
        return _quiet(event.service_name or "?", "no deployment of a service begins")
    known = known_good.known([service]).get(service)
    if known is None or not suspects(known):
        return _quiet(service.name, "nothing of it was ever rolled back")
    read = releases.of(service)
    if isinstance(read, NotRead):
        return _quiet(service.name, f"what it deploys could not be read: {read.why}")
    bad = again(known, read)
    if bad is None:
        return _quiet(service.name, "what it deploys was never rolled back")
    # CloudTrail is minutes behind: the sweep asks it.
    return _announced(Again(bad, read, NOT_YET, at), service.name)


def _announced(found: Again, service: str) -> Decision:
    why, target = "a revision that was rolled back is deployed again", found.releases.state.arn
    told = Decision(Verdict.TELL, why, service, target, incident=found.incident, words=words(found))
    return replace(told, occurrence=found.occurrence)


def _quiet(service: str, why: str) -> Decision:
    return Decision(Verdict.IGNORE, why, service)


def _back(
    services: Sequence[ServiceNow],
    known: Mapping[ServiceRef, Known],
    at: datetime,
    releases: Releases,
    deployers: Deployers,
) -> Iterator[Decision]:
    """Bad revisions that were deployed again lately, whose event may have been lost; and by whom."""
    lately = [one for one in services if one.deployed_at is not None and at - one.deployed_at <= LATELY]
    suspected = [one for one in lately if suspects(known.get(_ref(one)))]
    for service in suspected[:_READ_AT_ONCE]:
        ref = _ref(service)
        read = releases.of(ref)
        bad = None if isinstance(read, NotRead) else again(known[ref], read)
        if bad is None or isinstance(read, NotRead):
            continue
        call = deployers.deployer(ref, service.deployed_at, service.deployment)
        yield _announced(Again(bad, read, call, at), service.name)


class _Asking:
    """Reads the releases of a few services: their history once, and the digests of what has just proved good."""

    def __init__(self, releases: Releases, soak: Soak) -> None:
        self._releases = releases
        self.soak = soak
        self._left = _READ_AT_ONCE
        self._read: dict[ServiceRef, ServiceReleases | NotRead] = {}

    def filled(self, service: ServiceRef, known: Known, at: datetime) -> Known:
        """What is known with ECS's own history of the service, if that was not taken over yet."""
        read = None if known.filled else self._of(service)
        if (
            read is None
            or isinstance(read, NotRead)
            or isinstance(read.rollouts, NotRead)
            or isinstance(read.revisions, NotRead)
        ):
            return known
        history = from_history(known.service, read.rollouts, read.revisions, self.soak)
        return filled(known, history, at)

    def digests(self, service: ServiceRef, revision: str | None, known: Known) -> Digests | None:
        """The digests that a service runs, None where they have to be known and are not: the next sweep asks again.

        The same number may stand for another image in each service revision. ECS knows of none for other
        deployment controllers; then the number is all there is.
        """
        if revision is None:
            return ()
        seen: list[Soaking | GoodRevision] = [*known.good, *([known.soaking] if known.soaking else [])]
        if (met := next((one for one in seen if one.service_revision == revision), None)) is not None:
            return met.digests
        read = self._of(service)
        if read is None or isinstance(read, NotRead) or isinstance(read.revisions, NotRead):
            return None
        found = read.revisions.get(revision)
        return found.digests if found is not None else ()

    def _of(self, service: ServiceRef) -> ServiceReleases | NotRead | None:
        """The releases of a service, read once; None where so many were read already."""
        if service not in self._read and self._left > 0:
            self._left -= 1
            self._read[service] = self._releases.of(service)
        return self._read.get(service)


def _learned(
    services: Sequence[ServiceNow],
    known: Mapping[ServiceRef, Known],
    troubled: set[str],
    at: datetime,
    asking: _Asking,
) -> Iterator[Decision]:
    for service in services:
        ref = _ref(service)
        before = known.get(ref)
        if before is None or service.task_definition is None:
            continue
        after = asking.filled(ref, before, at)
        digests = asking.digests(ref, service.revision, after)
        if digests is not None:
            after = observed(after, _look(service, digests, troubled, at), asking.soak)
        if after is not before:
            why = f"revisions of it that are known to have worked: {len(after.good)}"
            yield Decision(Verdict.IGNORE, why, service.name, service.key, remember=(after,))


def _look(service: ServiceNow, digests: Digests, troubled: set[str], at: datetime) -> Look:
    return Look(
        at=at,
        task_definition=service.task_definition or "",
        service_revision=service.revision,
        digests=digests,
        desired=service.desired,
        running=service.running,
        settled=service.settled,
        troubled=service.key in troubled,
    )


def _ref(service: ServiceNow) -> ServiceRef:
    return ServiceRef(service.cluster, service.name)
