"""DescribeAlarms: the states of alarms by their names."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, ClassVar

from dockwarden.aws.asking import asked
from dockwarden.facts.alarm_states import AlarmStates
from dockwarden.facts.unknown import NotRead
from dockwarden.permissions import Permission

_DESCRIBE = 100  # DescribeAlarms takes no more names, and answers with fifty where it is not told how many
_TYPES = ["MetricAlarm", "CompositeAlarm"]  # where none is named, composite alarms are left out


class CloudWatchAlarmStates:
    """Answers AlarmStates."""

    PERMISSIONS: ClassVar[tuple[Permission, ...]] = AlarmStates.PERMISSIONS

    def __init__(self, client: Callable[[], Any]) -> None:
        self._client = client

    def states(self, names: Sequence[str]) -> Mapping[str, str | NotRead]:
        """The state of each alarm; NotRead for all of a call that failed, and for one that there is not."""
        parts = [names[start : start + _DESCRIBE] for start in range(0, len(names), _DESCRIBE)]
        return {name: state for some in parts for name, state in self._of(some).items()}

    def _of(self, names: Sequence[str]) -> Mapping[str, str | NotRead]:
        answer = asked(lambda: dict(self._described(names)))
        return {name: _state(name, answer) for name in names}

    def _described(self, names: Sequence[str]) -> Iterator[tuple[str, str]]:
        answer = self._client().describe_alarms(
            AlarmNames=list(names), AlarmTypes=_TYPES, MaxRecords=_DESCRIBE
        )
        for alarm in (*answer.get("MetricAlarms", []), *answer.get("CompositeAlarms", [])):
            yield alarm["AlarmName"], alarm["StateValue"]


def _state(name: str, answer: Mapping[str, str] | NotRead) -> str | NotRead:
    if isinstance(answer, NotRead):
        return answer
    return answer.get(name, NotRead("there is no alarm of that name"))
