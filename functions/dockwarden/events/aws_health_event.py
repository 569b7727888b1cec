"""AWS announces work on, or trouble with, what an account uses, such as the retirement of Fargate tasks."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Self

from dockwarden.events import arn, fields
from dockwarden.events.envelope import Envelope

TASK_RETIREMENT = "AWS_ECS_TASK_PATCHING_RETIREMENT"
"""The type of the announcement that Fargate will replace tasks, from the event's start time on."""


@dataclass(frozen=True, slots=True)
class AffectedEntity:
    """One resource that is affected; for ECS an ARN of a task, or ``cluster|service``."""

    entity_value: str
    status: str | None

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> Self | None:
        """Return one item of ``affectedEntities``, or None when it names nothing."""
        value = fields.text(data, "entityValue")
        return cls(value, fields.text(data, "status")) if value is not None else None


@dataclass(frozen=True, slots=True)
class HealthEvent:
    """The AWS schema ``aws.health@AWSHealthEvent``.

    One announcement may come in several events, in any order, of which ``page`` is the number and which differ in
    the entities only; and again in the backup Region. All of them have the same ``event_arn``. Of one
    communication they have the same ``communication_id`` but for the page at its end, says the User Guide of AWS
    Health. ``status_code`` is open, upcoming or closed. ``description`` is the first language's text.
    """

    SOURCE: ClassVar[str] = "aws.health"
    DETAIL_TYPES: ClassVar[tuple[str, ...]] = ("AWS Health Event",)

    envelope: Envelope
    event_arn: str | None
    service: str | None
    event_type_code: str | None
    event_type_category: str | None
    event_scope_code: str | None
    event_region: str | None
    affected_account: str | None
    communication_id: str | None
    page: str | None
    status_code: str | None
    description: str | None
    affected_entities: tuple[AffectedEntity, ...]
    start_time: datetime | None
    end_time: datetime | None
    last_updated_time: datetime | None

    @property
    def is_task_retirement(self) -> bool:
        """Whether Fargate announces that it will replace tasks."""
        return self.event_type_code == TASK_RETIREMENT

    @property
    def affected_services(self) -> tuple[arn.InCluster, ...]:
        """The services that are named (``cluster|service``, or an ARN), each once."""
        return tuple(dict.fromkeys(filter(None, map(_service, self._named()))))

    @property
    def affected_tasks(self) -> tuple[str, ...]:
        """The ARNs of tasks that are named, each once."""
        tasks = (value for value in self._named() if arn.in_cluster(value, "task") is not None)
        return tuple(dict.fromkeys(tasks))

    def _named(self) -> tuple[str, ...]:
        # AWS's own example has services in one and their tasks in the other.
        return (*(entity.entity_value for entity in self.affected_entities), *self.envelope.resources)

    @classmethod
    def from_envelope(cls, envelope: Envelope) -> Self:
        """Return the typed event; one without a type or entities is no error."""
        detail = envelope.detail
        texts = (
            fields.text(item, "latestDescription") for item in fields.mappings(detail, "eventDescription")
        )
        entities = map(AffectedEntity.read, fields.mappings(detail, "affectedEntities"))
        return cls(
            envelope=envelope,
            event_arn=fields.text(detail, "eventArn"),
            service=fields.text(detail, "service"),
            event_type_code=fields.text(detail, "eventTypeCode"),
            event_type_category=fields.text(detail, "eventTypeCategory"),
            event_scope_code=fields.text(detail, "eventScopeCode"),
            event_region=fields.text(detail, "eventRegion"),
            affected_account=fields.text(detail, "affectedAccount"),
            communication_id=fields.text(detail, "communicationId"),
            page=fields.text(detail, "page"),
            status_code=fields.text(detail, "statusCode"),
            description=next(filter(None, texts), None),
            affected_entities=tuple(filter(None, entities)),
            start_time=fields.time(detail, "startTime"),
            end_time=fields.time(detail, "endTime"),
            last_updated_time=fields.time(detail, "lastUpdatedTime"),
        )


def _service(value: str) -> arn.InCluster | None:
    cluster, bar, name = value.partition("|")
    if bar:
        return arn.InCluster(cluster, name) if cluster and name and "|" not in name else None
    return arn.in_cluster(value, "service")
