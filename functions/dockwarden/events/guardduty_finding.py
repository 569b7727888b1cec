"""GuardDuty saw something suspicious, perhaps in a task or cluster of ECS."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Self

from dockwarden.events import arn, fields
from dockwarden.events.envelope import Envelope

_SERVICE_GROUP = "service:"


@dataclass(frozen=True, slots=True)
class FindingContainer:
    """A container in which something was seen."""

    name: str | None
    image: str | None

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> Self:
        """Return one container of a finding."""
        return cls(fields.text(data, "name"), fields.text(data, "image"))


@dataclass(frozen=True, slots=True)
class EcsSubject:
    """What of ECS a finding is about; a cluster at least, a task where GuardDuty knows it."""

    cluster: str | None
    cluster_arn: str | None
    task_arn: str | None
    task_definition_arn: str | None
    group: str | None
    started_by: str | None
    launch_type: str | None
    containers: tuple[FindingContainer, ...]

    @property
    def service_name(self) -> str | None:
        """The service that runs the task, None where it has none or GuardDuty does not say."""
        of_service = self.group is not None and self.group.startswith(_SERVICE_GROUP)
        return (self.group or "").removeprefix(_SERVICE_GROUP) or None if of_service else None


@dataclass(frozen=True, slots=True)
class GuardDutyFinding:
    """``GuardDuty Finding`` of the GuardDuty User Guide: a new finding, or one that was seen again.

    ``severity`` is 1.0 to 10.0: low below 4, medium below 7, high below 9, else critical. ``ecs`` is empty for a
    finding that is about nothing of ECS, and names several tasks only for an attack sequence.
    """

    SOURCE: ClassVar[str] = "aws.guardduty"
    DETAIL_TYPES: ClassVar[tuple[str, ...]] = ("GuardDuty Finding",)

    envelope: Envelope
    id: str | None
    arn: str | None
    type: str | None
    severity: float | None
    title: str | None
    account_id: str | None
    resource_type: str | None
    archived: bool | None
    count: int | None
    ecs: tuple[EcsSubject, ...]
    created_at: datetime | None
    updated_at: datetime | None
    first_seen: datetime | None
    last_seen: datetime | None

    @classmethod
    def from_envelope(cls, envelope: Envelope) -> Self:
        """Return the typed event; one about something else than ECS is no error."""
        detail = envelope.detail
        return cls(
            envelope=envelope,
            id=fields.text(detail, "id"),
            arn=fields.text(detail, "arn"),
            type=fields.text(detail, "type"),
            severity=fields.number(detail, "severity"),
            title=fields.text(detail, "title"),
            account_id=fields.text(detail, "accountId"),
            resource_type=fields.text(detail, "resource", "resourceType"),
            archived=fields.flag(detail, "service", "archived"),
            count=fields.integer(detail, "service", "count"),
            ecs=tuple(_subjects(detail)),
            created_at=fields.time(detail, "createdAt"),
            updated_at=fields.time(detail, "updatedAt"),
            first_seen=fields.time(detail, "service", "eventFirstSeen"),
            last_seen=fields.time(detail, "service", "eventLastSeen"),
        )


def _subjects(detail: Mapping[str, Any]) -> Iterator[EcsSubject]:
    own = _of_resource(fields.mapping(detail, "resource"))
    if own is not None:
        yield own
    listed = fields.mappings(detail, "service", "detection", "sequence", "resources")
    yield from filter(None, map(_of_sequence, listed))


def _of_resource(resource: Mapping[str, Any]) -> EcsSubject | None:
    """The ``resource`` of a runtime finding: a cluster, and the task in it."""
    cluster = fields.mapping(resource, "ecsClusterDetails")
    task = fields.mapping(cluster, "taskDetails")
    cluster_arn, task_arn = fields.text(cluster, "arn"), fields.text(task, "arn")
    place = arn.in_cluster(task_arn, "task")
    name = arn.cluster_name(cluster_arn) or fields.text(cluster, "name") or (place.cluster if place else None)
    if name is None and task_arn is None:
        return None
    return EcsSubject(
        cluster=name,
        cluster_arn=cluster_arn,
        task_arn=task_arn,
        task_definition_arn=fields.text(task, "definitionArn"),
        group=fields.text(task, "group"),
        started_by=fields.text(task, "startedBy"),
        launch_type=fields.text(task, "launchType"),
        containers=tuple(map(FindingContainer.read, fields.mappings(task, "containers"))),
    )


def _of_sequence(data: Mapping[str, Any]) -> EcsSubject | None:
    """One resource of an attack sequence, which is about ECS by its ARN."""
    uid = fields.text(data, "uid")
    task, cluster = arn.in_cluster(uid, "task"), arn.cluster_name(uid)
    is_cluster = cluster is not None and cluster != uid
    if task is None and not is_cluster:
        return None
    return EcsSubject(
        cluster=task.cluster if task is not None else cluster,
        cluster_arn=uid if is_cluster else None,
        task_arn=uid if task is not None else None,
        task_definition_arn=fields.text(data, "data", "ecsTask", "taskDefinitionArn"),
        group=None,
        started_by=None,
        launch_type=fields.text(data, "data", "ecsTask", "launchType"),
        containers=(),
    )
