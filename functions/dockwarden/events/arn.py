"""Names inside Amazon Resource Names, of any partition, and of every form that ECS and ECR have used."""

from collections.abc import Iterable
from typing import NamedTuple, Self

_PARTS = 6


# Tuples, not dataclasses: making the class costs a cold start a third as much.
class Arn(NamedTuple):
    """An Amazon Resource Name by its parts; ``kind`` and ``path`` are the resource before and after its first slash.

    Source: IAM User Guide, "Amazon Resource Names (ARNs)". Parts that AWS leaves empty are empty here.
    """

    partition: str
    service: str
    region: str
    account: str
    kind: str
    path: str

    @classmethod
    def read(cls, value: object) -> Self | None:
        """Return the parts of an ARN, or None when the value is none."""
        if not isinstance(value, str) or not value.startswith("arn:"):
            return None
        parts = value.split(":", _PARTS - 1)
        if len(parts) == _PARTS - 1:
            # EC2's Spot warning and rebalance recommendation have no account: arn:aws:ec2:us-east-2:instance/i-1.
            parts.insert(4, "")
        return cls._of(parts) if len(parts) == _PARTS else None

    @classmethod
    def _of(cls, parts: list[str]) -> Self | None:
        _, partition, service, region, account, resource = parts
        kind, _, path = resource.partition("/")
        return cls(partition, service, region, account, kind, path) if service and path else None

    def names(self, service: str, kind: str) -> bool:
        """Return whether this is an ARN of ``kind`` in ``service``."""
        return self.service == service and self.kind == kind


class InCluster(NamedTuple):
    """Something of ECS that lies in a cluster; ``cluster`` is None for the short ARN, which does not say which."""

    cluster: str | None
    name: str


def in_cluster(value: object, kind: str) -> InCluster | None:
    """Return cluster and name from a long or short ECS ARN of ``kind`` (task, service, container-instance)."""
    arn = Arn.read(value)
    if arn is None or not arn.names("ecs", kind):
        return None
    cluster, _, name = arn.path.rpartition("/")
    return InCluster(cluster or None, name) if name and "/" not in cluster else None


def cluster_name(value: object) -> str | None:
    """Return the plain name of a cluster given as its ARN or name."""
    arn = Arn.read(value)
    if arn is not None:
        return arn.path if arn.names("ecs", "cluster") else None
    return value if isinstance(value, str) and value and not value.startswith("arn:") else None


def instance_id(value: object) -> str | None:
    """Return the id of an EC2 instance from its ARN."""
    arn = Arn.read(value)
    return arn.path if arn is not None and arn.names("ec2", "instance") else None


class Repository(NamedTuple):
    """An ECR repository by its plain name (``team/app``); ``registry_id`` is its account, None when not said."""

    name: str
    registry_id: str | None
    region: str | None


def repository(value: object) -> Repository | None:
    """Return the repository that a plain name, a repository's ARN or an image's ARN (with its digest) names."""
    arn = Arn.read(value)
    if arn is None:
        is_name = isinstance(value, str) and value and not value.startswith("arn:")
        return Repository(str(value), None, None) if is_name else None
    name = arn.path.partition("/sha256:")[0]
    if not arn.names("ecr", "repository") or not name:
        return None
    return Repository(name, arn.account or None, arn.region or None)


def image_digest(value: object) -> str | None:
    """Return the digest at the end of an image's ARN (``...:repository/team/app/sha256:1f...``)."""
    arn = Arn.read(value)
    if arn is None or not arn.names("ecr", "repository"):
        return None
    _, marker, digest = arn.path.partition("/sha256:")
    return f"sha256:{digest}" if marker and digest else None


def first_of(values: Iterable[str], service: str, kind: str) -> str | None:
    """Return the first of ``values`` that is an ARN of ``kind`` in ``service``."""
    return next((v for v in values if (arn := Arn.read(v)) is not None and arn.names(service, kind)), None)
