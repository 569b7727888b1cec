"""How a service and its deployments look in the answers of several operations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lab.drydock import stages
from lab.drydock.api.operation import tag_list
from lab.drydock.api.strategies import strategy_view
from lab.drydock.task_life import is_running, is_starting
from lab.drydock.views import definition_arn

if TYPE_CHECKING:
    from lab.drydock.model import Cluster, Deployment, Service, Task
    from lab.drydock.world import World


def deployment_configuration(service: Service) -> dict[str, Any]:
    """The settings of a service's deployments."""
    own = strategy_view(service.strategy) if service.controller == "ECS" else {}
    return {**_limits(service), **own}


def _limits(service: Service) -> dict[str, Any]:
    own = service.breaker
    return {
        "deploymentCircuitBreaker": {
            "enable": own.enable,
            "rollback": own.rollback,
            "resetOnHealthyTask": own.reset_on_healthy_task,
            "thresholdConfiguration": {"type": own.threshold_type, "value": own.threshold_value},
        },
        "maximumPercent": service.maximum_percent,
        "minimumHealthyPercent": service.minimum_healthy_percent,
        **_alarms(service),
    }


def _alarms(service: Service) -> dict[str, Any]:
    own = service.alarms
    if own is None:
        return {}
    return {"alarms": {"alarmNames": list(own.names), "enable": own.enable, "rollback": own.rollback}}


def provider_view(service: Service) -> dict[str, Any]:
    """Either the launch type or the strategy, as a service, its deployments and its revisions have it."""
    if service.capacity_provider is None:
        return {"launchType": service.launch_type}
    provider = {"capacityProvider": service.capacity_provider, "weight": 1, "base": 0}
    return {"capacityProviderStrategy": [provider]}


def load_balancers(service: Service) -> list[dict[str, Any]]:
    """The load balancer of a service, if it has one."""
    group = service.target_group
    if group is None:
        return []
    container = {"containerName": service.definition.container, "containerPort": group.port}
    return [{"targetGroupArn": group.arn, **container}]


def counts(tasks: list[Task], desired: int) -> dict[str, int]:
    """How many tasks there should be, run, and are starting."""
    running, pending = sum(map(is_running, tasks)), sum(map(is_starting, tasks))
    return {"desiredCount": desired, "runningCount": running, "pendingCount": pending}


def service_view(world: World, cluster: Cluster, service: Service, *, with_tags: bool) -> dict[str, Any]:
    """A service as DescribeServices and UpdateService show it."""
    tasks = cluster.tasks_of(service)
    group = service.target_group
    return {
        "taskDefinition": definition_arn(world.names, _serving(service).revision.definition),
        **provider_view(service),
        **counts(tasks, service.desired_count),
        "serviceArn": service.arn,
        "serviceName": service.name,
        "clusterArn": cluster.arn,
        "status": service.status,
        "loadBalancers": load_balancers(service),
        **({"healthCheckGracePeriodSeconds": int(group.grace)} if group else {}),
        "serviceRegistries": [],
        "deploymentConfiguration": deployment_configuration(service),
        **_deployed(world, cluster, service, tasks),
        "events": [{"id": i, "createdAt": at, "message": text} for i, at, text in service.messages],
        "createdAt": service.created_at,
        "schedulingStrategy": service.scheduling,
        "deploymentController": {"type": service.controller},
        "resourceManagementType": service.managed_by,
        "enableECSManagedTags": False,
        "propagateTags": "NONE",
        "enableExecuteCommand": False,
        **({"tags": tag_list(service.tags)} if with_tags else {}),
    }


def _deployed(world: World, cluster: Cluster, service: Service, tasks: list[Task]) -> dict[str, Any]:
    """Deployments, or the task sets of a service that CodeDeploy or somebody else deploys."""
    if service.controller != "ECS":
        made = [one for one in service.deployments if one.kept or one is not service.primary]
        sets = [_task_set(world, cluster, service, one, tasks) for one in made]
        return {"deployments": [], "taskSets": sets}
    shown = [_deployment(world, service, one, tasks) for one in service.deployments]
    return {"deployments": shown, **_current(service, tasks)}


