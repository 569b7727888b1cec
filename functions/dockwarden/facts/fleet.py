"""Container instances and the clusters they belong to."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Protocol

from dockwarden.facts.unknown import NotRead
from dockwarden.permissions import (
    CLUSTER_ARN,
    ON_LISTED_CLUSTERS,
    Permission,
)

LIST_CONTAINER_INSTANCES = Permission(
    actions=("ecs:ListContainerInstances",),
    resources=(CLUSTER_ARN,),
    why="find the container instance of an EC2 instance that the index does not know, and those that drain",
)


@dataclass(frozen=True, slots=True)
class ContainerInstance:
    """An EC2 instance that is registered in a cluster, as last heard or read.

    `version` is that of ECS and grows with each change; `confirmed` says that the status was read from
    ECS just now and is not only remembered from an event.
    """

    arn: str
    cluster_arn: str
    ec2_instance_id: str
    status: str
    version: int | None = None
    registered_at: datetime | None = None
    confirmed: bool = False


class Fleet(Protocol):
    """Which container instances there are."""

    PERMISSIONS: ClassVar[tuple[Permission, ...]] = (
        LIST_CONTAINER_INSTANCES,
        Permission(
            actions=("ecs:DescribeContainerInstances",),
            # The condition holds the clusters, once: a role's policy has room for few characters.
            resources=("arn:{partition}:ecs:{region}:{account}:container-instance/*",),
            for_clusters=True,
            conditions=ON_LISTED_CLUSTERS,
            why="read the status of container instances",
        ),
    )

    def listed_cluster(self, name: str) -> str | NotRead | None:
        """The configured ARN of an opted-in cluster, None where the cluster is not listed."""

    def container_instances(self, ec2_instance_id: str) -> tuple[ContainerInstance, ...] | NotRead:
        """The container instances of an EC2 instance; none where no opted-in cluster has it."""

    def all_container_instances(self) -> tuple[ContainerInstance, ...] | NotRead:
        """Every container instance of the opted-in clusters."""
