"""CloudWatch: metrics. No cluster here has Container Insights, so that a search finds nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lab.drydock.api.operation import Answer, Operation, Params
from lab.drydock.errors import AwsError

if TYPE_CHECKING:
    from lab.drydock.world import World

_SEARCH = "SEARCH('{ECS/ContainerInsights,"


def get_metric_data(_: World, params: Params) -> Answer:
    """`GetMetricData` for a search in the metrics of Container Insights, which finds none."""
    for query in params["MetricDataQueries"]:
        if not str(query.get("Expression", "")).startswith(_SEARCH):
            raise AwsError(
                "ValidationError", "drydock models a SEARCH in ECS/ContainerInsights and no other query."
            )
    return {"MetricDataResults": [], "Messages": []}


OPERATIONS = {"GetMetricData": Operation(get_metric_data)}
