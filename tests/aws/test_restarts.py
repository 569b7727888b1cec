"""The restarts inside tasks, from CloudWatch."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from dockwarden.aws.restarts import CloudWatchRestarts
from dockwarden.facts.services import ServiceRef
from dockwarden.facts.unknown import NotRead
from tests.aws.answering import Answer, Answering, refusal

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def result(service: str, *values: float, status: str = "Complete") -> dict[str, Any]:
    """A time series as GetMetricData answers it."""
    return {"Id": "restarts", "Label": service, "Values": list(values), "StatusCode": status}


def counted(clients: Answering, *clusters: str) -> Mapping[ServiceRef, int] | NotRead:
    restarts = CloudWatchRestarts(lambda: clients.client("cloudwatch"), clusters or ("prod",))
    return restarts.inside_tasks(NOON - timedelta(hours=1), NOON)


def test_restarts_are_summed_by_service_over_all_pages() -> None:
    """A series may go on on the next page."""

    def paged(params: Mapping[str, Any]) -> Answer:
        if "NextToken" in params:
            return {"MetricDataResults": [result("web", 1.0)]}
        first = [result("web", 2.0, 0.0, status="PartialData"), result("api", 0.0)]
        return {"MetricDataResults": first, "NextToken": "2"}

    found = counted(Answering().on("GetMetricData", paged))
    assert found == {ServiceRef("prod", "web"): 3, ServiceRef("prod", "api"): 0}


def test_each_cluster_is_searched_by_its_name_and_for_the_time_that_was_asked() -> None:
    clients = Answering().on("GetMetricData", lambda _: {"MetricDataResults": [result("web", 1.0)]})
    found = counted(clients, "prod", "beta")
    assert found == {ServiceRef("prod", "web"): 1, ServiceRef("beta", "web"): 1}
    asked = clients.asked("GetMetricData")
    assert {(one["StartTime"], one["EndTime"]) for one in asked} == {(NOON - timedelta(hours=1), NOON)}
    searches = sorted(one["MetricDataQueries"][0]["Expression"] for one in asked)
    schema = "{ECS/ContainerInsights,ClusterName,ServiceName}"
    assert searches == [
        f"SEARCH('{schema} MetricName=\"RestartCount\" ClusterName=\"{name}\"', 'Sum', 300)"
        for name in ("beta", "prod")
    ]


def test_a_service_without_the_metric_is_not_among_the_answers() -> None:
    """It has no restart policy, or its cluster no Container Insights: nobody knows which."""
    assert counted(Answering().on("GetMetricData", {"MetricDataResults": []})) == {}


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (refusal("AccessDenied", "GetMetricData"), "prod: GetMetricData: AccessDenied"),
        (
            {"MetricDataResults": [result("web", status="InternalError")]},
            "prod: GetMetricData: InternalError",
        ),
        ({"Messages": [{"Code": "MaxMetricsExceeded"}]}, "prod: GetMetricData: MaxMetricsExceeded"),
    ],
)
def test_a_part_of_the_restarts_never_passes_for_all(answer: Answer, why: str) -> None:
    found = counted(Answering().on("GetMetricData", answer))
    assert isinstance(found, NotRead)
    assert found.why == why


def test_without_a_listed_cluster_nothing_is_asked() -> None:
    clients = Answering()
    assert CloudWatchRestarts(lambda: clients.client("cloudwatch"), ()).inside_tasks(NOON, NOON) == {}
    assert clients.calls == []
