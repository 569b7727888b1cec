"""What containers have logged, as CloudWatch Logs keeps it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from lab.drydock.model import Task


@dataclass(frozen=True, slots=True)
class LogLine:
    """One log event."""

    group: str
    stream: str
    at: datetime
    message: str

    @property
    def timestamp(self) -> int:
        """Milliseconds since 1970, as the API counts."""
        return int(self.at.timestamp() * 1000)


class LogStore:
    """Groups, their streams and the lines of these, in order; sinks get each line as it comes."""

    def __init__(self) -> None:
        self.groups: dict[str, dict[str, list[LogLine]]] = {}
        self._sinks: list[Callable[[LogLine], None]] = []

    def subscribe(self, sink: Callable[[LogLine], None]) -> None:
        """Hand every later line to `sink`."""
        self._sinks.append(sink)

    def create_group(self, group: str) -> None:
        """Make a group that has no stream yet."""
        self.groups.setdefault(group, {})

    def write(self, task: Task, at: datetime, *messages: str) -> None:
        """Log what a task's container says; nothing when its definition names no group."""
        group = task.definition.log_group
        if group is None:
            return
        for message in messages:
            line = LogLine(group, task.definition.log_stream(task.task_id), at, message)
            self.groups.setdefault(group, {}).setdefault(line.stream, []).append(line)
            for sink in self._sinks:
                sink(line)
