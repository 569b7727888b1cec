"""The decisions about one event: nothing new, known already, or told. Pure."""

from dataclasses import replace

from dockwarden.causes.diagnosis import Diagnosis
from dockwarden.events.ecs_deployment_state_change import DeploymentStateChange
from dockwarden.events.ecs_service_action import ServiceAction
from dockwarden.events.ecs_task_state_change import TaskStateChange
from dockwarden.incidents.card_words import ends, words
from dockwarden.incidents.history import History
from dockwarden.incidents.rules import Change, News, kept
from dockwarden.incidents.subjects import name_of
from dockwarden.incidents.telling import elsewhere
from dockwarden.verdicts import Decision, Verdict


def quiet(event: object, why: str, found: Diagnosis | None, history: History) -> Decision:
    """Nobody is told, and the history is remembered."""
    return Decision(
        verdict=Verdict.IGNORE,
        reason=why,
        subject=name_of(event),
        target=_target(event),
        cause=found.cause if found else None,
        remember=(history,),
    )


def known(event: object, found: Diagnosis, history: History, why: str) -> Decision:
    """A failure that was counted and told already."""
    incident = history.incident(found.cause) or history.latest()
    decision = quiet(event, f"{why}: {found.sentence}", found, history)
    return replace(decision, incident=incident.id if incident else None)


def told(event: object, found: Diagnosis, change: Change) -> tuple[Decision, ...]:
    """What people are told of a change; the news comes last."""
    return (*_merged(event, change), _told(event, found, change))


def _told(event: object, found: Diagnosis, change: Change) -> Decision:
    incident = change.incident
    if change.news is News.KNOWN or incident is None:
        late = incident is not None and not incident.open
        why = "it belongs to an incident that is over" if late else "told already"
        decision = known(event, found, change.history, why)
        return replace(decision, incident=incident.id) if late and incident else decision
    if ends(event):
        incident = replace(incident, failed=event.deployment_id or event.event_name, in_digest=False)
    elif found.cause == incident.cause:
        incident = replace(incident, said=found.sentence)
    after = kept(change.history, incident)
    if incident.in_digest:
        return known(event, found, after, "the digest of the first sweep told it")
    decision = replace(quiet(event, found.sentence, found, after), incident=incident.id)
    return replace(decision, verdict=Verdict.TELL, words=words(event, found, incident))


def _merged(event: object, change: Change) -> tuple[Decision, ...]:
    """That a card is about what another one tells."""
    if change.merged is None or change.incident is None:
        return ()
    decision = quiet(event, "it turned out to be another incident", None, change.history)
    return (replace(decision, incident=change.merged.id, words=elsewhere(change.incident.cause)),)


def _target(event: object) -> str | None:
    match event:
        case TaskStateChange():
            return event.task_arn
        case ServiceAction() | DeploymentStateChange():
            return event.service_arn
    return None
