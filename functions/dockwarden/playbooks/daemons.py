"""Daemons of ECS Managed Instances: why one does not start, and why a deployment of one failed. Told."""

from dataclasses import replace
from datetime import UTC, datetime

from dockwarden.causes.diagnosis import Diagnosis
from dockwarden.causes.services import diagnose_reason
from dockwarden.causes.vocabulary import Cause
from dockwarden.events.ecs_daemon_deployment_state_change import DaemonDeploymentStateChange
from dockwarden.events.ecs_daemon_service_action import DaemonServiceAction
from dockwarden.facts.histories import Histories
from dockwarden.hashing import short_hash
from dockwarden.incidents.history import History
from dockwarden.incidents.rules import Change, News, failing, is_old_news, over_before, with_version
from dockwarden.incidents.sweep_decisions import over
from dockwarden.lanes import RECORDS
from dockwarden.playbook import playbook
from dockwarden.verdicts import Decision, Verdict, Words

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FAILED_TYPES = frozenset({"ERROR", "WARN", "WARNING"})
_IMPAIRED = "DAEMON_TASK_START_IMPAIRED"
_ROLLING_BACK, _ROLLED_BACK = (
    "DAEMON_DEPLOYMENT_ROLLBACK_IN_PROGRESS",
    "DAEMON_DEPLOYMENT_ROLLBACK_SUCCESSFUL",
)
_SUCCESSFUL = "DAEMON_DEPLOYMENT_SUCCESSFUL"
_FAILING = frozenset({_ROLLING_BACK, "DAEMON_DEPLOYMENT_ROLLBACK_FAILED"})
# A deployment's events have no version: how far each of them is on its way, so that a late one is no news.
_FAILS, _FAILS_FOR_GOOD, _OVER = 1, 2, 3

_WHO_HAS_TO = (
    "Dockwarden changes no daemon: its owner has to put it on a revision that worked (UpdateDaemon)."
)

_Event = DaemonServiceAction | DaemonDeploymentStateChange


@playbook(lane=RECORDS, when_stopped="causes are told all the same; it changes nothing in AWS")
def daemons(
    event: DaemonServiceAction | DaemonDeploymentStateChange, histories: Histories
) -> Decision | tuple[Decision, ...]:
    """Tell once why a daemon does not start or why a deployment of it failed, and when that is over."""
    history = histories.of(f"{event.cluster}/daemon/{event.daemon_name}")
    if isinstance(event, DaemonServiceAction):
        return _action(event, history)
    return _deployment(event, history)


def _action(event: DaemonServiceAction, history: History) -> Decision:
    if event.event_name != _IMPAIRED and event.event_type not in _FAILED_TYPES:
        return _quiet(event, "nothing has failed", None, history)
    found = diagnose_reason(event.reason)
    at = event.created_at or event.envelope.time or _EPOCH
    marker = short_hash(event.event_name or "", at.isoformat(), event.container_instance_arn or "")
    if is_old_news(history, marker, 1):
        return _known(event, found, history)
    revision = _name(event.daemon_task_definition_arn)
    change = failing(with_version(history, marker, 1), found.cause, revision, at)
    return _told(event, found, change, "a daemon does not start", found.sentence)


def _deployment(event: DaemonDeploymentStateChange, history: History) -> Decision | tuple[Decision, ...]:
    at = event.updated_at or event.envelope.time or _EPOCH
    marker = short_hash(event.daemon_deployment_arn or at.isoformat())
    if event.event_name in {_SUCCESSFUL, _ROLLED_BACK}:
        return _over(event, history, marker, at)
    if event.event_name not in _FAILING and event.event_type not in _FAILED_TYPES:
        return _quiet(event, "no deployment has failed", None, history)
    found = _why(event, history)
    stage = _FAILS if event.event_name == _ROLLING_BACK else _FAILS_FOR_GOOD
    if is_old_news(history, marker, stage):
        return _known(event, found, history)
    change = failing(with_version(history, marker, stage), found.cause, None, at)
    # That a deployment fails is news, also where its cause was told with the first task.
    if change.incident is not None and change.incident.open:
        change = replace(change, news=News.OPENED)
    if stage == _FAILS:
        return _told(
            event, found, change, "the daemon's deployment failed", f"ECS rolls it back. {found.sentence}"
        )
    lost = f"Its rollback failed too, so that instances may lack the daemon. {_WHO_HAS_TO} {found.sentence}"
    return _told(event, found, change, "the daemon's deployment failed for good", lost)


def _why(event: DaemonDeploymentStateChange, history: History) -> Diagnosis:
    """The cause in the event, or else that of the tasks which did not start before it."""
    latest = history.latest()
    found = diagnose_reason(event.reason, Cause(latest.cause) if latest else Cause.UNKNOWN)
    if found.cause is not Cause.UNKNOWN:
        return found
    return found._replace(sentence="Nothing seen so far says why the daemon's deployment failed.")


def _over(
    event: DaemonDeploymentStateChange, history: History, marker: str, at: datetime
) -> Decision | tuple[Decision, ...]:
    unheard = history.version(marker) is None
    after = with_version(history, marker, _OVER)
    changes = over_before(after, at, at)
    back = event.event_name == _ROLLED_BACK
    quiet = _quiet(event, "rolled back" if back else "the deployment succeeded", None, after)
    if changes:
        causes = ", ".join(sorted({change.incident.cause for change in changes if change.incident}))
        return over(quiet, changes, replace(_BACK if back else _WELL, lines=(("Was", causes),)))
    if not back or not unheard:
        return quiet
    # Its failure was not heard of: people still have to know that the old revision runs.
    return replace(quiet, verdict=Verdict.TELL, incident=f"daemon-{marker}", words=_BACK)


_WELL = Words("the daemon runs again", "a deployment of it succeeded", (), settled=True)
_BACK = Words(
    "the daemon was rolled back",
    "its deployment failed, and its earlier revision runs again",
    (("Next", "mend the daemon's task definition before it is deployed again"),),
    settled=True,
)


def _told(event: _Event, found: Diagnosis, change: Change, headline: str, sentence: str) -> Decision:
    if change.news is News.KNOWN or change.incident is None:
        return _known(event, found, change.history)
    lines = (*(("Evidence", text) for text in found.evidence), ("Next", found.next_step))
    decision = _quiet(event, sentence, found, change.history)
    words = Words(headline, sentence, lines)
    return replace(decision, verdict=Verdict.TELL, incident=change.incident.id, words=words)


def _known(event: _Event, found: Diagnosis, history: History) -> Decision:
    """A failure that was told already."""
    incident = history.incident(found.cause) or history.latest()
    decision = _quiet(event, f"told already: {found.sentence}", found, history)
    return replace(decision, incident=incident.id if incident else None)


def _quiet(event: _Event, why: str, found: Diagnosis | None, history: History) -> Decision:
    return Decision(
        verdict=Verdict.IGNORE,
        reason=why,
        subject=f"daemon {event.daemon_name}",
        target=event.daemon_arn,
        cause=found.cause if found else None,
        remember=(history,),
    )


def _name(arn: str | None) -> str | None:
    """Family and number of a daemon's task definition."""
    return arn.rpartition("/")[2] or None if arn else None
