"""Events on their way through a lane, and what is answered to the queue for each."""

from collections.abc import Mapping
from dataclasses import dataclass

from dockwarden.actions import Action
from dockwarden.events.envelope import Envelope
from dockwarden.events.parse import Event
from dockwarden.guard.rulings import Origin
from dockwarden.playbook import Playbook
from dockwarden.verdicts import Decision, Outcome


@dataclass(frozen=True, slots=True)
class Arrival:
    """A typed event and the message that it came in."""

    message: str
    event: Event


@dataclass(slots=True)
class Result:
    """What became of an arrival; `retry` is why the message has to come back, None where it is done with."""

    arrival: Arrival
    outcomes: list[Outcome]
    retry: str | None = None


@dataclass(frozen=True, slots=True)
class Proposal:
    """One action that a playbook proposes because of an arrival, before and after the guard."""

    result: Result
    playbook: Playbook
    decision: Decision
    action: Action
    transcript: Mapping[str, object]


def origin_of(envelope: Envelope) -> Origin:
    """Where and when an event comes from."""
    return Origin(envelope.account, envelope.region, envelope.time, envelope.replay_name)
