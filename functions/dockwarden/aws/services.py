"""DescribeServices: services as they are now, ten a call."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from dockwarden.aws.asking import UnreadableError, asked
from dockwarden.facts.services import Deployment, ServiceMessage, ServiceRef, ServiceState, TaskSet
from dockwarden.facts.unknown import NotRead
from dockwarden.parallel import side_by_side

_DESCRIBE = 10  # DescribeServices takes no more
_MESSAGES = 20  # of a hundred that ECS keeps
_ROUTINE = ("has started", "has stopped", "has begun draining", "registered", "has reached a steady state")
"""What ECS says of every task: in a crash loop it fills the log with that, and hides what it says once."""

Answers = dict[ServiceRef, ServiceState | NotRead]


def describe(ecs: Any, services: Sequence[ServiceRef]) -> Answers:
    """Each of some services, or why it was not read."""
    answers = side_by_side(lambda some: _describe_some(ecs, some), list(_calls(services)))
    return {service: state for answer in answers for service, state in answer.items()}


def read(ecs: Any, service: ServiceRef) -> ServiceState:
    """One service; raises what boto3 raises, and UnreadableError where ECS does not know it."""
    answer = ecs.describe_services(cluster=service.cluster, services=[service.name], include=["TAGS"])
    for found in answer.get("services", []):
        return state(found)
    raise UnreadableError(f"DescribeServices: {_reason(answer)}")


def _calls(services: Sequence[ServiceRef]) -> Iterator[list[ServiceRef]]:
    """The services of each cluster, in tens."""
    by_cluster: dict[str, list[ServiceRef]] = {}
    for service in dict.fromkeys(services):
        by_cluster.setdefault(service.cluster, []).append(service)
    for some in by_cluster.values():
        for start in range(0, len(some), _DESCRIBE):
            yield some[start : start + _DESCRIBE]


def _describe_some(ecs: Any, some: Sequence[ServiceRef]) -> Answers:
    names = [service.name for service in some]
    answer = asked(lambda: ecs.describe_services(cluster=some[0].cluster, services=names, include=["TAGS"]))
    if isinstance(answer, NotRead):
        return dict.fromkeys(some, answer)
    found = {data.get("serviceName"): state(data) for data in answer.get("services", [])}
    missing = NotRead(f"DescribeServices: {_reason(answer)}")
    return {service: found.get(service.name, missing) for service in some}


def _reason(answer: Mapping[str, Any]) -> str:
    failures = answer.get("failures", [])
    return str(failures[0].get("reason", "MISSING")) if failures else "MISSING"


def state(data: Mapping[str, Any]) -> ServiceState:
    """A service as boto3 brings it, as a value."""
    configuration = data.get("deploymentConfiguration", {})
    revisions = (revision.get("arn") for revision in data.get("currentServiceRevisions", []))
    return ServiceState(
        arn=data.get("serviceArn", ""),
        cluster_arn=data.get("clusterArn"),
        status=data.get("status"),
        task_definition_arn=data.get("taskDefinition"),
        desired=data.get("desiredCount", 0),
        running=data.get("runningCount", 0),
        pending=data.get("pendingCount", 0),
        minimum_healthy_percent=configuration.get("minimumHealthyPercent"),
        maximum_percent=configuration.get("maximumPercent"),
        alarm_names=_alarms(configuration),
        target_group_arns=tuple(dict.fromkeys(_target_groups(data))),
        deployment_controller=data.get("deploymentController", {}).get("type"),
        scheduling_strategy=data.get("schedulingStrategy"),
        current_deployment_arn=data.get("currentServiceDeployment"),
        service_revision_arns=tuple(filter(None, revisions)),
        deployments=tuple(map(_deployment, data.get("deployments", []))),
        messages=_messages(data.get("events", [])),
        tags=tuple((tag.get("key", ""), tag.get("value", "")) for tag in data.get("tags", [])),
        task_sets=tuple(map(_task_set, data.get("taskSets", []))),
    )


def _messages(events: Sequence[Mapping[str, Any]]) -> tuple[ServiceMessage, ...]:
    """The newest messages, and of the older ones those that say more than that tasks come and go."""
    said = map(_message, events)
    return tuple(
        one
        for n, one in enumerate(said)
        if n < _MESSAGES or not any(word in one.message for word in _ROUTINE)
    )


def _alarms(configuration: Mapping[str, Any]) -> tuple[str, ...]:
    alarms = configuration.get("alarms", {})
    return tuple(alarms.get("alarmNames", ())) if alarms.get("enable") else ()


def _target_groups(data: Mapping[str, Any]) -> Iterator[str]:
    """Every target group of a service and its task sets, also the other one of a blue/green pair."""
    sets = data.get("taskSets", [])
    for balancer in (*data.get("loadBalancers", []), *(b for s in sets for b in s.get("loadBalancers", []))):
        pair = (
            balancer.get("targetGroupArn"),
            balancer.get("advancedConfiguration", {}).get("alternateTargetGroupArn"),
        )
        yield from filter(None, pair)


def _deployment(data: Mapping[str, Any]) -> Deployment:
    return Deployment(
        id=data.get("id"),
        status=data.get("status"),
        rollout_state=data.get("rolloutState"),
        rollout_state_reason=data.get("rolloutStateReason"),
        task_definition_arn=data.get("taskDefinition"),
        desired=data.get("desiredCount", 0),
        running=data.get("runningCount", 0),
        pending=data.get("pendingCount", 0),
        failed_tasks=data.get("failedTasks", 0),
        created_at=_time(data, "createdAt"),
        updated_at=_time(data, "updatedAt"),
    )


def _task_set(data: Mapping[str, Any]) -> TaskSet:
    return TaskSet(
        id=data.get("id"),
        status=data.get("status"),
        external_id=data.get("externalId"),
        task_definition_arn=data.get("taskDefinition"),
        stability=data.get("stabilityStatus"),
        desired=data.get("computedDesiredCount", 0),
        running=data.get("runningCount", 0),
        pending=data.get("pendingCount", 0),
        created_at=_time(data, "createdAt"),
        updated_at=_time(data, "updatedAt"),
    )


def _message(data: Mapping[str, Any]) -> ServiceMessage:
    return ServiceMessage(_time(data, "createdAt"), data.get("message", ""))


def _time(data: Mapping[str, Any], key: str) -> datetime | None:
    value = data.get(key)
    return value if isinstance(value, datetime) else None