def _current(service: Service, tasks: list[Task]) -> dict[str, Any]:
    """The service deployment under way, if any, and the revisions that have or get tasks."""
    ongoing = [whole.arn for whole in service.history if whole.finished_at is None]
    revisions = [
        {"arn": one.revision.arn, **_revision_counts(service, one, tasks)} for one in service.deployments
    ]
    current = {"currentServiceDeployment": ongoing[0]} if ongoing else {}
    return {**current, "currentServiceRevisions": revisions}


def _revision_counts(service: Service, one: Deployment, tasks: list[Task]) -> dict[str, int]:
    found = counts([task for task in tasks if task.started_by == one.id], desired_by(service, one))
    names = {"desiredCount": "requestedTaskCount", "runningCount": "runningTaskCount"}
    return {names.get(key, "pendingTaskCount"): value for key, value in found.items()}


def desired_by(service: Service, one: Deployment) -> int:
    """How many tasks a deployment should have."""
    wanted = one.kept if stages.leads(service) else one is service.primary
    return service.desired_count if wanted else 0


def _serving(service: Service) -> Deployment:
    """The deployment whose task definition the service shows: with CodeDeploy the one that has the traffic."""
    if service.controller != "CODE_DEPLOY":
        return service.primary
    return max(service.deployments, key=lambda one: one.production_traffic)


def _task_set_status(service: Service, one: Deployment) -> str:
    if one is _serving(service):
        return "PRIMARY"
    return "ACTIVE" if one.kept else "DRAINING"


def _task_set(
    world: World, cluster: Cluster, service: Service, one: Deployment, tasks: list[Task]
) -> dict[str, Any]:
    """A deployment as a task set; CodeDeploy's has the id of its deployment as `externalId` (botocore model).

    The first one of a service has none (recorded), since no deployment made it.
    """
    found = counts([task for task in tasks if task.started_by == one.id], desired_by(service, one))
    theirs = {"startedBy": "CODE_DEPLOY", "externalId": one.external_id}
    return {
        "id": one.id,
        "taskSetArn": world.names.ecs(f"task-set/{cluster.name}/{service.name}/{one.id}"),
        "serviceArn": service.arn,
        "clusterArn": cluster.arn,
        "status": _task_set_status(service, one),
        "taskDefinition": definition_arn(world.names, one.revision.definition),
        "computedDesiredCount": found["desiredCount"],
        "pendingCount": found["pendingCount"],
        "runningCount": found["runningCount"],
        "createdAt": one.created_at,
        "updatedAt": one.updated_at,
        **provider_view(service),
        "loadBalancers": load_balancers(service),
        "scale": {"value": 100.0 if one.kept else 0.0, "unit": "PERCENT"},
        "stabilityStatus": "STEADY_STATE" if one.rollout_state == "COMPLETED" else "STABILIZING",
        **(theirs if one.external_id is not None else {}),
    }


def _deployment(world: World, service: Service, one: Deployment, tasks: list[Task]) -> dict[str, Any]:
    own = [task for task in tasks if task.started_by == one.id]
    draining = one is not service.primary and one.rollout_state == "FAILED"
    status = "PRIMARY" if one is service.primary else "DRAINING" if draining else "ACTIVE"
    platform = {"platformVersion": "1.4.0", "platformFamily": "Linux"}
    return {
        "taskDefinition": definition_arn(world.names, one.revision.definition),
        **provider_view(service),
        **(platform if service.launch_type == "FARGATE" else {}),
        **counts(own, desired_by(service, one)),
        "id": one.id,
        "status": status,
        "failedTasks": one.failed_tasks,
        "createdAt": one.created_at,
        "updatedAt": one.updated_at,
        "rolloutState": one.rollout_state,
        "rolloutStateReason": one.reason,
    }
