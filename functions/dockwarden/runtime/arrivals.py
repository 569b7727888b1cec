"""Events on their way through a lane, and what is answered to the queue for each."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from dockwarden.actions import Action
from dockwarden.events.envelope import Envelope
from dockwarden.events.parse import Event
from dockwarden.guard.rulings import Origin
from dockwarden.playbook import Playbook
from dockwarden.runtime.requests import Asked
from dockwarden.verdicts import Decision, Outcome


@dataclass(frozen=True, slots=True)
class Arrival:
    """A typed event, the message that it came in, and when its queue had it, None where nobody says."""

    message: str
    event: Event
    sent: datetime | None = None


@dataclass(slots=True)
class Result:
    """What became of an arrival; `retry` is why the message has to come back, None where it is done with."""

    arrival: Arrival
    outcomes: list[Outcome]
    retry: str | None = None


@dataclass(frozen=True, slots=True)
class Proposal:
    """One action that a playbook proposes because of an arrival, or that a person asks for."""

    result: Result
    playbook: Playbook
    decision: Decision
    action: Action
    transcript: Mapping[str, object]
    asked: Asked | None = None

    @property
    def event(self) -> Event:
        """The event that it is about, as of a person's approval where there is one."""
        if self.asked is not None and self.asked.event is not None:
            return self.asked.event
        return self.result.arrival.event

    @property
    def occurrence(self) -> str | None:
        """What many events are about at once, where the playbook says so; what a person asks for is its own."""
        return self.decision.occurrence if self.asked is None else None

    @property
    def occurred_at(self) -> datetime | None:
        """When it was asked for by a person, else when the event says."""
        return self.asked.held.at if self.asked is not None else self.event.envelope.time

    @property
    def sent(self) -> datetime | None:
        """When the event's queue had it, None for what a person asks for."""
        return self.result.arrival.sent if self.asked is None else None


def origin_of(envelope: Envelope) -> Origin:
    """Where and when an event comes from."""
    return Origin(envelope.account, envelope.region, envelope.time, envelope.replay_name)
