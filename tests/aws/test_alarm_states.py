"""The states of alarms, from CloudWatch."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import EndpointConnectionError

from dockwarden.aws.alarm_states import CloudWatchAlarmStates
from dockwarden.facts.unknown import NotRead
from tests.aws.answering import Answer, Answering, refusal


def alarm(name: str, state: str) -> dict[str, Any]:
    return {
        "AlarmName": name,
        "StateValue": state,
        "StateUpdatedTimestamp": datetime(2026, 11, 20, tzinfo=UTC),
    }


def reader(clients: Answering) -> CloudWatchAlarmStates:
    return CloudWatchAlarmStates(lambda: clients.client("cloudwatch"))


def test_metric_and_composite_alarms_are_read_in_one_call_and_one_that_there_is_not_is_not_read() -> None:
    """A name that was mistyped, or an alarm that was deleted, never counts as calm."""
    answer = {"MetricAlarms": [alarm("a", "OK")], "CompositeAlarms": [alarm("b", "ALARM")]}
    clients = Answering().on("DescribeAlarms", answer)
    assert reader(clients).states(["a", "b", "c"]) == {
        "a": "OK",
        "b": "ALARM",
        "c": NotRead("there is no alarm of that name"),
    }
    assert clients.asked("DescribeAlarms") == [
        {"AlarmNames": ["a", "b", "c"], "AlarmTypes": ["MetricAlarm", "CompositeAlarm"], "MaxRecords": 100}
    ]


def test_a_call_asks_for_a_hundred_names_at_most_and_a_refused_one_leaves_the_others() -> None:
    """What CloudWatch does not answer is unknown for its hundred alone."""

    def answer(params: Mapping[str, Any]) -> Answer:
        names = params["AlarmNames"]
        if "n000" in names:
            return refusal("AccessDenied", "DescribeAlarms")
        return {"MetricAlarms": [alarm(name, "OK") for name in names]}

    clients = Answering().on("DescribeAlarms", answer)
    states = reader(clients).states([f"n{n:03}" for n in range(101)])
    assert [len(asked["AlarmNames"]) for asked in clients.asked("DescribeAlarms")] == [100, 1]
    assert states["n099"] == NotRead("DescribeAlarms: AccessDenied")
    assert states["n100"] == "OK"


def test_no_connection_is_a_value_and_no_name_is_no_call() -> None:
    """The guard never sees an error of a client."""
    clients = Answering().on("DescribeAlarms", EndpointConnectionError(endpoint_url="https://x.example"))
    assert reader(clients).states([]) == {}
    assert clients.calls == []
    assert reader(clients).states(["a"]) == {"a": NotRead("EndpointConnectionError", passing=True)}
