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
    # Documented is the ARN in the resources only; the detail is read for the day it comes there too.
    for value in (*envelope.resources, fields.text(envelope.detail, "serviceArn")):
        place = arn.in_cluster(value, "service")
        if value is not None and place is not None:
            return value, place
    raise MalformedEventError("resources", envelope.resources, "the ARN of an ECS service among them")


def cluster(detail: Mapping[str, Any], place: arn.InCluster | None) -> str | None:
    """Return the plain name of the cluster, from the detail's ``clusterArn`` or else from the subject's own ARN.

    A short ARN does not say its cluster, which need not be ``default``.
    """
    named = arn.cluster_name(fields.value_at(detail, "clusterArn"))
    return named if named is not None or place is None else place.cluster
