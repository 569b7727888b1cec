"""Why it stopped: one cause for each stop or failure, one incident for a service and a cause, told once."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from dockwarden.causes.diagnosis import Diagnosis
from dockwarden.causes.services import diagnose_deployment, diagnose_service_action
from dockwarden.causes.tasks import diagnose_task
from dockwarden.causes.vocabulary import NO_FAILURE, Cause
from dockwarden.events.dockwarden_sweep import Sweep
from dockwarden.events.ecs_deployment_state_change import DeploymentStateChange
from dockwarden.events.ecs_service_action import ServiceAction
from dockwarden.events.ecs_task_state_change import TaskStateChange
from dockwarden.facts.evidence import EvidenceAtOnce, Services
from dockwarden.facts.histories import Histories
from dockwarden.facts.roster import Roster
from dockwarden.facts.unknown import NotRead
from dockwarden.incidents.evidence_words import lines_of
from dockwarden.incidents.history import History, Incident, Stop
from dockwarden.incidents.questions import question_about, service_of
from dockwarden.incidents.rules import (
    Change,
    News,
    Thresholds,
    failing,
    is_old_news,
    kept,
    over_before,
    resolved,
    steady,
    with_stop,
    with_version,
)
from dockwarden.incidents.subjects import key_of, name_of, revision
from dockwarden.incidents.sweep_decisions import decisions, over
from dockwarden.incidents.telling import healthy, well_again
from dockwarden.lanes import RECORDS
from dockwarden.playbook import playbook
from dockwarden.spans import span
from dockwarden.verdicts import Decision, Verdict, Words

_STEADY = frozenset({"SERVICE_STEADY_STATE"})


@dataclass(frozen=True, slots=True)
class DiagnoseSettings:
    """When failures are a crash loop, and when a service counts as healthy again.

    `in_a_row` tasks of one revision that ran for less than `short_lived_seconds`, or never started, are a crash
    loop. A service that runs fewer tasks than it should for `below_desired_minutes` is an incident, whatever the
    events say. An incident is resolved after the service was steady for `soak_minutes`.
    """

    in_a_row: int = 3
    short_lived_seconds: int = 300
    soak_minutes: int = 10
    below_desired_minutes: int = 15

    @property
    def thresholds(self) -> Thresholds:
        """The same as the rules want it."""
        return Thresholds(self.in_a_row, self.short_lived_seconds, timedelta(minutes=self.soak_minutes))


@playbook(
    lane=RECORDS,
    # A task that is stopped or being stopped, also a Spot warning's; one on its way up says nothing.
    where={TaskStateChange: {"desiredStatus": ("STOPPED",)}},
    when_stopped="causes are told all the same; it changes nothing in AWS",
)
def diagnose(  # noqa: PLR0917  a playbook names in its signature all that it reads
    event: TaskStateChange | ServiceAction | DeploymentStateChange | Sweep,
    histories: Histories,
    roster: Roster,
    services: Services,
    evidence: EvidenceAtOnce,
    settings: DiagnoseSettings,
) -> Decision | tuple[Decision, ...]:
    """Say why a task stopped or a service failed, and tell each service's cause once."""
    if isinstance(event, Sweep):
        return _sweep(event.envelope.time or _EPOCH, histories, roster, settings)
    history = histories.of(key_of(event) or "?")
    decision = _decided(event, history, settings.thresholds)
    if isinstance(decision, tuple) or decision.verdict is not Verdict.TELL or decision.words is None:
        return decision
    # Only now is anything read: there is news, and people will ask.
    service = service_of(event) if isinstance(event, TaskStateChange) else None
    state = services.now(service) if service is not None else None
    found = lines_of(evidence.about(question_about(event, state)))
    seen, *rest = decision.words.lines
    # What changed and what it wrote last come before the small evidence and the next step.
    return replace(decision, words=replace(decision.words, lines=(seen, *found, *rest)))


def _decided(
    event: TaskStateChange | ServiceAction | DeploymentStateChange, history: History, thresholds: Thresholds
) -> Decision | tuple[Decision, ...]:
    """What an event means, by itself and by what is remembered of its service."""
    if isinstance(event, TaskStateChange):
        return _task(event, history, thresholds)
    if isinstance(event, DeploymentStateChange) or _is_of_a_deployment(event):
        return _deployment(event, history)
    return _service(event, history, thresholds)


def _task(task: TaskStateChange, history: History, thresholds: Thresholds) -> Decision | tuple[Decision, ...]:
    found = diagnose_task(task)
    seen = with_version(history, task.task_arn, task.version)
    if found is None:
        # Nothing to remember, so that the many events of healthy tasks write nothing.
        return _ended_well(task, history)
    if found.cause in NO_FAILURE:
        return _quiet(task, found.sentence, found, seen)
    if is_old_news(history, task.task_arn, task.version):
        return _known(task, found, history, "an older or doubled event")
    change = with_stop(seen, _stop(task, found), thresholds)
    return _told(task, found, change)


def _stop(task: TaskStateChange, found: Diagnosis) -> Stop:
    ended = task.execution_stopped_at or task.stopping_at or task.stopped_at
    ran = (ended - task.started_at).total_seconds() if ended and task.started_at else None
    # The beginning of the stop is in all events of it, so that any of them says the same.
    at = task.stopping_at or task.stopped_at or task.envelope.time or _EPOCH
    return Stop(task.task_arn, found.cause, revision(task.task_definition_arn), task.deployment_id, at, ran)


