"""CloudWatch: alarms and their states."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lab.drydock.api.operation import Answer, Operation, Params, page
from lab.drydock.errors import AwsError

if TYPE_CHECKING:
    from lab.drydock.alarms import Alarm
    from lab.drydock.world import World

MOST, DEFAULT = 100, 50
KNOWN = {"AlarmNames", "AlarmTypes", "MaxRecords", "NextToken"}
METRIC, COMPOSITE = "MetricAlarm", "CompositeAlarm"


def describe_alarms(world: World, params: Params) -> Answer:
    """`DescribeAlarms` by names: metric alarms only where no type is asked for, fifty a page (botocore model)."""
    unknown = sorted(set(params) - KNOWN)
    names = params.get("AlarmNames") or []
    if unknown or len(names) > MOST:
        text = f"drydock does not model {', '.join(unknown)}." if unknown else f"at most {MOST} AlarmNames"
        raise AwsError("ValidationError", text)
    kinds = params.get("AlarmTypes") or [METRIC]
    found = {
        alarm.name: alarm
        for alarm in sorted(world.alarms.values(), key=lambda one: one.name)
        if (not names or alarm.name in names) and _kind(alarm) in kinds
    }
    asked = {"maxResults": params.get("MaxRecords"), "nextToken": params.get("NextToken")}
    got = page(asked, list(found), "names", default=DEFAULT)
    shown = [found[name] for name in got["names"]]
    token = {"NextToken": got["nextToken"]} if "nextToken" in got else {}
    return {
        "MetricAlarms": [_view(world, alarm) for alarm in shown if not alarm.composite],
        "CompositeAlarms": [_view(world, alarm) for alarm in shown if alarm.composite],
        **token,
    }


def _kind(alarm: Alarm) -> str:
    return COMPOSITE if alarm.composite else METRIC


def _view(world: World, alarm: Alarm) -> dict[str, Any]:
    place = f"{world.names.region}:{world.names.account}"
    return {
        "AlarmName": alarm.name,
        "AlarmArn": f"arn:aws:cloudwatch:{place}:alarm:{alarm.name}",
        "ActionsEnabled": True,
        "StateValue": alarm.state,
        "StateUpdatedTimestamp": alarm.since,
        "StateTransitionedTimestamp": alarm.since,
    }


OPERATIONS = {"DescribeAlarms": Operation(describe_alarms)}
