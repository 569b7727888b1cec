"""Why it stopped: one cause for each stop or failure, one incident for a service and a cause, told once."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from dockwarden.causes.quiet import quiet_task
from dockwarden.events.dockwarden_sweep import Sweep
from dockwarden.events.ecs_deployment_state_change import DeploymentStateChange
from dockwarden.events.ecs_service_action import ServiceAction
from dockwarden.events.ecs_task_state_change import TaskStateChange
from dockwarden.facts.evidence import Evidence, EvidenceAtOnce, Services
from dockwarden.facts.histories import Histories
from dockwarden.facts.restarts import Restarts
from dockwarden.facts.roster import Roster
from dockwarden.facts.services import CHANNEL_TAG, ServiceState
from dockwarden.facts.unknown import NotRead
from dockwarden.incidents.card_words import ends
from dockwarden.incidents.channels import with_channel
from dockwarden.incidents.deciding import quiet
from dockwarden.incidents.evidence_words import Lines, lines_of
from dockwarden.incidents.failures import Event, calmed, decided
from dockwarden.incidents.hidden import Counted
from dockwarden.incidents.history import History
from dockwarden.incidents.neighbours import at_the_same_time
from dockwarden.incidents.questions import question_about, service_of
from dockwarden.incidents.reading import EPOCH, when
from dockwarden.incidents.rules import Change, Thresholds, resolved
from dockwarden.incidents.subjects import key_of
from dockwarden.incidents.sweep_decisions import decisions, over
from dockwarden.incidents.telling import healthy, scaled_down, well_again
from dockwarden.lanes import RECORDS
from dockwarden.playbook import playbook
from dockwarden.verdicts import Decision, Verdict, Words


@dataclass(frozen=True, slots=True)
class DiagnoseSettings:
    """When failures are a crash loop, and when a service counts as healthy again.

    `in_a_row` tasks of one revision that ran for less than `short_lived_seconds`, or never started, or that a
    health check ended, are a crash loop. A service that runs fewer tasks than it should for `below_desired_minutes` is an incident, whatever the
    events say. An incident is resolved after the service was steady for `soak_minutes`. Other services whose
    failure began within `same_time_minutes` of this one's are named on its card. `hidden_restarts` restarts inside
    the tasks of a service within `hidden_restarts_minutes` are a crash loop; at 0 nobody asks CloudWatch for them.
    """

    in_a_row: int = 3
    short_lived_seconds: int = 300
    soak_minutes: int = 10
    below_desired_minutes: int = 15
    same_time_minutes: int = 10
    hidden_restarts: int = 3
    hidden_restarts_minutes: int = 60

    @property
    def thresholds(self) -> Thresholds:
        """The same as the rules want it."""
        return Thresholds(self.in_a_row, self.short_lived_seconds, timedelta(minutes=self.soak_minutes))


@playbook(
    lane=RECORDS,
    # A task that is stopped or being stopped, also a Spot warning's; one on its way up says nothing.
    where={TaskStateChange: {"desiredStatus": ("STOPPED",)}},
    quiet={TaskStateChange: quiet_task},
    when_stopped="causes are told all the same; it changes nothing in AWS",
)
def diagnose(  # noqa: PLR0917  a playbook names in its signature all that it reads
    event: TaskStateChange | ServiceAction | DeploymentStateChange | Sweep,
    histories: Histories,
    roster: Roster,
    restarts: Restarts,
    services: Services,
    evidence: EvidenceAtOnce,
    settings: DiagnoseSettings,
) -> Decision | tuple[Decision, ...]:
    """Say why a task stopped or a service failed, and tell each service's cause once."""
    if isinstance(event, Sweep):
        return _sweep(event.envelope.time or EPOCH, histories, roster, restarts, settings)
    calm = calmed(event, histories.of(key_of(event) or "?"))
    ended = resolved(calm, when(event), settings.thresholds)
    *others, decision = decided(event, ended[-1].history if ended else calm, settings.thresholds)
    if decision.verdict is Verdict.TELL and decision.words is not None:
        # Only now is anything read: there is news, and people will ask.
        read = _evidence(event, histories, evidence, decision)
        found = lines_of(read, event.envelope.time) + _others(decision, histories, settings)
        seen, *rest = decision.words.lines
        # What changed and what it wrote last come before the small evidence and the next step.
        decision = replace(decision, words=replace(decision.words, lines=(seen, *found, *rest)))
        decision = with_channel(decision, _channel(read))
    if not ended:
        return (*others, decision)
    words = _end(event, ended, services, settings)
    after = over(quiet(event, words.headline, None, calm), ended, words)
    # A steady event says no more than that; before a failure, the soak was over all the same.
    return (*after, *others, decision) if decision.cause else after


def _evidence(
    event: Event, histories: Histories, evidence: EvidenceAtOnce, decision: Decision
) -> Evidence | NotRead:
    """The evidence about the news of a decision."""
    # The end of a deployment names no task; the card that it edits keeps the log and the changes of one.
    history = histories.of(key_of(event) or "?")
    example = history.example(event.deployment_id, decision.cause or "") if ends(event) else None
    return evidence.about(question_about(event, example))


def _channel(read: Evidence | NotRead) -> str | None:
    """The channel that the service wants its news in, as its tag says."""
    service = None if isinstance(read, NotRead) else read.service
    return service.tag(CHANNEL_TAG) if isinstance(service, ServiceState) else None


def _end(event: Event, ended: Sequence[Change], services: Services, settings: DiagnoseSettings) -> Words:
    """What is said of incidents that are over."""
    causes = [change.incident.cause for change in ended if change.incident]
    service = service_of(event)
    if service is None:
        return well_again(causes, settings.thresholds.soak)
    state = services.now(service)
    if isinstance(state, ServiceState) and state.desired == 0:
        return scaled_down(causes)
    return healthy(causes, settings.thresholds.soak)


def _others(decision: Decision, histories: Histories, settings: DiagnoseSettings) -> Lines:
    """What else failed when the incident of a decision began."""
    within = timedelta(minutes=settings.same_time_minutes)
    mine = [
        (history.key, incident.opened_at)
        for history in decision.remember
        if isinstance(history, History)
        for incident in history.incidents
        if incident.id == decision.incident
    ]
    return tuple(line for key, began in mine for line in at_the_same_time(histories, key, began, within))


def _sweep(
    now: datetime, histories: Histories, roster: Roster, restarts: Restarts, settings: DiagnoseSettings
) -> tuple[Decision, ...]:
    """Look at every service: what the events did not say, and what is over."""
    services = roster.services()
    if isinstance(services, NotRead):
        return (Decision(Verdict.IGNORE, f"the services could not be read: {services.why}", "services"),)
    below = timedelta(minutes=settings.below_desired_minutes)
    counted = _counted(now, restarts, settings)
    return decisions(services, histories, counted, now, below, settings.thresholds)


def _counted(now: datetime, restarts: Restarts, settings: DiagnoseSettings) -> Counted:
    """The restarts that no event tells; where nobody wants to know them, nothing is read."""
    within = timedelta(minutes=settings.hidden_restarts_minutes)
    asked = settings.hidden_restarts > 0
    counts = restarts.inside_tasks(now - within, now) if asked else {}
    return Counted(counts, settings.hidden_restarts, within)
