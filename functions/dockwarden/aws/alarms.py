"""DescribeAlarms: the states of alarms by their names, a hundred a call."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from dockwarden.aws.asking import Deadline
from dockwarden.facts.alarms import Alarm

_DESCRIBE = 100  # DescribeAlarms takes no more names, and answers with fifty where it is not told how many
_TYPES = ["MetricAlarm", "CompositeAlarm"]  # where none is named, composite alarms are left out
_LONGEST_NAME = 255  # one longer name, as a tag may hold, would fail the call for all


def described(cloudwatch: Any, names: Sequence[str], deadline: Deadline) -> tuple[Alarm, ...]:
    """Each of some alarms in the order of their names, also those that CloudWatch does not know."""
    askable = [name for name in names if len(name) <= _LONGEST_NAME]
    found: dict[str, Alarm] = {}
    for start in range(0, len(askable), _DESCRIBE):
        for page in _pages(cloudwatch, askable[start : start + _DESCRIBE], deadline):
            found |= {alarm.name: alarm for alarm in _alarms(page)}
    return tuple(found.get(name, Alarm(name, None)) for name in names)


def _pages(cloudwatch: Any, names: Sequence[str], deadline: Deadline) -> Iterator[Mapping[str, Any]]:
    more: dict[str, str] = {}
    while True:
        deadline.check()
        page = cloudwatch.describe_alarms(AlarmNames=names, AlarmTypes=_TYPES, MaxRecords=_DESCRIBE, **more)
        yield page
        if not page.get("NextToken"):
            return
        more = {"NextToken": page["NextToken"]}


def _alarms(page: Mapping[str, Any]) -> Iterator[Alarm]:
    for data in (*page.get("MetricAlarms", []), *page.get("CompositeAlarms", [])):
        # Never StateUpdatedTimestamp: it moves when only the evaluation changed, and by it an ALARM that is older
        # than a deployment would speak against that.
        since = data.get("StateTransitionedTimestamp")
        yield Alarm(data.get("AlarmName", ""), data.get("StateValue"), _time(since))


def _time(value: object) -> datetime | None:
    return value if isinstance(value, datetime) else None
