"""The services of the opted-in clusters, from ECS."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, ClassVar

from dockwarden.aws import services
from dockwarden.aws.errors import AWS_ERRORS, code, passing
from dockwarden.facts.roster import Roster, ServiceNow
from dockwarden.facts.services import ServiceState
from dockwarden.facts.task_sets import as_deployed, live
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
        deploying=len(found.get("deployments", [])) > 1 or len(live(services.state(found))) > 1,
        **_released(found),
    )


def _released(found: Mapping[str, Any]) -> dict[str, Any]:
    """What a service runs, and whether its deployment is over."""
    if found.get("taskSets") and not found.get("deployments"):
        return _of_task_sets(services.state(found))
    deployments = found.get("deployments", [])
    primary: Mapping[str, Any] = next((one for one in deployments if one.get("status") == "PRIMARY"), {})
    revisions = [one.get("arn") for one in found.get("currentServiceRevisions", [])]
    return {
        "task_definition": primary.get("taskDefinition") or found.get("taskDefinition"),
        "revision": revisions[0] if len(revisions) == 1 else None,
        "settled": len(deployments) == 1 and primary.get("rolloutState", "COMPLETED") == "COMPLETED",
        "deployment": primary.get("id"),
        "deployed_at": began if isinstance(began := primary.get("createdAt"), datetime) else None,
    }


def _of_task_sets(state: ServiceState) -> dict[str, Any]:
    """The same of a service that CodeDeploy or another controller deploys; ECS shows no service revision of it."""
    seen = as_deployed(state)
    primary = seen.deployment()
    settled = primary is not None and primary.rollout_state == "COMPLETED"
    return {"task_definition": seen.task_definition_arn, "settled": settled}
