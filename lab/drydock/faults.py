"""Faults on purpose: what a call meets instead of, or before, its answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from lab.drydock.errors import AwsError, LostAnswerError

if TYPE_CHECKING:
    from collections.abc import Iterable

Kind = Literal["throttle", "server_error", "access_denied", "lost_before", "lost_after", "partial_failure"]
# Answers that come instead of the call's own; the codes are those in the ECS model and in "Common errors".
REFUSALS = {
    "throttle": ("ThrottlingException", "Rate exceeded", 400),
    "server_error": ("ServerException", "Service Unavailable. Please try again later.", 500),
    "access_denied": ("AccessDeniedException", "User is not authorized to perform this action.", 400),
}


@dataclass(slots=True)
class Fault:
    """What happens to the next `times` calls of an operation, after `skip` of them went well.

    `lost_before` and `lost_after` give no answer: the first without executing the call, the second after it.
    `partial_failure` refuses the `targets` (container instance ARNs; none named means each of the call) with `reason`.
    """

    operation: str
    kind: Kind
    times: int = 1
    skip: int = 0
    targets: tuple[str, ...] = ()
    reason: str = "INTERNAL"

    def meets(self, operation: str) -> bool:
        """Whether this fault takes part in the present call; counts it."""
        if operation != self.operation or self.times <= 0:
            return False
        if self.skip > 0:
            self.skip -= 1
            return False
        self.times -= 1
        return True


class FaultPlan:
    """The faults that are still to come; the first that fits a call is the one it meets."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []

    def add(self, fault: Fault) -> None:
        """Plan a fault."""
        self.faults.append(fault)

    def meet(self, operation: str) -> Fault | None:
        """The fault for the present call of an operation."""
        return next((fault for fault in self.faults if fault.meets(operation)), None)


def before(fault: Fault | None) -> None:
    """Raise what a fault puts in the place of executing the call."""
    if fault is None:
        return
    if fault.kind in REFUSALS:
        raise AwsError(*REFUSALS[fault.kind])
    if fault.kind == "lost_before":
        raise LostAnswerError(executed=False)


def after(fault: Fault | None) -> None:
    """Raise what a fault puts in the place of the answer."""
    if fault is not None and fault.kind == "lost_after":
        raise LostAnswerError(executed=True)


def refused(fault: Fault | None, targets: Iterable[str]) -> dict[str, str]:
    """The targets that a fault has refused, with the reason."""
    if fault is None or fault.kind != "partial_failure":
        return {}
    return dict.fromkeys(fault.targets or targets, fault.reason)
