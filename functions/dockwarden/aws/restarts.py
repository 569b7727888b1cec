"""GetMetricData: the restarts that Container Insights counts, one search for each cluster."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

from dockwarden.aws.asking import UnreadableError, asked
from dockwarden.facts.restarts import Restarts
from dockwarden.facts.services import ServiceRef
from dockwarden.facts.unknown import NotRead
from dockwarden.parallel import side_by_side
from dockwarden.permissions import Permission

_PERIOD = 300
# A search costs what it finds: nothing for services without a restart policy, which have no such metric. What the
# agent sends are the restarts since it last sent any, so that their sum is how many there were.
_SEARCH = (
    "SEARCH('{{ECS/ContainerInsights,ClusterName,ServiceName}} "
    'MetricName="RestartCount" ClusterName="{cluster}"\', \'Sum\', {period})'
)
_BY_SERVICE = "${PROP('Dim.ServiceName')}"
_WHOLE = frozenset({"Complete", "PartialData"})  # what is missing of partial data is on the next page


class CloudWatchRestarts:
    """Answers Restarts."""

    PERMISSIONS: ClassVar[tuple[Permission, ...]] = Restarts.PERMISSIONS

    def __init__(self, client: Callable[[], Any], clusters: Sequence[str]) -> None:
        self._client = client
        self._clusters = clusters

    def inside_tasks(self, since: datetime, until: datetime) -> Mapping[ServiceRef, int] | NotRead:
        """The restarts by service, of all opted-in clusters; NotRead where one of them could not be read."""
        counted: Counter[ServiceRef] = Counter()
        reads = side_by_side(lambda name: asked(lambda: self._of(name, since, until)), list(self._clusters))
        for cluster, found in zip(self._clusters, reads, strict=True):
            if isinstance(found, NotRead):
                return NotRead(f"{cluster}: {found.why}", found.passing)
            counted.update(found)
        return counted

    def _of(self, cluster: str, since: datetime, until: datetime) -> Mapping[ServiceRef, int]:
        search = _SEARCH.format(cluster=cluster, period=_PERIOD)
        pages = (
            self._client()
            .get_paginator("get_metric_data")
            .paginate(
                MetricDataQueries=[{"Id": "restarts", "Expression": search, "Label": _BY_SERVICE}],
                StartTime=since,
                EndTime=until,
            )
        )
        counted: Counter[ServiceRef] = Counter()
        for result in _results(pages):
            counted[ServiceRef(cluster, result["Label"])] += round(sum(result.get("Values", [])))
        return counted


def _results(pages: Any) -> Iterator[Mapping[str, Any]]:
    """What a search found. Raises UnreadableError where CloudWatch says that it is not all."""
    for page in pages:
        for message in page.get("Messages", []):
            raise UnreadableError(f"GetMetricData: {message.get('Code', 'a message without a code')}")
        for result in page.get("MetricDataResults", []):
            if (status := result.get("StatusCode", "Complete")) not in _WHOLE:
                raise UnreadableError(f"GetMetricData: {status}")
            yield result
