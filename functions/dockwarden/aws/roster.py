"""The services of the opted-in clusters, from ECS."""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from dockwarden.aws.errors import AWS_ERRORS, code, passing
from dockwarden.facts.roster import Roster, ServiceNow
from dockwarden.facts.unknown import NotRead
from dockwarden.parallel import side_by_side
from dockwarden.permissions import Permission

_DESCRIBE = 10  # DescribeServices takes no more


class EcsRoster:
    """Answers Roster."""

    PERMISSIONS: ClassVar[tuple[Permission, ...]] = Roster.PERMISSIONS

    def __init__(self, client: Callable[[], Any], clusters: Mapping[str, str]) -> None:
        self._client = client
        self._clusters = clusters

    def services(self) -> tuple[ServiceNow, ...] | NotRead:
        """Every service of the opted-in clusters, all pages; NotRead where one cluster could not be read."""
        found = side_by_side(self._of, list(self._clusters))
        if unread := next((answer for answer in found if isinstance(answer, NotRead)), None):
            return unread
        return tuple(service for answer in found if not isinstance(answer, NotRead) for service in answer)

    def _of(self, cluster: str) -> tuple[ServiceNow, ...] | NotRead:
        try:
            pages = self._client().get_paginator("list_services").paginate(cluster=self._clusters[cluster])
            arns = [arn for page in pages for arn in page["serviceArns"]]
            parts = [arns[start : start + _DESCRIBE] for start in range(0, len(arns), _DESCRIBE)]
            described = side_by_side(lambda some: self._describe(cluster, some), parts)
        except AWS_ERRORS as error:
            gone = code(error) == "ClusterNotFoundException"
            return () if gone else NotRead(f"{cluster}: {code(error)}", passing(error))
        return tuple(service for some in described for service in some)

    def _describe(self, cluster: str, arns: list[str]) -> list[ServiceNow]:
        answer = self._client().describe_services(cluster=self._clusters[cluster], services=arns)
        active = (found for found in answer["services"] if found["status"] == "ACTIVE")
        return [_service(cluster, found) for found in active]


def _service(cluster: str, found: Mapping[str, Any]) -> ServiceNow:
    return ServiceNow(
        cluster=cluster,
        name=found["serviceName"],
        desired=found["desiredCount"],
        running=found["runningCount"],
        pending=found["pendingCount"],
        deploying=len(found.get("deployments", [])) > 1,
    )
