"""Service deployments and service revisions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lab.drydock.api.operation import Answer, Operation, Params, at_most, find_cluster, missing, page
from lab.drydock.api.service_views import (
    counts,
    deployment_configuration,
    desired_by,
    load_balancers,
    provider_view,
)
from lab.drydock.api.services import find_service
from lab.drydock.errors import AwsError
from lab.drydock.views import definition_arn, present

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lab.drydock.deployment import ServiceDeployment, ServiceRevision
    from lab.drydock.model import Cluster, Service
    from lab.drydock.world import World

MAX_DESCRIBE = 20
MONITORING = {"IN_PROGRESS": "MONITORING", "SUCCESSFUL": "MONITORING_COMPLETE"}


def list_service_deployments(world: World, params: Params) -> Answer:
    """`ListServiceDeployments`: newest first, twenty a page when nothing is asked for (at most 100)."""
    cluster = find_cluster(world, params)
    service = find_service(cluster, params["service"])
    if service.controller != "ECS":
        text = f"Service deployments are not supported for a {service.controller} deployment controller."
        raise AwsError("UnsupportedFeatureException", text)
    wanted, between = params.get("status"), params.get("createdAt") or {}
    found = {
        whole.arn: _brief(cluster, service, whole)
        for whole in service.history
        if (not wanted or whole.status in wanted) and _within(whole, between)
    }
    answer = page(params, list(found), "serviceDeployments", default=20)
    answer["serviceDeployments"] = [found[arn] for arn in answer["serviceDeployments"]]
    return answer


def _within(whole: ServiceDeployment, between: dict[str, Any]) -> bool:
    after, before = between.get("after"), between.get("before")
    return (after is None or whole.created_at >= after) and (before is None or whole.created_at <= before)


def describe_service_deployments(world: World, params: Params) -> Answer:
    """`DescribeServiceDeployments`: at most twenty."""
    known = {
        whole.arn: (cluster, service, whole)
        for cluster, service in _services(world)
        for whole in service.history
    }
    answer: Answer = {"serviceDeployments": [], "failures": []}
    for arn in at_most(params, "serviceDeploymentArns", MAX_DESCRIBE):
        if arn in known:
            answer["serviceDeployments"].append(_view(*known[arn]))
        else:
            answer["failures"].append(missing(arn))
    return answer


def describe_service_revisions(world: World, params: Params) -> Answer:
    """`DescribeServiceRevisions`: at most twenty."""
    known = {
        revision.arn: (cluster, service, revision)
        for cluster, service in _services(world)
        for whole in service.history
        for revision in (whole.target, *whole.sources)
    }
    answer: Answer = {"serviceRevisions": [], "failures": []}
    for arn in at_most(params, "serviceRevisionArns", MAX_DESCRIBE):
        if arn in known:
            answer["serviceRevisions"].append(_revision(world, *known[arn]))
        else:
            answer["failures"].append(missing(arn))
    return answer


def _services(world: World) -> Iterator[tuple[Cluster, Service]]:
    for cluster in world.clusters.values():
        for service in cluster.services.values():
            yield cluster, service


def _shared(cluster: Cluster, service: Service, whole: ServiceDeployment) -> dict[str, Any]:
    return {
        "serviceDeploymentArn": whole.arn,
        "serviceArn": service.arn,
        "clusterArn": cluster.arn,
        "createdAt": whole.created_at,
        "startedAt": whole.started_at,
        "finishedAt": whole.finished_at,
        "status": whole.status,
        "statusReason": whole.reason,
    }


def _brief(cluster: Cluster, service: Service, whole: ServiceDeployment) -> dict[str, Any]:
    return present({**_shared(cluster, service, whole), "targetServiceRevisionArn": whole.target.arn})


def _view(cluster: Cluster, service: Service, whole: ServiceDeployment) -> dict[str, Any]:
    rollback = {
        "reason": whole.rollback_reason,
        "startedAt": whole.rollback_at,
        "serviceRevisionArn": whole.rollback_to.arn if whole.rollback_to else None,
    }
    return present(
        {
            **_shared(cluster, service, whole),
            "updatedAt": whole.updated_at,
            "stoppedAt": whole.finished_at if whole.status == "STOPPED" else None,
            "lifecycleStage": whole.stage,
            "sourceServiceRevisions": [_tasks(cluster, service, one) for one in whole.sources],
            "targetServiceRevision": _tasks(cluster, service, whole.target),
            "deploymentConfiguration": deployment_configuration(service),
            "rollback": present(rollback) if whole.rollback_to else None,
            "deploymentCircuitBreaker": _breaker(service, whole),
        }
    )


def _breaker(service: Service, whole: ServiceDeployment) -> dict[str, Any]:
    status = MONITORING.get(whole.status, "TRIGGERED" if whole.failures else "MONITORING_COMPLETE")
    return {
        "status": status if service.breaker.enable else "DISABLED",
        "failureCount": whole.failures,
        "threshold": service.breaker.threshold(service.desired_count),
    }


def _tasks(cluster: Cluster, service: Service, revision: ServiceRevision) -> dict[str, Any]:
    own = [one for one in service.deployments if one.revision is revision]
    ids = {one.id for one in own}
    desired = max((desired_by(service, one) for one in own), default=0)
    found = counts([task for task in cluster.tasks_of(service) if task.started_by in ids], desired)
    traffic = {
        "requestedTestTrafficWeight": sum(one.test_traffic for one in own),
        "requestedProductionTrafficWeight": sum(one.production_traffic for one in own),
    }
    return {
        **(traffic if service.strategy.staged else {}),
        "arn": revision.arn,
        "requestedTaskCount": found["desiredCount"],
        "runningTaskCount": found["runningCount"],
        "pendingTaskCount": found["pendingCount"],
    }


def _revision(world: World, cluster: Cluster, service: Service, revision: ServiceRevision) -> dict[str, Any]:
    definition = revision.definition
    platform = {"platformVersion": "1.4.0", "platformFamily": "Linux"}
    image = {
        "containerName": definition.container,
        "imageDigest": revision.digest,
        "image": definition.image,
    }
    return {
        "serviceRevisionArn": revision.arn,
        "serviceArn": service.arn,
        "clusterArn": cluster.arn,
        "taskDefinition": definition_arn(world.names, definition),
        **provider_view(service),
        **(platform if service.launch_type == "FARGATE" else {}),
        "loadBalancers": load_balancers(service),
        "containerImages": [present(image)],
        "guardDutyEnabled": False,
        "createdAt": revision.created_at,
    }


OPERATIONS = {
    "ListServiceDeployments": Operation(list_service_deployments),
    "DescribeServiceDeployments": Operation(describe_service_deployments),
    "DescribeServiceRevisions": Operation(describe_service_revisions),
}
