"""The subjects of ECS's events: tasks, container instances and services, and the cluster around them."""

from collections.abc import Mapping
from typing import Any

from dockwarden.errors import MalformedEventError
from dockwarden.events import arn, fields
from dockwarden.events.envelope import Envelope


def arn_of(envelope: Envelope, key: str, kind: str) -> str:
    """Return what ``key`` of the detail names, or else the first ARN of ``kind`` among the resources."""
    found = fields.text(envelope.detail, key) or arn.first_of(envelope.resources, "ecs", kind)
    if found is None:
        value = fields.value_at(envelope.detail, key)
        raise MalformedEventError(f"detail.{key}", value, f"the ARN of a {kind} as a string")
    return found


def service_arn(envelope: Envelope) -> tuple[str, arn.InCluster]:
    """Return the ARN of the service that an event is about, with the names in it."""
    # The service events name it in the resources only, the hook events in the detail only.
    for value in (*envelope.resources, fields.text(envelope.detail, "serviceArn")):
        place = arn.in_cluster(value, "service")
        if value is not None and place is not None:
            return value, place
    if (own := _of_deployment(service_deployment_arn(envelope))) is not None:
        return own
    raise MalformedEventError("resources", envelope.resources, "the ARN of an ECS service among them")


def service_deployment_arn(envelope: Envelope) -> str | None:
    """Return the ARN of a service deployment (``service-deployment/cluster/service/id``), where one is named."""
    named = fields.text(envelope.detail, "serviceDeploymentArn")
    return named or arn.first_of(envelope.resources, "ecs", "service-deployment")


def _of_deployment(value: str | None) -> tuple[str, arn.InCluster] | None:
    """The service in the ARN of its deployment."""
    found = arn.Arn.read(value)
    if found is None or not found.names("ecs", "service-deployment"):
        return None
    path = found.path.rpartition("/")[0]
    whole = f"arn:{found.partition}:ecs:{found.region}:{found.account}:service/{path}"
    place = arn.in_cluster(whole, "service")
    return (whole, place) if place is not None and place.cluster is not None else None


def cluster(detail: Mapping[str, Any], place: arn.InCluster | None) -> str | None:
    """Return the plain name of the cluster, from the detail's ``clusterArn`` or else from the subject's own ARN.

    A short ARN does not say its cluster, which need not be ``default``.
    """
    named = arn.cluster_name(fields.value_at(detail, "clusterArn"))
    return named if named is not None or place is None else place.cluster
