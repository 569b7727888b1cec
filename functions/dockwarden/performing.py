"""The port through which actions reach AWS, and what it answers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol, TypeAlias

from dockwarden.actions import Action


class State(StrEnum):
    """How far an action has come."""

    OPEN = "open"
    DONE = "done"
    ALREADY = "already-so"
    GONE = "gone"
    OBSERVED = "observed"
    REFUSED = "refused"
    FAILED = "failed"
    UNKNOWN = "unknown"


SETTLED = frozenset({State.DONE, State.ALREADY, State.GONE})
"""The target is as it was wanted, or is no more: both are success."""


@dataclass(frozen=True, slots=True)
class Effect:
    """What one action came to, in words for people; `retry` says that trying again may help.

    `made` is the deployment that the call began, by its id or ARN, None where it began none; with ALREADY the one
    that is as the call would have made it, whoever began that.
    `held_by` is the guard's rule that forbids it now, but not once a person wants it all the same.
    """

    state: State
    words: str
    retry: bool = False
    session: str | None = None
    made: str | None = None
    held_by: str | None = None


Gate: TypeAlias = Callable[[Sequence[Action]], Effect | None]
"""Asked right before each call: what comes of the actions where something forbids it now, or None."""


class Performer(Protocol):
    """Performs actions of one playbook under its act role. Never raises for a failed call: that is an Effect."""

    def perform(self, playbook: str, actions: Sequence[Action], session: str, gate: Gate) -> list[Effect]:
        """Perform actions, batched as the API allows, asking the gate before each call; one effect for each."""

    def verify(self, actions: Sequence[Action], since: datetime | None = None) -> list[Effect]:
        """Read whether actions have taken effect; UNKNOWN where that cannot be read, FAILED where not.

        With `since`, when they were to be done, also whether they had, and somebody has changed it again.
        """

    def over(self, actions: Sequence[Action]) -> list[bool]:
        """Read whether the disruption that each action began is over; what cannot be read is not over."""