def _ended_well(task: TaskStateChange, history: History) -> tuple[Decision, ...]:
    """A task that did not fail; a standalone one that has done its work is the end of its group's incidents."""
    quiet = _quiet(task, "nothing has failed", None, history)
    at = task.stopping_at or task.stopped_at or task.envelope.time
    if task.service_name is not None or task.last_status != "STOPPED" or at is None:
        return (quiet,)
    changes = over_before(history, at, at)
    if not changes:
        return (quiet,)
    words = well_again([change.incident.cause for change in changes if change.incident])
    return over(quiet, changes, words)


_EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")


def _service(
    action: ServiceAction, history: History, thresholds: Thresholds
) -> Decision | tuple[Decision, ...]:
    at = action.created_at or action.envelope.time or _EPOCH
    if action.event_name in _STEADY:
        return _steady(action, history, at, thresholds)
    found = diagnose_service_action(action)
    if found is None:
        return _quiet(action, "nothing has failed", None, history)
    if found.cause in NO_FAILURE:
        return _quiet(action, found.sentence, found, history)
    found = _by_what_is_known(found, history)
    # An action has no version; the same one of the same moment is the same.
    marker = f"{action.event_name} {at.isoformat()}"
    if is_old_news(history, marker, 1):
        return _known(action, found, history, "told already")
    return _told(action, found, failing(with_version(history, marker, 1), found.cause, None, at))


def _by_what_is_known(found: Diagnosis, history: History) -> Diagnosis:
    """A failure whose event does not say why, by the incident that is open already."""
    latest = history.latest()
    if found.cause is not Cause.UNKNOWN or latest is None:
        return found
    return replace(found, cause=Cause(latest.cause))


def _steady(
    action: ServiceAction, history: History, at: datetime, thresholds: Thresholds
) -> tuple[Decision, ...]:
    calm = steady(history, at)
    changes = resolved(calm, at, thresholds)
    if not changes:
        return (_quiet(action, "the service is steady", None, calm),)
    causes = [change.incident.cause for change in changes if change.incident]
    return over(_quiet(action, "healthy again", None, calm), changes, healthy(causes, thresholds.soak))


def _sweep(
    now: datetime, histories: Histories, roster: Roster, settings: DiagnoseSettings
) -> tuple[Decision, ...]:
    """Look at every service: what the events did not say, and what is over."""
    services = roster.services()
    if isinstance(services, NotRead):
        return (Decision(Verdict.IGNORE, f"the services could not be read: {services.why}", "services"),)
    below = timedelta(minutes=settings.below_desired_minutes)
    return decisions(services, histories, now, below, settings.thresholds)


def _is_of_a_deployment(action: ServiceAction) -> bool:
    return (action.event_name or "").startswith("SERVICE_DEPLOYMENT_")


def _deployment(event: DeploymentStateChange | ServiceAction, history: History) -> Decision:
    found = diagnose_deployment(event, {Cause(c): n for c, n in history.causes(event.deployment_id).items()})
    if found is None:
        return _quiet(event, "no deployment has failed", None, history)
    at = event.updated_at or event.envelope.time or _EPOCH
    marker = f"deployment {event.deployment_id or at.isoformat()}"
    if is_old_news(history, marker, 1):
        return _known(event, found, history, "told already")
    change = failing(with_version(history, marker, 1), found.cause, None, at)
    # The end of a deployment is news, also where its cause was told with its first task.
    return _told(event, found, replace(change, news=News.OPENED))


def _quiet(event: object, why: str, found: Diagnosis | None, history: History) -> Decision:
    return Decision(
        verdict=Verdict.IGNORE,
        reason=why,
        subject=name_of(event),
        target=_target(event),
        cause=found.cause if found else None,
        remember=(history,),
    )


def _known(event: object, found: Diagnosis, history: History, why: str) -> Decision:
    """A failure that was counted and told already."""
    incident = history.incident(found.cause) or history.latest()
    named = f"{why}: {found.sentence}"
    return replace(_quiet(event, named, found, history), incident=incident.id if incident else None)


def _told(event: object, found: Diagnosis, change: Change) -> Decision:
    incident = change.incident
    if change.news is News.KNOWN or incident is None:
        return _known(event, found, change.history, "told already")
    if isinstance(event, TaskStateChange):
        incident = replace(incident, said=found.sentence)
    decision = _quiet(event, found.sentence, found, kept(change.history, incident))
    return replace(decision, verdict=Verdict.TELL, incident=incident.id, words=_words(event, found, incident))


def _words(event: object, found: Diagnosis, incident: Incident) -> Words:
    times = (
        "once"
        if incident.count == 1
        else f"{incident.count} times in {span(incident.last_at - incident.opened_at)}"
    )
    lines = [("Seen", f"{times}, revision {incident.revision}" if incident.revision else times)]
    if found.evidence:
        lines.append(("Evidence", "; ".join(found.evidence[:3])))
    lines.append(("Next", found.next_step))
    # The end of a deployment says how many tasks failed; why the first one did is what people want to know.
    cause = found.sentence if incident.said in ("", found.sentence) else f"{incident.said} {found.sentence}"
    return Words(_headline(event, incident), cause, tuple(lines))


def _headline(event: object, incident: Incident) -> str:
    if isinstance(event, DeploymentStateChange) or (
        getattr(event, "deployment_id", None) and isinstance(event, ServiceAction)
    ):
        return "the deployment failed"
    if incident.looping:
        return "keeps crashing"
    return "a task failed" if isinstance(event, TaskStateChange) else "the service is in trouble"


def _target(event: object) -> str | None:
    match event:
        case TaskStateChange():
            return event.task_arn
        case ServiceAction() | DeploymentStateChange():
            return event.service_arn
    return None
