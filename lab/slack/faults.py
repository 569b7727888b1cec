"""What the local Slack does wrong on request, so that a test or a demo can see what Dockwarden makes of it."""

import threading
from dataclasses import asdict, dataclass, field
from typing import Any

KINDS = ("status", "slow", "hang", "hang_after", "drop_before", "drop_after")
WEBHOOK = "webhook"


class FaultError(ValueError):
    """A fault that the plan does not know, said in one sentence."""


@dataclass(slots=True)
class Fault:
    """What happens to the next `times` calls of `method`.

    status: answers `status` (429 with `retry_after`) and accepts nothing. slow: answers rightly after `seconds`.
    hang: says nothing for `seconds`, then closes, nothing accepted; hang_after: the same, but accepted.
    drop_before / drop_after: closes at once, before or after the message was accepted.
    """

    kind: str
    method: str = "*"
    times: int = 1
    status: int = 500
    retry_after: int = 1
    seconds: float = 1.0

    def meets(self, method: str) -> bool:
        """Whether it is meant for this method and not used up."""
        return self.times > 0 and self.method in ("*", method)


@dataclass(slots=True)
class FaultPlan:
    """The faults still to come, in order."""

    faults: list[Fault] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, given: Any) -> None:
        """Take one fault or a list of them as JSON said it; FaultError when one makes no sense."""
        wanted = [_read(one) for one in (given if isinstance(given, list) else [given])]
        with self._lock:
            self.faults += wanted

    def take(self, method: str) -> Fault | None:
        """The fault for this call, which is used up by it."""
        with self._lock:
            fault = next((one for one in self.faults if one.meets(method)), None)
            if fault is None:
                return None
            fault.times -= 1
            return fault

    def left(self) -> list[dict[str, Any]]:
        """What is still to come."""
        with self._lock:
            return [asdict(one) for one in self.faults if one.times > 0]

    def clear(self) -> None:
        """Everything works again."""
        with self._lock:
            self.faults.clear()


def _read(given: Any) -> Fault:
    try:
        fault = Fault(**given)
    except TypeError as error:
        raise FaultError(f"a fault is a JSON object of known names: {error}") from error
    if fault.kind not in KINDS:
        raise FaultError(f"kind must be one of {', '.join(KINDS)}")
    return fault
