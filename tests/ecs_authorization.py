"""What IAM is asked for a call of ECS: the resources that it names and the condition keys that ECS fills for them.

Source: Service Authorization Reference, "Actions, resources, and condition keys for Amazon Elastic Container Service":
ListContainerInstances and DescribeClusters require a `cluster`; DescribeContainerInstances and
UpdateContainerInstancesState a `container-instance`, with `ecs:cluster`; DescribeServices a `service`, with
`ecs:cluster`; ListTasks a `container-instance` and DescribeTasks a `task`, both with `ecs:cluster`; ListServices no
resource, with `ecs:cluster`; ListServiceDeployments a `service`; DescribeServiceDeployments and
DescribeServiceRevisions a `service` as well as a `service-deployment` or `service-revision`, with `ecs:cluster`;
UpdateService a `service`, StopServiceDeployment a `service` and a `service-deployment`, both with `ecs:cluster`;
DescribeTaskDefinition none.
ListTasks that names no container instance is asked for on `*`, with `ecs:cluster`: that is not in the reference, but in
reports of what was refused (construct-hub #1207, ecs-deploy #119, complete-aws-iam-reference #74).
Those with a resource fill `aws:ResourceTag/KEY` and
`ecs:ResourceTag/KEY` with its tags.
"""

from collections.abc import Callable, Mapping
from typing import Any

from tests.iam import Request

Tags = Callable[[str], Mapping[str, str]]
Context = Mapping[str, tuple[str, ...]]
_OF_CLOUDWATCH = ("DescribeAlarms", "GetMetricData")
"""Of CloudWatch, which names no resource in them; drydock answers these too."""

_ON_CLUSTERS = {"ListContainerInstances": "cluster", "DescribeClusters": "clusters"}
"""The operations on clusters themselves, with the argument that names them."""

_IN_A_CLUSTER = {
    "DescribeContainerInstances": ("container-instance", "containerInstances"),
    "UpdateContainerInstancesState": ("container-instance", "containerInstances"),
    "ListTasks": ("container-instance", "containerInstance"),
    "DescribeTasks": ("task", "tasks"),
    "ListServices": ("service", None),
    "DescribeServices": ("service", "services"),
    "ListServiceDeployments": ("service", "service"),
    "UpdateService": ("service", "service"),
}
"""The operations that name a cluster, with the kind of their resource and the argument that names it: else it is `*`."""

_OF_SERVICES = {
    "DescribeServiceDeployments": "serviceDeploymentArns",
    "DescribeServiceRevisions": "serviceRevisionArns",
    "StopServiceDeployment": "serviceDeploymentArn",
}
"""The operations on what services have, with the argument that names it."""


def no_tags(_arn: str) -> Mapping[str, str]:
    """The tags of resources that have none."""
    return {}


def requests(operation: str, params: Mapping[str, Any], home: str, tags: Tags = no_tags) -> list[Request]:
    """Everything that must be allowed for a call; `home` is `arn:PARTITION:ecs:REGION:ACCOUNT`."""
    if operation in _OF_CLOUDWATCH:
        return [Request(f"cloudwatch:{operation}", "*", {})]
    found = _asked(operation, params, home)
    return [Request(f"ecs:{operation}", arn, {**context, **_tag_keys(tags(arn))}) for arn, context in found]


def _asked(operation: str, params: Mapping[str, Any], home: str) -> list[tuple[str, Context]]:
    """Each resource of a call with what ECS says beside its tags."""
    if operation in _ON_CLUSTERS:
        return [(_arn(home, "cluster", name), {}) for name in _named(params, _ON_CLUSTERS[operation])]
    if operation in _IN_A_CLUSTER:
        kind, argument = _IN_A_CLUSTER[operation]
        cluster = _arn(home, "cluster", params["cluster"])
        names = _named(params, argument) if argument in params else ["*"]
        under = f"{kind}/{cluster.rpartition('/')[2]}"
        arns = [name if name == "*" else _arn(home, under, name) for name in names]
        return [(arn, {"ecs:cluster": (cluster,)}) for arn in arns]
    if operation in _OF_SERVICES:
        named = _named(params, _OF_SERVICES[operation])
        paths = sorted({tuple(arn.split("/")[1:3]) for arn in named})
        context = {"ecs:cluster": tuple(_arn(home, "cluster", cluster) for cluster, _ in paths)}
        services = [_arn(home, f"service/{cluster}", name) for cluster, name in paths]
        return [(arn, context) for arn in (*named, *services)]
    if operation == "DescribeTaskDefinition":
        return [("*", {})]
    raise ValueError(f"it is not written down here what IAM is asked for ecs:{operation}")


def _named(params: Mapping[str, Any], argument: str | None) -> list[str]:
    found = params[argument or ""]
    return [found] if isinstance(found, str) else list(found)


def _arn(home: str, kind: str, name: str) -> str:
    return name if name.startswith("arn:") else f"{home}:{kind}/{name}"


def _tag_keys(tags: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    prefixes = ("aws:ResourceTag", "ecs:ResourceTag")
    return {f"{prefix}/{key}": (value,) for prefix in prefixes for key, value in tags.items()}
