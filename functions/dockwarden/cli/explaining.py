"""The last incident that events in a file make, as its card; through the engine that runs in Lambda."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from dockwarden.cli.deciding import Decided, Decider
from dockwarden.cli.world import World
from dockwarden.notify.cards import Card, Line, Tone
from dockwarden.verdicts import Outcome

_WHY = "only the file was read"


@dataclass(frozen=True, slots=True)
class Explained:
    """What events came to: the card of the last incident or None, and the sentence where there is none."""

    card: Card | None
    cause: str | None
    incident: str | None
    sentence: str
    faults: tuple[str, ...] = ()
    failed: bool = False


class Told:
    """An outbox that keeps the last card of each id."""

    def __init__(self) -> None:
        self._failing: dict[str, Card] = {}
        self._settled: dict[str, Card] = {}

    def send(self, cards: Sequence[Card], events: Sequence[Mapping[str, Any]] = ()) -> None:  # noqa: ARG002
        """Keep the cards."""
        for card in cards:
            if card.tone is Tone.DONE:
                self._settled[card.id] = card
            else:
                self._settled.pop(card.id, None)
                self._failing[card.id] = card

    def card(self, id_: str) -> Card | None:
        """Why an incident is one, and that it is over where it is."""
        card, over = self._failing.get(id_), self._settled.get(id_)
        if card is None or over is None:
            return card
        return replace(card, lines=(*card.lines, Line("Since then", f"{over.headline}: {over.cause}")))


def explain(events: Sequence[Any]) -> Explained:
    """Why what the events tell of failed."""
    told = Told()
    decided = list(Decider(World(why=_WHY), outbox=told).all(events))
    faults = tuple(f"event {n} is malformed: {d.error}" for n, d in enumerate(decided, 1) if d.error)
    for outcome in reversed(list(_outcomes(decided))):
        card = told.card(outcome.incident) if outcome.incident else None
        if card is not None:
            card = replace(card, place=_place(card, events))
            cause = outcome.cause or _cause(decided, card)
            return Explained(card, cause, card.id, card.cause, faults, failed=cause is not None)
    return _nothing(decided, faults)


def _outcomes(decided: Sequence[Decided]) -> Iterator[Outcome]:
    return (outcome for one in decided for outcome in one.outcomes)


def _cause(decided: Sequence[Decided], card: Card) -> str | None:
    """The cause of an incident, by any event that gives it."""
    return next((o.cause for o in _outcomes(decided) if o.incident == card.id and o.cause), None)


def _place(card: Card, events: Sequence[Any]) -> str:
    """Where it is: no installation says the region here, but the events do, if they are all of one."""
    regions = {event.get("region") for event in events if isinstance(event, dict)}
    region = regions.pop() if len(regions) == 1 else None
    cluster = card.place.rpartition(", ")[0]
    return ", ".join(part for part in (cluster, region) if isinstance(part, str) and part)


def _nothing(decided: Sequence[Decided], faults: tuple[str, ...]) -> Explained:
    """One sentence about events of which none is a failure; the last stop is named all the same."""
    many = "this event" if len(decided) == 1 else f"these {len(decided)} events"
    stopped = [outcome for outcome in _outcomes(decided) if outcome.cause is not None]
    if stopped:
        last = stopped[-1]
        said = f"nothing has failed in {many}; the last stop: {last.reason.rstrip('.')} ({last.cause})"
        return Explained(None, last.cause, None, said, faults)
    if not any(one.recognised for one in decided):
        return Explained(None, None, None, f"Dockwarden knows nothing of the kind of {many}", faults)
    return Explained(None, None, None, f"nothing has failed in {many}", faults)
