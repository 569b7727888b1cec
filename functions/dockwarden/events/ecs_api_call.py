"""Somebody called ECS, as CloudTrail tells EventBridge, provided the account has a trail."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Self

from dockwarden.events import ecs_record, fields
from dockwarden.events.caller import Caller
from dockwarden.events.envelope import Envelope


@dataclass(frozen=True, slots=True)
class EcsApiCall:
    """``AWS API Call via CloudTrail`` from ``aws.ecs``, best effort; calls that only read come by no default rule.

    ``error_code`` says that the call failed and changed nothing. The targets are those of the request or, where
    only the answer names them, of the answer; ``container_instances`` were set to ``status``. Nothing else of either is kept: they hold environment values.
    """

    SOURCE: ClassVar[str] = "aws.ecs"
    DETAIL_TYPES: ClassVar[tuple[str, ...]] = ("AWS API Call via CloudTrail",)

    envelope: Envelope
    event_name: str | None
    event_time: datetime | None
    event_id: str | None
    error_code: str | None
    read_only: bool | None
    caller: Caller
    source_ip_address: str | None
    cluster: str | None
    service_name: str | None
    task: str | None
    task_definition: str | None
    desired_count: int | None
    asked_for: tuple[str, ...]
    container_instances: tuple[str, ...]
    status: str | None

    @property
    def succeeded(self) -> bool:
        """Whether ECS did what was asked."""
        return self.error_code is None

    @classmethod
    def from_envelope(cls, envelope: Envelope) -> Self:
        """Return the typed event; a call that names no target is no error."""
        record = envelope.detail
        target = ecs_record.target_of(record)
        return cls(
            envelope=envelope,
            event_name=fields.text(record, "eventName"),
            event_time=fields.time(record, "eventTime"),
            event_id=fields.text(record, "eventID"),
            error_code=fields.text(record, "errorCode"),
            read_only=fields.flag(record, "readOnly"),
            caller=Caller.read(record),
            source_ip_address=fields.text(record, "sourceIPAddress"),
            cluster=target.cluster,
            service_name=target.service_name,
            task=target.task,
            task_definition=target.task_definition,
            desired_count=fields.integer(record, "requestParameters", "desiredCount"),
            asked_for=tuple(sorted(fields.mapping(record, "requestParameters"))),
            container_instances=target.container_instances,
            status=target.status,
        )
