"""Rollbacks: a service whose new revision fails goes back to one that is known to have worked, and stops there."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial

from dockwarden.causes.quiet import quiet_task
from dockwarden.causes.vocabulary import Cause
from dockwarden.code_deploy_actions import StopCodeDeployment
from dockwarden.events.dockwarden_sweep import Sweep
from dockwarden.events.ecs_deployment_state_change import DeploymentStateChange
from dockwarden.events.ecs_service_action import ServiceAction
from dockwarden.events.ecs_task_state_change import TaskStateChange
from dockwarden.facts.code_deploy import CodeDeployments
from dockwarden.facts.deployers import Deployers
from dockwarden.facts.evidence import Alarms
from dockwarden.facts.fleet import Fleet
from dockwarden.facts.histories import Histories
from dockwarden.facts.known_good import Known, KnownGood
from dockwarden.facts.releases import Releases, ServiceReleases
from dockwarden.facts.services import ServiceRef, ServiceState
from dockwarden.facts.task_sets import as_deployed
from dockwarden.facts.unknown import NotRead
from dockwarden.incidents.history import History, Incident
from dockwarden.incidents.questions import service_of
from dockwarden.incidents.subjects import is_of_service, key_of
from dockwarden.lanes import VOLUNTARY
from dockwarden.pinned_actions import RollBackToPinnedCopy
from dockwarden.playbook import playbook, up_to
from dockwarden.rollback.asking import Asking
from dockwarden.rollback.case import Gates
from dockwarden.rollback.causes import helps, is_unclear, needed_instead
from dockwarden.rollback.elsewhere import is_elsewhere, judge_elsewhere
from dockwarden.rollback.failing import fails_now, serious
from dockwarden.rollback.following import (
    followed_now,
    is_an_end,
    told,
)
from dockwarden.rollback.further import further
from dockwarden.rollback.judging import Judgement
from dockwarden.rollback.turns import in_turn
from dockwarden.service_actions import (
    RollBackService,
    StopServiceDeployment,
    deployment_of,
)
from dockwarden.verdicts import Decision, Verdict

Event = TaskStateChange | ServiceAction | DeploymentStateChange

_DAMAGED = "could not be read: its record in the ledger is damaged, and is made anew once it is deleted"


@dataclass(frozen=True, slots=True)
class RollbackSettings:
    """The gates against the wrong rollback; whatever one of them stops is held for a person.

    The revision must have been deployed less than `newest_hours` ago, `failing_percent` of its tasks must fail (or
    fewer run than the service's minimum healthy percent), and what worked must have been seen healthy within
    `oldest_days`.
    """

    # A gate that nothing passes, or everything, is a mistake that nobody would see.
    newest_hours: int = field(default=24, metadata=up_to(8760, "hours"))
    failing_percent: int = field(default=50, metadata=up_to(100, "percent"))
    oldest_days: int = field(default=90, metadata=up_to(3650, "days"))

    @property
    def gates(self) -> Gates:
        """The same as the rules want it."""
        return Gates(
            timedelta(hours=self.newest_hours), self.failing_percent, timedelta(days=self.oldest_days)
        )


@playbook(
    lane=VOLUNTARY,
    may=[RollBackService, RollBackToPinnedCopy, StopServiceDeployment, StopCodeDeployment],
    where={TaskStateChange: {"desiredStatus": ("STOPPED",)}},
    quiet={TaskStateChange: quiet_task},
    max_age=900,
    # What is proposed is known by its deployment; two events about one are one occurrence however far apart.
    same_occurrence=900,
    approve_within=14400,
    when_stopped="nothing is rolled back while it is stopped; ECS goes on starting tasks, and causes are told",
)
def rollback(  # noqa: PLR0917  a playbook names in its signature all that it reads
    event: TaskStateChange | ServiceAction | DeploymentStateChange | Sweep,
    fleet: Fleet,
    histories: Histories,
    releases: Releases,
    known_good: KnownGood,
    alarms: Alarms,
    code_deploy: CodeDeployments,
    deployers: Deployers,
    settings: RollbackSettings,
) -> Decision | tuple[Decision, ...]:
    """Put a service whose new revision fails back on the last one that is known to have worked."""
    if isinstance(event, TaskStateChange) and (quiet := quiet_task(event)) is not None:
        # Its lane leaves such an event alone; where there is no lane, as in `decide`, the same is said.
        return Decision(Verdict.IGNORE, quiet.reason, quiet.target or "?", quiet.target, quiet.cause)
    at = event.envelope.time
    if at is None:
        return Decision(Verdict.IGNORE, "the event has no readable time", "services")
    asking = Asking(fleet, releases, known_good, alarms, code_deploy, deployers, settings.gates, at)
    if isinstance(event, Sweep):
        return tuple(_swept(histories, asking)) or _nothing("no service fails for long", "services")
    service, key = service_of(event), key_of(event)
    if service is None or key is None:
        return _nothing("it is no service's", key or "?")
    history = histories.of(key)
    if not is_an_end(event) and serious(history, at) is None:
        return _nothing("it has no crash loop and no failed deployment", service.name)
    return _about(service, history, asking.known([service]).get(service), asking)


def _swept(histories: Histories, asking: Asking) -> Iterator[Decision]:
    """What no event has led to: services that have failed all the while, and rollbacks that are not over."""
    troubled = histories.several([key for key in histories.troubled() if is_of_service(key)])
    services = {_ref(key): troubled[key] for key in in_turn(list(troubled), asking.now)}
    known = asking.known(list(services))
    for service, history in services.items():
        decisions = _about(service, history, known.get(service), asking)
        yield from (decision for decision in decisions if decision.verdict is not Verdict.IGNORE)


def _about(
    service: ServiceRef, history: History, known: Known | None, asking: Asking
) -> tuple[Decision, ...]:
    """What follows from the history of one service, and from a rollback of it."""
    incident, bad = serious(history, asking.now), followed_now(known, asking.now)
    if incident is None and bad is None:
        return (_nothing("it has no crash loop and no failed deployment", service.name),)
    why = _helpless(incident) if incident is not None and bad is None else None
    if asking.fleet.listed_cluster(service.cluster) is None:
        why = f"cluster {service.cluster} is not opted in"
    if why is not None:
        cause = Cause(incident.cause) if incident is not None else None
        return (_nothing(why, service.name, cause),)
    return _read_about(service, (history, incident), known, asking, lately=bad is not None)


def _read_about(
    service: ServiceRef,
    failed: tuple[History, Incident | None],
    known: Known | None,
    asking: Asking,
    *,
    lately: bool,
) -> tuple[Decision, ...]:
    """The same by what is read of ECS; `lately` says that a rollback of it is followed."""
    history, incident = failed
    if known is None:
        # Nobody may say that nothing of it has worked, or that it was never rolled back.
        return (_unreadable(service, f"what is known of it {_DAMAGED}", incident),)
    found = asking.releases.of(service)
    if isinstance(found, NotRead):
        return (_unreadable(service, f"its releases could not be read: {found.why}", incident),)
    read = replace(found, state=as_deployed(found.state)), known
    ours = asking.ours(known, read[0])
    since = ours.bad.at if ours is not None else None
    state = read[0].state
    failing = incident if incident is not None and fails_now(history, incident, state, since) else None
    judged = _judged(service, history, failing, read, asking) if failing is not None else None
    if ours is None:
        return (judged or _nothing("what failed is not what it runs now", service.name, target=state.arn),)
    following = replace(ours, failing=judged is not None)
    ask = partial(asking.deployer, service, ours)
    # What has happened for long is no news; that it is followed and not judged holds all the same.
    news = told(following, service.name, ask) if lately else None
    return further(ours, news, judged, service.name)


def _judged(
    service: ServiceRef,
    history: History,
    incident: Incident,
    read: tuple[ServiceReleases, Known],
    asking: Asking,
) -> Decision:
    """What follows where the revision fails that a service has now."""
    (found, known), cause = read, Cause(incident.cause)
    if (why := _helpless(incident)) is not None:
        return _nothing(why, service.name, cause, found.state.arn)
    if is_elsewhere(found):
        return _decided(service, found.state, judge_elsewhere(found, known, cause), incident)
    case = asking.case(service, found, known, history, incident)
    return _decided(service, case.state, asking.judged(case), incident)


def _helpless(incident: Incident) -> str | None:
    """Why no rollback helps against what an incident is about, None where one may."""
    cause = Cause(incident.cause)
    return None if helps(cause) or is_unclear(cause) else f"no rollback helps: {needed_instead(cause)}"


def _unreadable(service: ServiceRef, why: str, incident: Incident | None) -> Decision:
    """What is said once of a service of which not enough can be read."""
    if incident is None:
        return _nothing(why, service.name)
    cause = Cause(incident.cause)
    about = f"{incident.id} unread"
    return Decision(Verdict.HOLD, why, service.name, cause=cause, incident=incident.id, occurrence=about)


def _decided(service: ServiceRef, state: ServiceState, judgement: Judgement, incident: Incident) -> Decision:
    """The decision of a judgement: what is proposed is known by its deployment, and so is that nothing can be."""
    if judgement.action is None:
        verdict = Verdict.TELL if judgement.told else Verdict.IGNORE
        about = f"{deployment_of(state) or incident.id} nothing"
        return Decision(
            verdict,
            judgement.why,
            service.name,
            state.arn,
            Cause(incident.cause),
            incident=incident.id,
            occurrence=about,
        )
    return Decision(
        verdict=Verdict.HOLD if judgement.objections else Verdict.ACT,
        reason="; ".join((judgement.why, *judgement.objections)),
        objections=judgement.objections,
        subject=service.name,
        target=state.arn,
        cause=Cause(incident.cause),
        actions=(judgement.action,),
        when_refused=Verdict.TELL,
        incident=incident.id,
        # A deployment that was under way and is over is taken back in another way, which is proposed anew.
        occurrence=f"{deployment_of(state)} {judgement.action.KIND}",
    )


def _ref(key: str) -> ServiceRef:
    cluster, _, name = key.partition("/service/")
    return ServiceRef(cluster, name)


def _nothing(why: str, subject: str, cause: Cause | None = None, target: str | None = None) -> Decision:
    return Decision(Verdict.IGNORE, why, subject, target or subject, cause)
