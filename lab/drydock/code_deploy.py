"""CodeDeploy's deployments of services that it deploys: what it knows of them, and the events that it sends.

A deployment is one of drydock's with the stages of a blue/green one, seen from CodeDeploy. Sources: botocore model of
GetDeployment and TaskSet; a public record of such deployments and their rollbacks (README.md).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from lab.drydock.model import Cluster, Deployment, Service, ServiceDeployment
    from lab.drydock.world import World

STATUSES = {"PENDING": "Created", "SUCCESSFUL": "Succeeded"}
BACK = {"ROLLBACK_SUCCESSFUL": "Succeeded", "ROLLBACK_FAILED": "Failed"}
TAKEN_BACK = ("ROLLBACK_IN_PROGRESS", "ROLLBACK_SUCCESSFUL", "ROLLBACK_FAILED")


@dataclass(slots=True)
class CodeDeployment:
    """A deployment of CodeDeploy, or its way back from another one, which it `takes_back`."""

    id: str
    cluster: Cluster
    service: Service
    part_of: ServiceDeployment
    created_at: datetime
    takes_back: str | None = None
    taken_back_by: str | None = None

    @property
    def application(self) -> str:
        """The name of its application."""
        return f"{self.service.name}-app"

    @property
    def group(self) -> str:
        """The name of its deployment group."""
        return f"{self.service.name}-group"

    @property
    def status(self) -> str:
        """Its status in CodeDeploy's words."""
        whole = self.part_of.status
        if self.takes_back is not None:
            return BACK.get(whole, "InProgress")
        if whole == "STOPPED" or whole in TAKEN_BACK:
            return "Stopped"
        return STATUSES.get(whole, "InProgress")


def changed(world: World, cluster: Cluster, service: Service, deployment: Deployment, name: str) -> None:
    """Note what ECS would say about a deployment of its own; CodeDeploy says it in its own way."""
    if name == "SERVICE_DEPLOYMENT_IN_PROGRESS":
        begin = _take_back if deployment.is_rollback else _begin
        begin(world, cluster, service, deployment)
    elif name == "SERVICE_DEPLOYMENT_COMPLETED":
        _say(world, _latest(world, deployment), "SUCCESS")


def _begin(world: World, cluster: Cluster, service: Service, deployment: Deployment) -> None:
    deployment.external_id = f"d-{deployment.id.rsplit('/', 1)[-1][:9]}"
    made = CodeDeployment(deployment.external_id, cluster, service, deployment.part_of, world.now())
    world.code_deployments[made.id] = made
    _say(world, made, "START")


def _take_back(world: World, cluster: Cluster, service: Service, deployment: Deployment) -> None:
    """A rollback is a deployment of its own, which needs no task set where the old one is still there."""
    stopped = _latest(world, deployment)
    made = CodeDeployment(
        f"d-R{stopped.id[2:10]}", cluster, service, deployment.part_of, world.now(), takes_back=stopped.id
    )
    stopped.taken_back_by = made.id
    world.code_deployments[made.id] = made
    _say(world, stopped, "STOP")
    _say(world, made, "START")


def _latest(world: World, deployment: Deployment) -> CodeDeployment:
    """The newest of CodeDeploy's deployments that are about one of drydock's."""
    return [one for one in world.code_deployments.values() if one.part_of is deployment.part_of][-1]


def _say(world: World, one: CodeDeployment, state: str) -> None:
    """Send `CodeDeploy Deployment State-change Notification`, whose shape is AWS's sample."""
    home = f"arn:aws:codedeploy:{world.names.region}:{world.names.account}"
    resources = [
        f"{home}:application:{one.application}",
        f"{home}:deploymentgroup:{one.application}/{one.group}",
    ]
    detail = {
        "region": world.names.region,
        "application": one.application,
        "deploymentId": one.id,
        "state": state,
        "deploymentGroup": one.group,
    }
    world.log.emit("aws.codedeploy", "CodeDeploy Deployment State-change Notification", resources, detail)
