"""CloudTrail: the event history, as far as drydock records calls."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from lab.drydock.api.operation import Answer, Operation, Params, page
from lab.drydock.errors import AwsError

if TYPE_CHECKING:
    from lab.drydock.trail import TrailEvent
    from lab.drydock.world import World

MOST = 50


def lookup_events(world: World, params: Params) -> Answer:
    """`LookupEvents` by EventName and times, newest first; what is younger than some minutes is not there yet."""
    attributes = params.get("LookupAttributes") or []
    unknown = [item["AttributeKey"] for item in attributes if item["AttributeKey"] != "EventName"]
    if unknown:
        raise AwsError("InvalidLookupAttributesException", f"drydock does not model {unknown[0]}.")
    names = {item["AttributeValue"] for item in attributes}
    found = {event.id: event for event in reversed(world.trail) if _fits(world, event, names, params)}
    asked = {"maxResults": params.get("MaxResults"), "nextToken": params.get("NextToken")}
    got = page(asked, list(found), "ids", default=MOST, limit=MOST)
    token = {"NextToken": got["nextToken"]} if "nextToken" in got else {}
    return {"Events": [_event(found[number]) for number in got["ids"]], **token}


def _fits(world: World, event: TrailEvent, names: set[str], params: Params) -> bool:
    start, end = (_aware(params.get(name)) for name in ("StartTime", "EndTime"))
    shown = event.at + timedelta(seconds=world.durations.cloudtrail) <= world.now()
    named = not names or event.name in names
    return shown and named and (start is None or event.at >= start) and (end is None or event.at <= end)


def _aware(moment: datetime | None) -> datetime | None:
    """A time as it was sent: over HTTP the parser gives UTC without saying so."""
    return moment.replace(tzinfo=UTC) if moment is not None and moment.tzinfo is None else moment


def _event(event: TrailEvent) -> dict[str, Any]:
    return {
        "EventId": event.id,
        "EventName": event.name,
        "ReadOnly": "false",
        "EventTime": event.at,
        "EventSource": "ecs.amazonaws.com",
        "Username": event.caller.arn.rsplit("/", 1)[-1],
        "Resources": [],
        "CloudTrailEvent": json.dumps(event.record),
    }


OPERATIONS = {"LookupEvents": Operation(lookup_events)}
