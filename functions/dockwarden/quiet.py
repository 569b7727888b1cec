"""What is said of an event from which nothing follows, as its playbook knows by the event alone."""

from collections.abc import Callable
from typing import Any, NamedTuple


# A tuple, not a dataclass: making the class costs a cold start a third as much.
class Quiet(NamedTuple):
    """Why nothing follows from an event: it is ignored, nothing is told, and nothing has to be remembered."""

    reason: str
    target: str | None
    cause: str | None = None


Hush = Callable[[Any], Quiet | None]
"""Says of an event of one class why nothing follows from it, None where something may; pure and cheap to import."""
