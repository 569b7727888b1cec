"""What a CloudTrail record of ECS was about: the names in its request, completed by its answer."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from dockwarden.events import arn, fields

_DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class Target:
    """The plain names of cluster and service; the rest as it was given.

    ``container_instances`` are those of UpdateContainerInstancesState, ``status`` what they were set to.
    """

    cluster: str | None
    service_name: str | None
    task: str | None
    task_definition: str | None
    container_instances: tuple[str, ...] = ()
    status: str | None = None


def target_of(record: Mapping[str, Any]) -> Target:
    """Return what a record was about, with what it does not say as None."""
    asked = fields.mapping(record, "requestParameters")
    answered = fields.mapping(record, "responseElements")
    service = _service(asked, answered)
    return Target(
        cluster=_cluster(asked, answered, service),
        service_name=service.name if service is not None else None,
        task=_first((fields.text(asked, "task"), fields.text(answered, "task", "taskArn"))),
        task_definition=_first(
            (
                fields.text(answered, "taskDefinition", "taskDefinitionArn"),
                fields.text(asked, "taskDefinition"),
                fields.text(answered, "service", "taskDefinition"),
                fields.text(asked, "family"),
            )
        ),
        container_instances=fields.texts(asked, "containerInstances"),
        status=fields.text(asked, "status"),
    )


def _service(asked: Mapping[str, Any], answered: Mapping[str, Any]) -> arn.InCluster | None:
    # UpdateService and DeleteService call it `service`, a name or an ARN; CreateService `serviceName`.
    named = _first((fields.text(asked, "service"), fields.text(asked, "serviceName")))
    answer = arn.in_cluster(fields.text(answered, "service", "serviceArn"), "service")
    found = arn.in_cluster(named, "service")
    if found is not None or named is None or named.startswith("arn:"):
        return found or answer or _of_deployment(asked) or _of_group(answered)
    return arn.InCluster(answer.cluster if answer is not None else None, named)


def _of_deployment(asked: Mapping[str, Any]) -> arn.InCluster | None:
    """The service of `...:service-deployment/CLUSTER/SERVICE/ID`, which is all that some calls name."""
    found = arn.Arn.read(fields.value_at(asked, "serviceDeploymentArn"))
    if found is None or not found.names("ecs", "service-deployment"):
        return None
    cluster, _, rest = found.path.partition("/")
    name, _, identity = rest.partition("/")
    return arn.InCluster(cluster, name) if cluster and name and identity else None


def _of_group(answered: Mapping[str, Any]) -> arn.InCluster | None:
    """The service whose task a call was about, by the task's group, as StopTask answers it."""
    kind, _, name = (fields.text(answered, "task", "group") or "").partition(":")
    if kind != "service" or not name:
        return None
    return arn.InCluster(arn.cluster_name(fields.value_at(answered, "task", "clusterArn")), name)


def _cluster(
    asked: Mapping[str, Any], answered: Mapping[str, Any], service: arn.InCluster | None
) -> str | None:
    named = (
        arn.cluster_name(fields.value_at(asked, "cluster")),
        arn.cluster_name(fields.value_at(answered, "service", "clusterArn")),
        arn.cluster_name(fields.value_at(answered, "task", "clusterArn")),
        arn.cluster_name(fields.value_at(answered, "clusterArn")),
        service.cluster if service is not None else None,
    )
    # ECS takes a service without a cluster for one of the cluster called default.
    unnamed = service is not None or "containerInstances" in asked or "task" in asked
    return _first(named) or (_DEFAULT if unnamed else None)


def _first(values: Iterable[str | None]) -> str | None:
    return next(filter(None, values), None)
