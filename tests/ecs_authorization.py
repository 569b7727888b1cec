"""What IAM is asked for a call of ECS: the resources that it names and the condition keys that ECS fills for them.

Source: Service Authorization Reference, "Actions, resources, and condition keys for Amazon Elastic Container Service":
ListContainerInstances and DescribeClusters require a `cluster`; DescribeContainerInstances and
UpdateContainerInstancesState a `container-instance`, with `ecs:cluster`; DescribeServices a `service`, with
`ecs:cluster`; ListTasks a `container-instance` and DescribeTasks a `task`, both with `ecs:cluster`; ListServices no
resource, with `ecs:cluster`; ListServiceDeployments a `service`; DescribeServiceDeployments and
DescribeServiceRevisions a `service` as well as a `service-deployment` or `service-revision`, with `ecs:cluster`.
Those with a resource fill `aws:ResourceTag/KEY` and
`ecs:ResourceTag/KEY` with its tags.
"""

from collections.abc import Callable, Mapping
from typing import Any

from tests.iam import Request

Tags = Callable[[str], Mapping[str, str]]
_ON_CLUSTERS = {"ListContainerInstances": "cluster", "DescribeClusters": "clusters"}
_OF_SERVICES = {
    "DescribeServiceDeployments": "serviceDeploymentArns",
    "DescribeServiceRevisions": "serviceRevisionArns",
}
_OF_CLOUDWATCH = ("DescribeAlarms", "GetMetricData")
"""Of CloudWatch, which names no resource in them; drydock answers these too."""

_IN_A_CLUSTER = {
    "DescribeContainerInstances": ("container-instance", "containerInstances"),
    "UpdateContainerInstancesState": ("container-instance", "containerInstances"),
    "ListTasks": ("container-instance", "containerInstance"),
    "DescribeTasks": ("task", "tasks"),
    "DescribeServices": ("service", "services"),
    "ListServiceDeployments": ("service", "service"),
}
"""The kind of the resources that a call names in a cluster, and the parameter that names them."""


def no_tags(_arn: str) -> Mapping[str, str]:
    """The tags of resources that have none."""
    return {}


def requests(operation: str, params: Mapping[str, Any], home: str, tags: Tags = no_tags) -> list[Request]:
    """Everything that must be allowed for a call; `home` is `arn:PARTITION:ecs:REGION:ACCOUNT`."""
    if operation in _OF_CLOUDWATCH:
        return [Request(f"cloudwatch:{operation}", "*", {})]
    arns, clusters = _asked(operation, params, home)
    context = {"ecs:cluster": clusters} if clusters else {}
    return [Request(f"ecs:{operation}", arn, {**context, **_tag_keys(tags(arn))}) for arn in arns]


def _asked(operation: str, params: Mapping[str, Any], home: str) -> tuple[list[str], tuple[str, ...]]:
    """The resources that a call names, and what ECS fills in for `ecs:cluster`."""
    if operation in _ON_CLUSTERS:
        return [_arn(home, "cluster", name) for name in _listed(params[_ON_CLUSTERS[operation]])], ()
    if operation in _OF_SERVICES:
        named = params[_OF_SERVICES[operation]]
        paths = sorted({tuple(arn.split("/")[1:3]) for arn in named})
        arns = [*named, *(_arn(home, f"service/{cluster}", name) for cluster, name in paths)]
        return arns, tuple(_arn(home, "cluster", cluster) for cluster, _ in paths)
    if operation not in (*_IN_A_CLUSTER, "ListServices"):
        raise ValueError(f"it is not written down here what IAM is asked for ecs:{operation}")
    cluster = _arn(home, "cluster", params["cluster"])
    if operation == "ListServices":
        return ["*"], (cluster,)
    kind, named_by = _IN_A_CLUSTER[operation]
    within = f"{kind}/{cluster.rpartition('/')[2]}"
    return [_arn(home, within, name) for name in _listed(params[named_by])], (cluster,)


def _listed(named: str | list[str]) -> list[str]:
    return [named] if isinstance(named, str) else named


def _arn(home: str, kind: str, name: str) -> str:
    return name if name.startswith("arn:") else f"{home}:{kind}/{name}"


def _tag_keys(tags: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    prefixes = ("aws:ResourceTag", "ecs:ResourceTag")
    return {f"{prefix}/{key}": (value,) for prefix in prefixes for key, value in tags.items()}
