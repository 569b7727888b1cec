"""Clusters, and the tags of everything that ECS owns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lab.drydock.api.operation import Answer, Operation, Params, invalid, missing, page, tag_list, wants_tags
from lab.drydock.model import LIVE

if TYPE_CHECKING:
    from lab.drydock.model import Cluster, ContainerInstance, Service
    from lab.drydock.world import World

MAX_DESCRIBE = 100


def list_clusters(world: World, params: Params) -> Answer:
    """`ListClusters`."""
    arns = sorted(cluster.arn for cluster in world.clusters.values())
    return page(params, arns, "clusterArns", default=100)


def describe_clusters(world: World, params: Params) -> Answer:
    """`DescribeClusters`: no names means the cluster `default`."""
    names = list(params.get("clusters") or ["default"])
    if len(names) > MAX_DESCRIBE:
        raise invalid(f"clusters can have at most {MAX_DESCRIBE} items.")
    answer: Answer = {"clusters": [], "failures": []}
    for name in names:
        found = [cluster for cluster in world.clusters.values() if name in (cluster.name, cluster.arn)]
        if found:
            answer["clusters"].append(_view(found[0], with_tags=wants_tags(params)))
        else:
            answer["failures"].append(missing(_arn(world, name)))
    return answer


def _arn(world: World, name: str) -> str:
    return name if name.startswith("arn:") else world.names.ecs(f"cluster/{name}")


def _view(cluster: Cluster, *, with_tags: bool) -> dict[str, Any]:
    states = [task.last_status for task in cluster.tasks.values()]
    providers = {i.capacity_provider for i in cluster.instances.values() if i.capacity_provider}
    return {
        "clusterArn": cluster.arn,
        "clusterName": cluster.name,
        "status": "ACTIVE",
        "registeredContainerInstancesCount": sum(i.status in LIVE for i in cluster.instances.values()),
        "runningTasksCount": states.count("RUNNING"),
        "pendingTasksCount": states.count("PENDING"),
        "activeServicesCount": len(cluster.services),
        "statistics": [],
        "tags": tag_list(cluster.tags) if with_tags else [],
        "settings": [],
        "capacityProviders": sorted(providers),
        "defaultCapacityProviderStrategy": [],
    }


def list_tags_for_resource(world: World, params: Params) -> Answer:
    """`ListTagsForResource` for clusters, services and container instances; tasks have no tags in this model."""
    arn = params["resourceArn"]
    for cluster in world.clusters.values():
        owners: list[Cluster | Service | ContainerInstance] = [
            cluster,
            *cluster.services.values(),
            *cluster.instances.values(),
        ]
        for owner in owners:
            if owner.arn == arn:
                return {"tags": tag_list(owner.tags)}
        if arn in cluster.tasks:
            return {"tags": []}
    raise invalid("The specified resource could not be found.")


OPERATIONS = {
    "ListClusters": Operation(list_clusters),
    "DescribeClusters": Operation(describe_clusters),
    "ListTagsForResource": Operation(list_tags_for_resource),
}
