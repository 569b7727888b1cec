"""What AWS announces or finds about what runs on ECS: retirements and findings. Told."""

from dataclasses import replace

from dockwarden.events.aws_health_event import HealthEvent
from dockwarden.events.guardduty_finding import EcsSubject, GuardDutyFinding
from dockwarden.facts.evidence import Services
from dockwarden.facts.histories import Histories
from dockwarden.facts.services import ServiceState
from dockwarden.facts.unknown import NotRead
from dockwarden.hashing import short_hash
from dockwarden.incidents.announcements import Announcement, announcement, key_of, with_event
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
    event: HealthEvent | GuardDutyFinding, services: Services, histories: Histories
) -> Decision:
    """Tell what AWS will retire and when, and what GuardDuty found on ECS."""
    match event:
        case HealthEvent():
            return _retirement(event, services, histories)
        case GuardDutyFinding():
            return _finding(event)


def _retirement(event: HealthEvent, services: Services, histories: Histories) -> Decision:
    if not event.is_task_retirement:
        return Decision(Verdict.IGNORE, "it is no retirement of ECS tasks", event.event_type_code or "health")
    history = histories.of(key_of(event))
    after = with_event(history, event)
    before, now = announcement(history), announcement(after)
    what = _what(now)
    quiet = Decision(Verdict.IGNORE, "told already", what, what, remember=(after,))
    if now == before:
        return quiet
    if not now.closed:
        return replace(_announced(history.key, now, what, services), remember=(after,))
    if before.closed or before.begins is None:
        return replace(quiet, reason="AWS has closed its announcement of it")
    return replace(_closed(history.key, what), remember=(after,))


def _what(told: Announcement) -> str:
    named = [f"{service.cluster}/{service.name}" for service in told.services]
    if not named:
        return f"{told.tasks} tasks" if told.tasks > 1 else "a task" if told.tasks else "tasks"
    return ", ".join(named) + (" and others" if told.others else "")


def _announced(key: str, told: Announcement, what: str, services: Services) -> Decision:
    """The news of all events of an announcement so far, and how the services that they name are now."""
    cause = f"AWS replaces {'the tasks of ' if told.services else ''}{what}, from {told.begins} on"
    # Only now is anything read, and all of it at once: there is news.
    found = services.all_now(told.services) if told.services else {}
    lines = [("Fits", _fit(service.name, found[service])) for service in told.services]
    lines.append(("Next", "a new deployment before that date moves the tasks at a time of your choice"))
    return _news("retirement", key, what, cause, Words("tasks will be retired", cause, tuple(lines)))


def _closed(key: str, what: str) -> Decision:
    cause = f"AWS has closed its announcement that it replaces {what}"
    words = Words("the retirement of tasks is over", cause, (), settled=True)
    return replace(_news("retirement", key, what, cause, words), verdict=Verdict.IGNORE)


def _fit(name: str, state: ServiceState | NotRead) -> str:
    """Whether a service can lose a task at a time and stay above its minimum healthy percent."""
    if isinstance(state, NotRead):
        return f"{name}: its settings were not read ({state.why})"
    if state.desired == 0:
        return f"{name}: 0 tasks are desired, so that nothing runs that would be replaced"
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
