"""GetLogEvents: the last lines of one container of one task, redacted before anybody sees them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from dockwarden.aws.asking import Deadline, UnreadableError
from dockwarden.facts.evidence import LogLine, LogTail
from dockwarden.redaction import redact_lines

_DRIVER = "awslogs"
_SHOWN = 500
_READ = 16_000  # of one event, which may have a million characters
_TOKEN = 1_000
_MOST = 200
_PAGES = 5

Events = list[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Wrote:
    """A container of a task, with its task definition, which may hold secrets."""

    definition: Mapping[str, Any] = field(repr=False)
    container: str
    task_arn: str


def log_tail(logs: Any, region: str, wrote: Wrote, count: int, deadline: Deadline) -> LogTail:
    """The last lines of a container. Raises UnreadableError where they are not in CloudWatch Logs by task."""
    options = _options(wrote, region)
    group, prefix = options.get("awslogs-group"), options.get("awslogs-stream-prefix")
    if not group or not prefix:
        raise UnreadableError("its log options name no group and stream prefix")
    stream = f"{prefix}/{wrote.container}/{wrote.task_arn.rpartition('/')[2]}"
    events = _events(lambda more: _page(logs, group, stream, more), max(1, min(count, _MOST)), deadline)
    return LogTail(wrote.container, group, stream, _lines(events))


def _options(wrote: Wrote, region: str) -> Mapping[str, str]:
    containers = wrote.definition.get("containerDefinitions", [])
    found = next((one for one in containers if one.get("name") == wrote.container), None)
    if found is None:
        raise UnreadableError("its task definition has no such container")
    configuration = found.get("logConfiguration")
    if configuration is None:
        raise UnreadableError("the container has no log configuration")
    if configuration.get("logDriver") != _DRIVER:
        raise UnreadableError(
            f"its log driver is {configuration.get('logDriver')}, and only {_DRIVER} is read"
        )
    options: Mapping[str, str] = configuration.get("options", {})
    if options.get("awslogs-region", region) != region:
        raise UnreadableError(f"its log is in {options['awslogs-region']}")
    return options


def _page(logs: Any, group: str, stream: str, more: Mapping[str, Any]) -> Mapping[str, Any]:
    answer: Mapping[str, Any] = logs.get_log_events(
        logGroupName=group, logStreamName=stream, startFromHead=False, **more
    )
    return answer


def _events(page: Callable[[Mapping[str, Any]], Mapping[str, Any]], count: int, deadline: Deadline) -> Events:
    """The last events of a stream, oldest first: CloudWatch may answer with fewer, or none, and a way on."""
    events: Events = []
    token: dict[str, str] = {}
    for _ in range(_PAGES):
        deadline.check()
        answer = page({"limit": count - len(events), **token})
        events = [*answer.get("events", []), *events]
        way_on = answer.get("nextBackwardToken")
        if len(events) >= count or way_on is None or token.get("nextToken") == way_on:
            break
        token = {"nextToken": way_on}
    return events


def _lines(events: Events) -> tuple[LogLine, ...]:
    texts = redact_lines([_cut(event.get("message", "")) for event in events])
    return tuple(
        LogLine(_time(event.get("timestamp")), _shown(text))
        for event, text in zip(events, texts, strict=True)
    )


def _cut(message: str) -> str:
    """The beginning of a message, without a word that would be cut in two: half a token is not known as one."""
    if len(message) <= _READ:
        return message
    space = message.rfind(" ", _READ - _TOKEN, _READ)
    return message[: space if space != -1 else _READ - _TOKEN] + " …"


def _shown(text: str) -> str:
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"


def _time(milliseconds: object) -> datetime | None:
    if not isinstance(milliseconds, int):
        return None
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
