"""What IAM is asked for a call of ECS: the resources that it names and the condition keys that ECS fills for them.

Source: Service Authorization Reference, "Actions, resources, and condition keys for Amazon Elastic Container Service":
ListContainerInstances and DescribeClusters require a `cluster`; DescribeContainerInstances and
UpdateContainerInstancesState a `container-instance`, with `ecs:cluster`; DescribeServices a `service`, with
`ecs:cluster`; ListServices no resource, with `ecs:cluster`; ListServiceDeployments a `service`; DescribeServiceDeployments and
DescribeServiceRevisions a `service` as well as a `service-deployment` or `service-revision`, with `ecs:cluster`. Those with a resource fill `aws:ResourceTag/KEY` and
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

_ON_INSTANCES = ("DescribeContainerInstances", "UpdateContainerInstancesState")


def no_tags(_arn: str) -> Mapping[str, str]:
    """The tags of resources that have none."""
    return {}


def requests(operation: str, params: Mapping[str, Any], home: str, tags: Tags = no_tags) -> list[Request]:
    """Everything that must be allowed for a call; `home` is `arn:PARTITION:ecs:REGION:ACCOUNT`."""
    if operation in _OF_CLOUDWATCH:
        return [Request(f"cloudwatch:{operation}", "*", {})]
    if operation in _ON_CLUSTERS:
        named = params[_ON_CLUSTERS[operation]]
        arns = [_arn(home, "cluster", name) for name in ([named] if isinstance(named, str) else named)]
        context: dict[str, tuple[str, ...]] = {}
    elif operation in _ON_INSTANCES:
        cluster = _arn(home, "cluster", params["cluster"])
        kind = f"container-instance/{cluster.rpartition('/')[2]}"
        arns = [_arn(home, kind, name) for name in params["containerInstances"]]
        context = {"ecs:cluster": (cluster,)}
    elif operation == "ListServices":
        arns, context = ["*"], {"ecs:cluster": (_arn(home, "cluster", params["cluster"]),)}
    elif operation == "DescribeServices":
        cluster = _arn(home, "cluster", params["cluster"])
        kind = f"service/{cluster.rpartition('/')[2]}"
        arns = [_arn(home, kind, name) for name in params["services"]]
        context = {"ecs:cluster": (cluster,)}
    elif operation == "ListServiceDeployments":
        cluster = _arn(home, "cluster", params["cluster"])
        arns = [_arn(home, f"service/{cluster.rpartition('/')[2]}", params["service"])]
        context = {"ecs:cluster": (cluster,)}
    elif operation in _OF_SERVICES:
        named = params[_OF_SERVICES[operation]]
        paths = {tuple(arn.split("/")[1:3]) for arn in named}
        arns = [*named, *(_arn(home, f"service/{cluster}", name) for cluster, name in sorted(paths))]
        context = {"ecs:cluster": tuple(_arn(home, "cluster", cluster) for cluster, _ in sorted(paths))}
    else:
        raise ValueError(f"it is not written down here what IAM is asked for ecs:{operation}")
    return [Request(f"ecs:{operation}", arn, {**context, **_tag_keys(tags(arn))}) for arn in arns]


def _arn(home: str, kind: str, name: str) -> str:
    return name if name.startswith("arn:") else f"{home}:{kind}/{name}"


def _tag_keys(tags: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    prefixes = ("aws:ResourceTag", "ecs:ResourceTag")
    return {f"{prefix}/{key}": (value,) for prefix in prefixes for key, value in tags.items()}
