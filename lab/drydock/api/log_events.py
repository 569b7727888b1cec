"""CloudWatch Logs: the lines of containers. The demo's local AWS has its own and gets these lines from drydock."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lab.drydock.api.operation import Answer, Operation, Params
from lab.drydock.errors import AwsError

if TYPE_CHECKING:
    from lab.drydock.logs import LogLine
    from lab.drydock.world import World

MOST = 10_000


def get_log_events(world: World, params: Params) -> Answer:
    """`GetLogEvents`: the latest lines of a stream, or the first ones with `startFromHead`; one page."""
    streams = _streams(world, params)
    name = params["logStreamName"]
    if name not in streams:
        raise _missing("stream")
    found = _between(streams[name], params)
    limit = params.get("limit") or MOST
    kept = found[:limit] if params.get("startFromHead") else found[-limit:]
    # A page that has all gives back the token it was asked with, which tells the caller to stop.
    tokens = {"nextForwardToken": "f/end", "nextBackwardToken": "b/end"}
    asked = params.get("nextToken")
    return {"events": [] if asked in tokens.values() else [_event(line) for line in kept], **tokens}


def filter_log_events(world: World, params: Params) -> Answer:
    """`FilterLogEvents` by streams and times over a whole group; a filter pattern is refused."""
    if params.get("filterPattern"):
        raise AwsError("InvalidParameterException", "drydock does not model filterPattern.")
    names, prefix = params.get("logStreamNames"), params.get("logStreamNamePrefix") or ""
    lines = [
        line
        for name, stream in _streams(world, params).items()
        if (not names or name in names) and name.startswith(prefix)
        for line in _between(stream, params)
    ]
    lines.sort(key=lambda line: line.timestamp)
    kept = lines[: params.get("limit") or MOST]
    return {
        "events": [{**_event(line), "logStreamName": line.stream} for line in kept],
        "searchedLogStreams": [],
    }


def _streams(world: World, params: Params) -> dict[str, list[LogLine]]:
    name = params.get("logGroupName") or str(params.get("logGroupIdentifier", "")).split(":log-group:")[-1]
    if name not in world.logs.groups:
        raise _missing("group")
    return world.logs.groups[name]


def _missing(what: str) -> AwsError:
    return AwsError("ResourceNotFoundException", f"The specified log {what} does not exist.")


def _between(lines: list[LogLine], params: Params) -> list[LogLine]:
    start, end = params.get("startTime"), params.get("endTime")
    return [
        line
        for line in lines
        if (start is None or line.timestamp >= start) and (end is None or line.timestamp < end)
    ]


def _event(line: LogLine) -> dict[str, Any]:
    return {"timestamp": line.timestamp, "ingestionTime": line.timestamp, "message": line.message}


OPERATIONS = {"GetLogEvents": Operation(get_log_events), "FilterLogEvents": Operation(filter_log_events)}
