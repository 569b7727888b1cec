"""The deployed functions' log lines, read as CloudWatch Logs gives them."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_logs import CloudWatchLogsClient

_PLATFORM = ("START RequestId:", "END RequestId:", "REPORT RequestId:", "INIT_START ")


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line that a function wrote; `at` is in milliseconds since 1970."""

    group: str
    stream: str
    at: int
    text: str


def read(
    logs: "CloudWatchLogsClient", group: str, since: int = 0, *, platform: bool = False
) -> list[LogLine]:
    """The lines of a log group since a time, oldest first; START, END and REPORT only when asked for.

    ministack writes a function's lines when the invocation has ended, all with that time.
    """
    pages = logs.get_paginator("filter_log_events").paginate(logGroupName=group, startTime=since)
    lines = [
        LogLine(
            group,
            event.get("logStreamName", ""),
            event.get("timestamp", 0),
            event.get("message", "").rstrip(),
        )
        for page in pages
        for event in page["events"]
    ]
    return [line for line in lines if platform or not line.text.startswith(_PLATFORM)]
