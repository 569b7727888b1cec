"""The words of a card about a failure: its headline, why, how often, and what to do next. Pure."""

from typing import TypeGuard

from dockwarden.causes.diagnosis import Diagnosis
from dockwarden.causes.sentences import NEXT_STEPS
from dockwarden.causes.vocabulary import Cause
from dockwarden.events.ecs_deployment_state_change import DeploymentStateChange
from dockwarden.events.ecs_service_action import ServiceAction
from dockwarden.events.ecs_task_state_change import TaskStateChange
from dockwarden.incidents.history import Incident
from dockwarden.spans import span
from dockwarden.verdicts import Words


def words(event: object, found: Diagnosis, incident: Incident) -> Words:
    """What the card of an incident says after an event of it."""
    lines = [
        (
            "Seen",
            f"{_times(incident)}, revision {incident.revision}" if incident.revision else _times(incident),
        )
    ]
    if found.grounds:
        lines.append(("Evidence", "; ".join(found.evidence[:3])))
    lines.append(("Next", NEXT_STEPS[Cause(incident.cause)]))
    # The end of a deployment says how many tasks failed; why the first one did is what people want to know.
    cause = found.sentence if incident.said in ("", found.sentence) else f"{incident.said} {found.sentence}"
    if _deployment_is_over(event, incident) and not ends(event):
        cause = f"{cause} Its deployment failed."
    return Words(_headline(event, incident), cause, tuple(lines))


def ends(event: object) -> TypeGuard[DeploymentStateChange | ServiceAction]:
    """Whether an event is about a deployment as a whole, of either detail-type."""
    if isinstance(event, ServiceAction):
        return (event.event_name or "").startswith("SERVICE_DEPLOYMENT_")
    return isinstance(event, DeploymentStateChange)


def _times(incident: Incident) -> str:
    if incident.count == 1:
        return "once"
    return f"{incident.count} times in {span(incident.last_at - incident.opened_at)}"


def _deployment_is_over(event: object, incident: Incident) -> bool:
    """Whether an event says that a deployment failed, or is about a task of one that has, told before it."""
    over = incident.failed is not None and getattr(event, "deployment_id", None) == incident.failed
    return ends(event) or (isinstance(event, TaskStateChange) and over)


def _headline(event: object, incident: Incident) -> str:
    if _deployment_is_over(event, incident):
        return "the deployment failed"
    if incident.looping:
        return "keeps crashing"
    return "a task failed" if isinstance(event, TaskStateChange) else "the service is in trouble"
