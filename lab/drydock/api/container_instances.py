"""Container instances: list, describe, drain."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from lab.drydock import scheduler
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
    tag_list,
    wants_tags,
)
from lab.drydock.api.query_language import matches
from lab.drydock.model import LIVE
from lab.drydock.views import container_instance_view

if TYPE_CHECKING:
    from lab.drydock.model import Cluster, ContainerInstance
    from lab.drydock.world import World

MAX_UPDATE = 10
MAX_DESCRIBE = 100
SETTABLE = ("ACTIVE", "DRAINING")


def list_container_instances(world: World, params: Params) -> Answer:
    """`ListContainerInstances`: without `status`, those that are ACTIVE or DRAINING (botocore model)."""
    cluster = find_cluster(world, params)
    wanted = (params["status"],) if params.get("status") else LIVE
    arns = [
        instance.arn
        for instance in cluster.instances.values()
        if instance.status in wanted and _fits(cluster, instance, params.get("filter"))
    ]
    return page(params, sorted(arns), "containerInstanceArns", default=100)


def _fits(cluster: Cluster, instance: ContainerInstance, expression: str | None) -> bool:
    if not expression:
        return True
    view = container_instance_view(cluster, instance)
    attributes = {f"attribute:{item['name']}": item.get("value") for item in view["attributes"]}
    return matches(expression, {**view, **attributes})


def describe_container_instances(world: World, params: Params) -> Answer:
    """`DescribeContainerInstances`: a deregistered one can be described for an hour (developer guide)."""
    cluster = find_cluster(world, params)
    answer: Answer = {"containerInstances": [], "failures": []}
    for name in at_most(params, "containerInstances", MAX_DESCRIBE):
        instance = _find(world, cluster, name)
        if instance is None or _forgotten(world, instance):
            answer["failures"].append(missing(full_arn(world, "container-instance", cluster, name)))
        else:
            answer["containerInstances"].append(_view(cluster, instance, with_tags=wants_tags(params)))
    return answer


def update_container_instances_state(world: World, params: Params) -> Answer:
    """`UpdateContainerInstancesState`: at most ten; what cannot be changed is in `failures` of a 200 answer.

    `MISSING` and `INACTIVE` are the documented failure reasons ("API failure reasons", developer guide).
    """
    cluster = find_cluster(world, params)
    names = at_most(params, "containerInstances", MAX_UPDATE)
    if params["status"] not in SETTABLE:
        raise invalid(f"Container instance status should be one of [{', '.join(SETTABLE)}].")
    answer: Answer = {"containerInstances": [], "failures": []}
    for name in names:
        arn = full_arn(world, "container-instance", cluster, name)
        reason = _why_not(world, cluster, arn)
        if reason is not None:
            answer["failures"].append({"arn": arn, "reason": reason})
        else:
            answer["containerInstances"].append(
                _set(world, cluster, cluster.instances[arn], params["status"])
            )
    return answer


def _why_not(world: World, cluster: Cluster, arn: str) -> str | None:
    instance = cluster.instances.get(arn)
    if instance is None:
        return "MISSING"
    return "INACTIVE" if instance.status not in LIVE else world.refusals.get(arn)


def _set(world: World, cluster: Cluster, instance: ContainerInstance, status: str) -> dict[str, Any]:
    change = scheduler.drain if status == "DRAINING" else scheduler.reopen
    change(world, cluster, instance)
    return _view(cluster, instance, with_tags=False)


def _view(cluster: Cluster, instance: ContainerInstance, *, with_tags: bool) -> dict[str, Any]:
    return {
        **container_instance_view(cluster, instance),
        "capacityProviderName": instance.capacity_provider,
        "attachments": [],
        "tags": tag_list(instance.tags) if with_tags else [],
    }


def _find(world: World, cluster: Cluster, name: str) -> ContainerInstance | None:
    return cluster.instances.get(full_arn(world, "container-instance", cluster, name))


def _forgotten(world: World, instance: ContainerInstance) -> bool:
    age = world.now() - instance.updated_at
    return instance.status == "INACTIVE" and age > timedelta(seconds=world.durations.describable)


OPERATIONS = {
    "ListContainerInstances": Operation(list_container_instances),
    "DescribeContainerInstances": Operation(describe_container_instances),
    "UpdateContainerInstancesState": Operation(
        update_container_instances_state,
        mutating=True,
        targets=lambda params: list(params["containerInstances"]),
    ),
}
