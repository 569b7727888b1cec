"""What a CloudTrail record of ECS was about: the names in its request, completed by its answer."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from dockwarden.events import arn, fields

_DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class Target:
    """The plain names of cluster and service, the task and the task definition as they were given."""

    cluster: str | None
    service_name: str | None
    task: str | None
    task_definition: str | None


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
    )


def _service(asked: Mapping[str, Any], answered: Mapping[str, Any]) -> arn.InCluster | None:
    # UpdateService and DeleteService call it `service`, a name or an ARN; CreateService `serviceName`.
    named = _first((fields.text(asked, "service"), fields.text(asked, "serviceName")))
    answer = arn.in_cluster(fields.text(answered, "service", "serviceArn"), "service")
    found = arn.in_cluster(named, "service")
    if found is not None or named is None or named.startswith("arn:"):
        return found or answer
    return arn.InCluster(answer.cluster if answer is not None else None, named)


def _cluster(
    asked: Mapping[str, Any], answered: Mapping[str, Any], service: arn.InCluster | None
) -> str | None:
    named = (
        arn.cluster_name(fields.value_at(asked, "cluster")),
        arn.cluster_name(fields.value_at(answered, "service", "clusterArn")),
        arn.cluster_name(fields.value_at(answered, "task", "clusterArn")),
        service.cluster if service is not None else None,
    )
    # ECS takes a service without a cluster for one of the cluster called default.
    return _first(named) or (_DEFAULT if service is not None else None)


def _first(values: Iterable[str | None]) -> str | None:
    return next(filter(None, values), None)
