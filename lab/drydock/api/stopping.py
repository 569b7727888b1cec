"""StopServiceDeployment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lab.drydock import rollbacks
from lab.drydock.api.operation import Answer, Operation, Params, invalid
from lab.drydock.errors import AwsError

if TYPE_CHECKING:
    from lab.drydock.deployment import ServiceDeployment
    from lab.drydock.model import Cluster, Service
    from lab.drydock.world import World

STARTS = ("PENDING", "IN_PROGRESS")
CONTINUES = ("STOP_REQUESTED", "ROLLBACK_REQUESTED", "ROLLBACK_IN_PROGRESS")


def stop_service_deployment(world: World, params: Params) -> Answer:
    """`StopServiceDeployment`: takes a deployment back that is under way; one that is being taken back goes on.

    Source: developer guide "Stopping Amazon ECS service deployments"; the messages of the errors are assumptions.
    """
    cluster, service, whole = _find(world, params["serviceDeploymentArn"])
    if params.get("stopType", "ROLLBACK") != "ROLLBACK":
        raise invalid("The valid values are ROLLBACK.")
    if service.controller != "ECS":
        text = f"Service deployments of a {service.controller} deployment controller can not be stopped."
        raise AwsError("UnsupportedFeatureException", text)
    if whole.status in STARTS:
        rollbacks.request(world, cluster, service, whole)
    elif whole.status not in CONTINUES:
        text = f"The service deployment can not be stopped, because its status is {whole.status}."
        raise AwsError("ConflictException", text)
    return {"serviceDeploymentArn": whole.arn}


def _find(world: World, arn: str) -> tuple[Cluster, Service, ServiceDeployment]:
    for cluster in world.clusters.values():
        for service in cluster.services.values():
            for whole in service.history:
                if whole.arn == arn:
                    return cluster, service, whole
    raise AwsError("ServiceDeploymentNotFoundException", "Service deployment not found.")


def _targets(params: Params) -> list[str]:
    return [params["serviceDeploymentArn"]]


OPERATIONS = {"StopServiceDeployment": Operation(stop_service_deployment, mutating=True, targets=_targets)}
