"""The log of the API calls that drydock received."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from lab.drydock.times import with_detail_times

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime


@dataclass(slots=True)
class Call:
    """One call: who asked what, when, and what came of it.

    `error` is AWS's error code; `answered` is false when the answer was lost on purpose; `executed` says whether
    the operation was run to its end.
    """

    at: datetime
    request_id: str
    service: str | None
    operation: str
    access_key: str | None
    user_agent: str | None
    params: dict[str, Any] = field(default_factory=dict)
    mutating: bool = False
    targets: list[str] = field(default_factory=list)
    answer: dict[str, Any] | None = None
    error: str | None = None
    message: str | None = None
    executed: bool = False
    answered: bool = True

    def accepted(self) -> list[str]:
        """The targets of a mutating call that was executed, without those in `failures` of its answer."""
        if not (self.mutating and self.executed):
            return []
        refused = {failure["arn"] for failure in (self.answer or {}).get("failures", [])}
        names = refused | {arn.rsplit("/", 1)[-1] for arn in refused}  # a target may be given by its short id
        return [target for target in self.targets if target not in names]


class CallLog:
    """All calls, in order of arrival."""

    def __init__(self) -> None:
        self.calls: list[Call] = []

    def named(self, operation: str) -> list[Call]:
        """The calls of one operation."""
        return [call for call in self.calls if call.operation == operation]

    def mutations(self) -> Counter[tuple[str, str]]:
        """How often each (operation, target) was accepted by a call that changes something, lost answers included."""
        return Counter((call.operation, target) for call in self.calls for target in call.accepted())

    def as_json(self, principal_of: Callable[[str], str | None]) -> list[dict[str, Any]]:
        """The log for people and for the demo's timeline, with the caller's ARN and session name where known."""
        return [_as_json(call, principal_of) for call in self.calls]


def _as_json(call: Call, principal_of: Callable[[str], str | None]) -> dict[str, Any]:
    arn = principal_of(call.access_key) if call.access_key else None
    return {
        "at": with_detail_times(call.at),
        "requestId": call.request_id,
        "service": call.service,
        "operation": call.operation,
        "accessKeyId": call.access_key,
        "principal": arn,
        "session": arn.rsplit("/", 1)[-1] if arn and ":assumed-role/" in arn else None,
        "userAgent": call.user_agent,
        "params": with_detail_times(call.params),
        "mutating": call.mutating,
        "targets": call.targets,
        "answer": with_detail_times(call.answer),
        "error": call.error,
        "message": call.message,
        "executed": call.executed,
        "answered": call.answered,
    }
