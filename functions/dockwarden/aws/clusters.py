"""DescribeClusters: clusters as they are now, a hundred a call."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dockwarden.aws.errors import AWS_ERRORS, code, passing
from dockwarden.facts.unknown import NotRead

_DESCRIBE = 100  # DescribeClusters takes no more


@dataclass(frozen=True, slots=True)
class ClusterNow:
    """A cluster as ECS describes it: its tags, its ACTIVE and DRAINING container instances, its ACTIVE services."""

    tags: Mapping[str, str]
    container_instances: int | None
    services: int | None


Clusters = dict[str, ClusterNow | NotRead]


def describe(ecs: Any, arns: Sequence[str]) -> Clusters:
    """Each of some clusters by its ARN, or why it was not read; what ECS does not know is left out."""
    found: Clusters = {}
    for start in range(0, len(arns), _DESCRIBE):
        some = list(arns[start : start + _DESCRIBE])
        try:
            answer = ecs.describe_clusters(clusters=some, include=["TAGS"])
        except AWS_ERRORS as error:
            found |= dict.fromkeys(some, NotRead(code(error), passing(error)))
            continue
        found |= {cluster["clusterArn"]: _now(cluster) for cluster in answer["clusters"]}
    return found


def _now(cluster: Mapping[str, Any]) -> ClusterNow:
    return ClusterNow(
        tags={tag["key"]: tag["value"] for tag in cluster.get("tags", [])},
        container_instances=cluster.get("registeredContainerInstancesCount"),
        services=cluster.get("activeServicesCount"),
    )
