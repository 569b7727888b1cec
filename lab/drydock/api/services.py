"""Services: list and describe."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lab.drydock.api.operation import (
    Answer,
    Operation,
    Params,
    at_most,
    find_cluster,
    full_arn,
    missing,
    page,
    tag_list,
    wants_tags,
)
from lab.drydock.task_life import is_healthy, is_starting
from lab.drydock.views import definition_arn

if TYPE_CHECKING:
    from lab.drydock.model import Cluster, Service
    from lab.drydock.world import World

MAX_DESCRIBE = 10


def list_services(world: World, params: Params) -> Answer:
    """`ListServices`: ten a page when nothing is asked for (botocore model)."""
    cluster = find_cluster(world, params)
    wrong_kind = (
        params.get("launchType", "EC2") != "EC2" or params.get("schedulingStrategy", "REPLICA") != "REPLICA"
    )
    arns = [] if wrong_kind else sorted(service.arn for service in cluster.services.values())
    return page(params, arns, "serviceArns", default=10)


def describe_services(world: World, params: Params) -> Answer:
    """`DescribeServices`: at most ten."""
    cluster = find_cluster(world, params)
    answer: Answer = {"services": [], "failures": []}
    for name in at_most(params, "services", MAX_DESCRIBE):
        found = [service for service in cluster.services.values() if name in (service.name, service.arn)]
        if found:
            answer["services"].append(_view(world, cluster, found[0], with_tags=wants_tags(params)))
        else:
            answer["failures"].append(missing(full_arn(world, "service", cluster, name)))
    return answer


def _view(world: World, cluster: Cluster, service: Service, *, with_tags: bool) -> dict[str, Any]:
    tasks = cluster.tasks_of(service)
    counts = {
        "desiredCount": service.desired_count,
        "runningCount": sum(map(is_healthy, tasks)),
        "pendingCount": sum(map(is_starting, tasks)),
    }
    shared = {
        "taskDefinition": definition_arn(world.names, service.definition),
        "launchType": "EC2",
        **counts,
    }
    return {
        **shared,
        "serviceArn": service.arn,
        "serviceName": service.name,
        "clusterArn": cluster.arn,
        "status": "ACTIVE",
        "loadBalancers": [],
        "serviceRegistries": [],
        "deploymentConfiguration": {
            "maximumPercent": service.maximum_percent,
            "minimumHealthyPercent": service.minimum_healthy_percent,
        },
        "deployments": [{**shared, **_deployment(service)}],
        "events": [{"id": i, "createdAt": at, "message": text} for i, at, text in service.messages],
        "createdAt": service.created_at,
        "schedulingStrategy": "REPLICA",
        "deploymentController": {"type": "ECS"},
        "enableECSManagedTags": False,
        "propagateTags": "NONE",
        "enableExecuteCommand": False,
        **({"tags": tag_list(service.tags)} if with_tags else {}),
    }


def _deployment(service: Service) -> dict[str, Any]:
    return {
        "id": service.deployment_id,
        "status": "PRIMARY",
        "failedTasks": 0,
        "createdAt": service.created_at,
        "updatedAt": service.created_at,
        "rolloutState": "COMPLETED",
        "rolloutStateReason": f"ECS deployment {service.deployment_id} completed.",
    }


OPERATIONS = {"ListServices": Operation(list_services), "DescribeServices": Operation(describe_services)}
