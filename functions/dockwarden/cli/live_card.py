"""Cards about a service or task as it is now; pure."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

from dockwarden.causes.diagnosis import Diagnosis, quoted
from dockwarden.causes.services import commonest, diagnose_reason
from dockwarden.causes.tasks import diagnose_task
from dockwarden.causes.vocabulary import NO_FAILURE, Cause
from dockwarden.events.ecs_task_state_change import TaskStateChange
from dockwarden.facts.evidence import Evidence
from dockwarden.facts.services import ServiceMessage, ServiceState
from dockwarden.incidents.evidence_words import lines_of
from dockwarden.incidents.subjects import revision
from dockwarden.ledger.records import stamp
from dockwarden.notify.cards import Card, Line, Tone
from dockwarden.spans import span

_MESSAGES = 3
_TROUBLE = (
    "unable",
    "unhealthy",
    "failed",
    "failure",
    "impaired",
    "rolled back",
    "rolling back",
    "insufficient",
)


@dataclass(frozen=True, slots=True)
class Heading:
    """What stands on a card beside what was found: whose it is, where that is, and when it was looked at."""

    subject: str
    place: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Stopped:
    """The stopped tasks of a service, and the diagnosis of the last one that has the commonest cause.

    `unread` is why they could not be read, None where they were.
    """

    causes: Counter[Cause]
    total: int
    example: TaskStateChange | None
    found: Diagnosis | None
    unread: str | None = None

    @classmethod
    def not_read(cls, why: str) -> Self:
        """Nothing is known of any."""
        return cls(Counter(), 0, None, None, why)

    @classmethod
    def of(cls, tasks: Sequence[TaskStateChange]) -> Self:
        """What tasks, the last one at the end, have in common; failures go before stops that are nobody's fault."""
        diagnosed = [(task, found) for task in tasks if (found := diagnose_task(task)) is not None]
        causes = Counter(found.cause for _, found in diagnosed)
        failures = {cause: count for cause, count in causes.items() if cause not in NO_FAILURE}
        if not causes:
            return cls(causes, len(tasks), None, None)
        cause = commonest(failures or causes)
        task, found = next(pair for pair in reversed(diagnosed) if pair[1].cause is cause)
        return cls(causes, len(tasks), task, found)


def task_card(
    heading: Heading, task: TaskStateChange, found: Diagnosis | None, evidence: Evidence | None
) -> Card:
    """The card about one task."""
    if found is None:
        said = f"nothing has failed: the task is {task.last_status or 'in an unknown state'}"
        return _card(heading, "a task", said, [], Tone.DONE)
    lines = [
        Line("Task", ", ".join(_task_words(task))),
        *_read(evidence, heading.at),
        *_known(found),
    ]
    if found.cause in NO_FAILURE:
        return _card(heading, "a task was stopped", found.sentence, lines, Tone.DONE)
    return _card(heading, "a task failed", found.sentence, lines, Tone.TOLD)


def service_card(
    heading: Heading, state: ServiceState, stopped: Stopped, evidence: Evidence | None
) -> tuple[Card, Diagnosis | None]:
    """The card about a service, and the cause that it names."""
    found, short = stopped.found or _by_messages(state), state.running < state.desired
    failed = found is not None and found.cause not in NO_FAILURE
    headline = "tasks fail" if failed else "it runs too few tasks" if short else "nothing has failed"
    lines = [
        Line("Service", ", ".join(_service_words(state))),
        Line("Stopped", _stopped_words(stopped)),
        *_read(evidence, heading.at),
        *(Line("Message", quoted(message.message)) for message in _telling(state.messages)),
        *_known(found),
    ]
    said = found.sentence if found is not None else _nothing_known(stopped)
    return _card(heading, headline, said, lines, Tone.TOLD if failed or short else Tone.DONE), found


def _nothing_known(stopped: Stopped) -> str:
    if stopped.unread is not None:
        return "its stopped tasks could not be read"
    return "no task that ECS remembers has failed" if stopped.total else "ECS remembers no stopped task of it"


def _telling(messages: Sequence[ServiceMessage]) -> Sequence[ServiceMessage]:
    """The newest messages that speak of trouble, or the last one where none does."""
    telling = [message for message in messages if any(word in message.message for word in _TROUBLE)]
    return telling[:_MESSAGES] or messages[:1]


def _by_messages(state: ServiceState) -> Diagnosis | None:
    """What the service's own messages say, the newest first, while it runs too few tasks."""
    if state.running >= state.desired:
        return None
    read = (diagnose_reason(message.message) for message in state.messages)
    return next((found for found in read if found.cause not in {Cause.UNKNOWN, *NO_FAILURE}), None)


def _card(heading: Heading, headline: str, said: str, lines: Sequence[Line], tone: Tone) -> Card:
    whole = f"{said[:1].upper()}{said[1:].removesuffix('.')}."
    return Card("why", tone, heading.subject, heading.place, headline, whole, tuple(lines), stamp(heading.at))


def _read(evidence: Evidence | None, now: datetime) -> list[Line]:
    return [Line(label, text) for label, text in lines_of(evidence, now)] if evidence is not None else []


def _known(found: Diagnosis | None) -> list[Line]:
    """What says so, and what to do next."""
    if found is None:
        return []
    said = [Line("Evidence", "; ".join(found.evidence))] if found.grounds else []
    return [*said, Line("Next", found.next_step)]


def _task_words(task: TaskStateChange) -> Iterator[str]:
    """What is known of a task beside why it stopped."""
    if named := revision(task.task_definition_arn):
        yield f"revision {named}"
    if task.stopped_at:
        yield f"stopped {task.stopped_at:%d %b %Y, %H:%M:%S} UTC"
    ended = task.execution_stopped_at or task.stopping_at or task.stopped_at
    if task.started_at and ended:
        # Fargate reports RUNNING of a container that has ended already.
        yield f"after it ran for {span(max(ended - task.started_at, timedelta(0)))}"
    elif task.started_at is None:
        yield "it never ran"


def _service_words(state: ServiceState) -> Iterator[str]:
    pending = f", {state.pending} pending" if state.pending else ""
    yield f"{state.running} of {state.desired} tasks run{pending}"
    if state.status not in (None, "ACTIVE"):
        yield f"the service is {state.status}"
    for deployment in state.deployments:
        if deployment.rollout_state is not None:
            yield f"{revision(deployment.task_definition_arn) or 'a deployment'} is {deployment.rollout_state}"


def _stopped_words(stopped: Stopped) -> str:
    """How many tasks stopped by which cause, the commonest first."""
    if stopped.unread is not None:
        return f"not read ({stopped.unread})"
    if not stopped.total:
        return "none that ECS remembers (it forgets a task about an hour after its stop)"
    counted = [f"{cause} {count}" for cause, count in stopped.causes.most_common()]
    others = stopped.total - sum(stopped.causes.values())
    return ", ".join([*counted, *([f"without a failure {others}"] if others else [])])
