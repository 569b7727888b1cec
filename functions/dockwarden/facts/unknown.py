"""The answer of a fact that could not be read."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class NotRead:
    """A fact that nobody could read, and why: a value, so that a decision can say so.

    `passing` says that reading it again may help: throttled, a fault of AWS, no connection.
    """

    why: str
    passing: bool = False
