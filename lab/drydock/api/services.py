"""Services: list, describe, update."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lab.drydock import deployments
from lab.drydock.api.operation import (
    Answer,
    Operation,
    Params,
    at_most,
    find_cluster,
    full_arn,
    invalid,
    missing,
    page,
    wants_tags,
)
from lab.drydock.api.service_views import service_view
from lab.drydock.api.strategies import take_strategy
from lab.drydock.api.task_definitions import find_deployable
from lab.drydock.api.update_rules import check_update
from lab.drydock.described import breaker, deployment_alarms
from lab.drydock.errors import AwsError
from lab.drydock.trail import note_update

if TYPE_CHECKING:
    from lab.drydock.model import Cluster, Service
    from lab.drydock.world import World

MAX_DESCRIBE = 10
UPDATABLE = {
    "cluster",
    "service",
    "desiredCount",
    "taskDefinition",
    "deploymentConfiguration",
    "forceNewDeployment",
}


CONFIGURABLE = {"deploymentCircuitBreaker", "alarms", "maximumPercent", "minimumHealthyPercent"}


def list_services(world: World, params: Params) -> Answer:
    """`ListServices`: ten a page when nothing is asked for (botocore model)."""
    cluster = find_cluster(world, params)
    kind = params.get("launchType")
    fitting = [one for one in cluster.services.values() if kind in (None, one.launch_type)]
    for member, name in (("schedulingStrategy", "scheduling"), ("resourceManagementType", "managed_by")):
        fitting = [one for one in fitting if params.get(member) in (None, getattr(one, name))]
    arns = sorted(service.arn for service in fitting)
    return page(params, arns, "serviceArns", default=10)


def describe_services(world: World, params: Params) -> Answer:
    """`DescribeServices`: at most ten."""
    cluster = find_cluster(world, params)
    answer: Answer = {"services": [], "failures": []}
    for name in at_most(params, "services", MAX_DESCRIBE):
        found = [service for service in cluster.services.values() if name in (service.name, service.arn)]
        if found:
            answer["services"].append(service_view(world, cluster, found[0], with_tags=wants_tags(params)))
        else:
            answer["failures"].append(missing(full_arn(world, "service", cluster, name)))
    return answer


def find_service(cluster: Cluster, name: str) -> Service:
    """The service that a name or an ARN names; raises `ServiceNotFoundException`."""
    for service in cluster.services.values():
        if name in (service.name, service.arn):
            return service
    raise AwsError("ServiceNotFoundException", "Service not found.")


def update_service(world: World, params: Params) -> Answer:
    """`UpdateService`: a task definition or `forceNewDeployment` begins a deployment, the rest only sets."""
    unknown = sorted(set(params) - UPDATABLE)
    if unknown:
        raise invalid(f"drydock does not model {', '.join(unknown)} of UpdateService.")
    cluster = find_cluster(world, params)
    service = find_service(cluster, params["service"])
    check_update(service, params)
    name = params.get("taskDefinition")
    definition = find_deployable(world, name) if name else service.definition
    service.strategy, rest = take_strategy(service.strategy, params.get("deploymentConfiguration") or {})
    _configure(service, rest)
    service.desired_count = params.get("desiredCount", service.desired_count)
    if definition is not service.definition or params.get("forceNewDeployment"):
        deployments.begin(world, cluster, service, definition)
    world.wake(cluster, service)
    if world.caller is not None:
        note_update(world, cluster, service, dict(params), world.caller)
    return {"service": service_view(world, cluster, service, with_tags=False)}


def _configure(service: Service, wanted: dict[str, Any]) -> None:
    unknown = sorted(set(wanted) - CONFIGURABLE)
    if unknown:
        raise invalid(f"drydock does not model {', '.join(unknown)} of deploymentConfiguration.")
    service.maximum_percent = wanted.get("maximumPercent", service.maximum_percent)
    service.minimum_healthy_percent = wanted.get("minimumHealthyPercent", service.minimum_healthy_percent)
    if "deploymentCircuitBreaker" in wanted:
        service.breaker = breaker(wanted["deploymentCircuitBreaker"])
    if "alarms" in wanted:
        service.alarms = deployment_alarms(wanted["alarms"])


def _targets(params: Params) -> list[str]:
    return [params["service"]]


OPERATIONS = {
    "ListServices": Operation(list_services),
    "DescribeServices": Operation(describe_services),
    "UpdateService": Operation(update_service, mutating=True, targets=_targets),
}
