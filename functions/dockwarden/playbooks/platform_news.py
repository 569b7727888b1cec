"""What AWS announces or finds about what runs on ECS: retirements, findings, daemons that do not start. Told."""

from dataclasses import replace

from dockwarden.causes.services import diagnose_reason
from dockwarden.events.aws_health_event import HealthEvent
from dockwarden.events.ecs_daemon_service_action import DaemonServiceAction
from dockwarden.events.guardduty_finding import EcsSubject, GuardDutyFinding
from dockwarden.facts.evidence import Services
from dockwarden.facts.services import ServiceRef, ServiceState
from dockwarden.facts.unknown import NotRead
from dockwarden.hashing import short_hash
from dockwarden.lanes import RECORDS
from dockwarden.playbook import playbook
from dockwarden.verdicts import Decision, Verdict, Words

_MOST = 10
_LOW, _HIGH = 4.0, 7.0


@playbook(
    lane=RECORDS,
    where={HealthEvent: {"service": ("ECS",)}},
    when_stopped="news are told all the same; it changes nothing in AWS",
)
def platform_news(
    event: HealthEvent | GuardDutyFinding | DaemonServiceAction, services: Services
) -> Decision:
    """Tell what AWS will retire and when, what GuardDuty found on ECS, and which daemons do not start."""
    match event:
        case HealthEvent():
            return _retirement(event, services)
        case GuardDutyFinding():
            return _finding(event)
        case DaemonServiceAction():
            return _daemon(event)


def _retirement(event: HealthEvent, services: Services) -> Decision:
    if not event.is_task_retirement:
        return Decision(Verdict.IGNORE, "it is no retirement of ECS tasks", event.event_type_code or "health")
    tasks, named = len(event.affected_tasks), [f"{s.cluster}/{s.name}" for s in event.affected_services]
    when = f"{event.start_time:%d %b %Y, %H:%M} UTC" if event.start_time else "at a time that was not given"
    what = ", ".join(named[:_MOST]) or f"{tasks} tasks"
    cause = f"AWS replaces the tasks of {what}, from {when} on"
    lines = [
        ("Fits", _fit(s.name, services.now(ServiceRef(s.cluster or "default", s.name))))
        for s in event.affected_services[:_MOST]
    ]
    lines.append(("Next", "a new deployment before that date moves the tasks at a time of your choice"))
    words = Words("tasks will be retired", cause, tuple(lines))
    return _news("retirement", event.event_arn or cause, what, cause, words)


def _fit(name: str, state: ServiceState | NotRead) -> str:
    """Whether a service can lose a task at a time and stay above its minimum healthy percent."""
    if isinstance(state, NotRead):
        return f"{name}: its settings were not read ({state.why})"
    least = -(
        -state.desired
        * (state.minimum_healthy_percent if state.minimum_healthy_percent is not None else 100)
        // 100
    )
    most = state.desired * (state.maximum_percent if state.maximum_percent is not None else 200) // 100
    if state.desired > least or most > state.desired:
        return f"{name}: ECS can replace its {state.desired} tasks within {least} to {most}"
    return (
        f"{name}: minimum and maximum healthy percent leave no room, so that a replacement cannot start first"
    )


def _finding(event: GuardDutyFinding) -> Decision:
    kind = event.type or "a finding without a type"
    if not event.ecs or event.archived:
        return Decision(Verdict.IGNORE, "it is about nothing of ECS, or archived", kind)
    where = ", ".join(_place(subject) for subject in event.ecs[:_MOST])
    cause = f"GuardDuty reports {kind} in {where}"
    lines = (
        ("Severity", _severity(event.severity)),
        ("Next", "open the finding in GuardDuty; nothing was changed"),
    )
    return _news(
        "finding", event.arn or event.id or kind, where, cause, Words("a security finding", cause, lines)
    )


def _place(subject: EcsSubject) -> str:
    task = subject.task_arn.rpartition("/")[2] if subject.task_arn else None
    return subject.service_name or task or subject.cluster or "a cluster"


def _severity(value: float | None) -> str:
    if value is None:
        return "not given"
    return f"{value:g}, {'low' if value < _LOW else 'medium' if value < _HIGH else 'high'}"


def _daemon(event: DaemonServiceAction) -> Decision:
    found = diagnose_reason(event.reason)
    subject = f"daemon {event.daemon_name}"
    lines = (*(("Evidence", text) for text in found.evidence), ("Next", found.next_step))
    words = Words("a daemon does not start", found.sentence, lines)
    identity = f"{event.cluster}/{event.daemon_name}/{found.cause}"
    return replace(_news("daemon", identity, subject, found.sentence, words), cause=found.cause)


def _news(kind: str, identity: str, subject: str, reason: str, words: Words) -> Decision:
    """Something that people must know, as one card however often it is announced."""
    return Decision(
        verdict=Verdict.TELL,
        reason=reason,
        subject=subject,
        target=subject,
        incident=f"{kind}-{short_hash(kind, identity)}",
        words=words,
    )
