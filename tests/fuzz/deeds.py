"""What was really changed, by whom: the machine's own memory of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from dockwarden.ledger.records import Intent
from lab.drydock.calls import Call


@dataclass(frozen=True, slots=True)
class Deed:
    """One change of one target; `intent` is None for what a person or a pipeline did."""

    operation: str
    target: str
    intent: Intent | None
    at: datetime
    changed: bool

    def of_the_same(self, intent: Intent, same_occurrence: timedelta) -> bool:
        """Whether it was done because of the same occurrence as another intent."""
        mine = self.intent
        if mine is None or intent.undoes is not None or mine.undoes is not None:
            return False
        same = (mine.playbook, mine.kind, mine.target) == (intent.playbook, intent.kind, intent.target)
        return same and intent.occurred_at - mine.occurred_at <= same_occurrence


@dataclass
class Deeds:
    """All of them, and what came of ours."""

    all: list[Deed] = field(default_factory=list)
    own_events: set[str] = field(default_factory=set)
    own_deployments: set[str] = field(default_factory=set)

    def took_place(
        self, call: Call, target: str, intent: Intent | None, at: datetime, *, changed: bool
    ) -> None:
        """Note a change."""
        kind = f"{call.operation}:{call.params.get('status', '')}".rstrip(":")
        self.all.append(Deed(kind, target, intent, at, changed))

    def caused(self, events: Sequence[dict[str, Any]], deployments: set[str]) -> None:
        """Note what one of our calls has caused at once."""
        self.own_events |= {str(event["id"]) for event in events}
        self.own_deployments |= deployments

    def ours(self, target: str | None = None) -> list[Deed]:
        """What we did, to one target or at all."""
        return [deed for deed in self.all if deed.intent is not None and target in (None, deed.target)]

    def last_change(self, target: str) -> Deed | None:
        """The last deed that had an effect on a target."""
        return next((deed for deed in reversed(self.all) if deed.target == target and deed.changed), None)
