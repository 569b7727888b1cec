"""Tasks: list and describe."""

from __future__ import annotations

from datetime import timedelta
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
    wants_tags,
)
from lab.drydock.errors import AwsError
from lab.drydock.task_view import task_view

if TYPE_CHECKING:
    from lab.drydock.model import Cluster, Task
    from lab.drydock.world import World

MAX_DESCRIBE = 100


def list_tasks(world: World, params: Params) -> Answer:
    """`ListTasks`: without `desiredStatus`, the tasks that should run (botocore model)."""
    cluster = find_cluster(world, params)
    wanted = _wanted(world, cluster, params)
    arns = [task.arn for task in cluster.tasks.values() if _fits(world, task, wanted)]
    return page(params, sorted(arns), "taskArns", default=100)


def _wanted(world: World, cluster: Cluster, params: Params) -> dict[str, Any]:
    service = params.get("serviceName")
    if service is not None and service.rsplit("/", 1)[-1] not in cluster.services:
        raise AwsError("ServiceNotFoundException", "Service not found.")
    instance = params.get("containerInstance")
    wanted = {
        "desired_status": params.get("desiredStatus") or "RUNNING",
        "service": service and service.rsplit("/", 1)[-1],
        "container_instance": instance and full_arn(world, "container-instance", cluster, instance),
        "started_by": params.get("startedBy"),
        "family": params.get("family"),
        "launch_type": params.get("launchType"),
    }
    return {key: value for key, value in wanted.items() if value}


def _fits(world: World, task: Task, wanted: dict[str, Any]) -> bool:
    have = {
        "desired_status": task.desired_status,
        "service": task.service,
        "container_instance": task.container_instance,
        "started_by": task.started_by,
        "family": task.definition.family,
        "launch_type": task.launch_type,
    }
    return all(have[key] == value for key, value in wanted.items()) and not _forgotten(world, task)


def describe_tasks(world: World, params: Params) -> Answer:
    """`DescribeTasks`: at most a hundred; stopped ones for an hour (AWS: at least an hour)."""
    cluster = find_cluster(world, params)
    answer: Answer = {"tasks": [], "failures": []}
    for name in at_most(params, "tasks", MAX_DESCRIBE):
        arn = full_arn(world, "task", cluster, name)
        task = cluster.tasks.get(arn)
        if task is None or _forgotten(world, task):
            answer["failures"].append(missing(arn))
        else:
            tags: dict[str, Any] = {"tags": []} if wants_tags(params) else {}
            answer["tasks"].append({**task_view(world.names, cluster, task), **tags})
    return answer


def _forgotten(world: World, task: Task) -> bool:
    age = world.now() - task.updated_at
    return task.last_status == "STOPPED" and age > timedelta(seconds=world.durations.describable)


OPERATIONS = {"ListTasks": Operation(list_tasks), "DescribeTasks": Operation(describe_tasks)}
