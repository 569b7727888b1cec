"""A CloudWatch alarm went to another state."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Self

from dockwarden.events import fields
from dockwarden.events.envelope import Envelope


@dataclass(frozen=True, slots=True)
class AlarmMetric:
    """One metric that an alarm watches; its dimensions may name a cluster and a service."""

    namespace: str | None
    name: str | None
    dimensions: tuple[tuple[str, str], ...]

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> Self:
        """Return one item of ``configuration.metrics``; a metric that is a formula has neither name nor namespace."""
        metric = fields.mapping(data, "metricStat", "metric")
        pairs = fields.mapping(metric, "dimensions").items()
        dimensions = tuple((key, value) for key, value in pairs if isinstance(value, str))
        return cls(fields.text(metric, "namespace"), fields.text(metric, "name"), dimensions)


@dataclass(frozen=True, slots=True)
class AlarmStateChange:
    """The AWS schema ``aws.cloudwatch@CloudWatchAlarmStateChange``.

    States are OK, ALARM and INSUFFICIENT_DATA. A composite alarm has ``alarm_rule`` and no metrics.
    """

    SOURCE: ClassVar[str] = "aws.cloudwatch"
    DETAIL_TYPES: ClassVar[tuple[str, ...]] = ("CloudWatch Alarm State Change",)

    envelope: Envelope
    alarm_name: str | None
    alarm_arn: str | None
    state: str | None
    state_reason: str | None
    state_timestamp: datetime | None
    evaluation_state: str | None
    previous_state: str | None
    previous_state_timestamp: datetime | None
    actions_suppressed_by: str | None
    muted_by_arn: str | None
    alarm_rule: str | None
    description: str | None
    metrics: tuple[AlarmMetric, ...]

    @classmethod
    def from_envelope(cls, envelope: Envelope) -> Self:
        """Return the typed event; an alarm without a name is no error."""
        detail = envelope.detail
        return cls(
            envelope=envelope,
            alarm_name=fields.text(detail, "alarmName"),
            alarm_arn=next((value for value in envelope.resources if ":alarm:" in value), None),
            state=fields.text(detail, "state", "value"),
            state_reason=fields.text(detail, "state", "reason"),
            state_timestamp=fields.time(detail, "state", "timestamp"),
            evaluation_state=fields.text(detail, "state", "evaluationState"),
            previous_state=fields.text(detail, "previousState", "value"),
            previous_state_timestamp=fields.time(detail, "previousState", "timestamp"),
            actions_suppressed_by=fields.text(detail, "state", "actionsSuppressedBy"),
            muted_by_arn=fields.text(detail, "muteDetail", "mutedByArn"),
            alarm_rule=fields.text(detail, "configuration", "alarmRule"),
            description=fields.text(detail, "configuration", "description"),
            metrics=tuple(map(AlarmMetric.read, fields.mappings(detail, "configuration", "metrics"))),
        )
