"""What an event of a service or a task means, by itself and by what is remembered. Pure."""

from dataclasses import replace
from typing import TypeAlias

from dockwarden.causes.diagnosis import Diagnosis
from dockwarden.causes.quiet import quiet_by
from dockwarden.causes.sentences import NEXT_STEPS, sentence
from dockwarden.causes.services import diagnose_deployment, diagnose_service_action
from dockwarden.causes.tasks import diagnose_task
from dockwarden.causes.vocabulary import NO_FAILURE, Cause
from dockwarden.events.ecs_deployment_state_change import DeploymentStateChange
from dockwarden.events.ecs_service_action import ServiceAction
from dockwarden.events.ecs_task_state_change import TaskStateChange
from dockwarden.incidents.card_words import ends
from dockwarden.incidents.counting import with_stop, with_taken
from dockwarden.incidents.deciding import known, quiet, told
from dockwarden.incidents.history import History, Incident
from dockwarden.incidents.reading import stop_of, when
from dockwarden.incidents.rules import News, Thresholds, failing, is_old_news, kept, steady, with_version
from dockwarden.incidents.subjects import name_of
from dockwarden.verdicts import Decision, Verdict

Event: TypeAlias = TaskStateChange | ServiceAction | DeploymentStateChange

_STEADY = frozenset({"SERVICE_STEADY_STATE"})


def calmed(event: Event, history: History) -> History:
    """The history after an event that may say that nothing fails any more."""
    if isinstance(event, ServiceAction):
        return steady(history, when(event)) if event.event_name in _STEADY else history
    # A standalone task that has done its work; while no incident is open that is nothing to remember.
    if not isinstance(event, TaskStateChange) or event.service_name is not None:
        return history
    if event.last_status != "STOPPED" or history.latest() is None or diagnose_task(event) is not None:
        return history
    return steady(history, when(event))


def decided(event: Event, history: History, thresholds: Thresholds) -> tuple[Decision, ...]:
    """What an event means, by itself and by what is remembered of its service; what is told of it comes last."""
    if isinstance(event, TaskStateChange):
        return _task(event, history, thresholds)
    if isinstance(event, DeploymentStateChange) or ends(event):
        return _deployment(event, history)
    return _service(event, history)


def _task(task: TaskStateChange, history: History, thresholds: Thresholds) -> tuple[Decision, ...]:
    found = diagnose_task(task)
    if (calm := quiet_by(task, found)) is not None:
        return (Decision(Verdict.IGNORE, calm.reason, name_of(task), calm.target, calm.cause),)
    if found is None:
        return (quiet(task, "nothing has failed", None, history),)
    if found.cause in NO_FAILURE:
        return _taken(task, found, history)
    if is_old_news(history, task.task_arn, task.version):
        return (known(task, found, history, "an older or doubled event"),)
    seen = with_version(history, task.task_arn, task.version)
    return told(task, found, with_stop(seen, stop_of(task, found), thresholds))


def _taken(task: TaskStateChange, found: Diagnosis, history: History) -> tuple[Decision, ...]:
    """What AWS took away from a deployment is no failure, but may be why that one failed."""
    # Without its version, which would be a write for each event of each task that is replaced.
    change = with_taken(history, stop_of(task, found))
    if change.news is News.NAMED:
        return told(task, found, change)
    return (quiet(task, found.sentence, found, change.history),)


def _service(action: ServiceAction, history: History) -> tuple[Decision, ...]:
    if action.event_name in _STEADY:
        return (quiet(action, "the service is steady", None, history),)
    found = diagnose_service_action(action)
    if found is None:
        return (quiet(action, "nothing has failed", None, history),)
    if found.cause in NO_FAILURE:
        return (quiet(action, found.sentence, found, history),)
    found = _by_what_is_known(found, history)
    # An action has no version; the same one of the same moment is the same.
    at = when(action)
    marker = f"{action.event_name} {at.isoformat()}"
    if is_old_news(history, marker, 1):
        return (known(action, found, history, "told already"),)
    return told(action, found, failing(with_version(history, marker, 1), found.cause, None, at))


def _by_what_is_known(found: Diagnosis, history: History) -> Diagnosis:
    """A failure whose event does not say why, by the incident that is open already."""
    latest = history.latest()
    if found.cause is not Cause.UNKNOWN or latest is None:
        return found
    cause = Cause(latest.cause)
    # What the action itself says stays; that nothing says why would be wrong by now.
    nothing = found.sentence == sentence(Cause.UNKNOWN)
    said = (latest.said or sentence(cause)) if nothing else found.sentence
    return found._replace(cause=cause, sentence=said, next_step=NEXT_STEPS[cause])


def _deployment(event: DeploymentStateChange | ServiceAction, history: History) -> tuple[Decision, ...]:
    found = diagnose_deployment(event, {Cause(c): n for c, n in history.causes(event.deployment_id).items()})
    if found is None:
        return (quiet(event, "no deployment has failed", None, history),)
    marker = f"deployment {event.deployment_id}"
    seen = with_version(history, marker, 1) if event.deployment_id else history
    if (same := _told_without_id(event, history)) is not None:
        named = replace(same, failed=event.deployment_id or same.failed)
        return (known(event, found, kept(seen, named), "told already"),)
    if is_old_news(history, marker, 1):
        return (known(event, found, history, "told already"),)
    change = failing(seen, found.cause, None, when(event))
    # The end of a deployment is news, also where its cause was told with its first task.
    news = News.OPENED if change.incident is not None and change.incident.open else change.news
    return told(event, found, replace(change, news=news))


def _told_without_id(event: DeploymentStateChange | ServiceAction, history: History) -> Incident | None:
    """The open incident whose failed deployment is this one, where one of the two events does not name it."""
    failed = (one for one in history.incidents if one.open and one.failed is not None)
    return next((o for o in failed if event.deployment_id is None or o.failed == event.event_name), None)
