"""A card as a terminal shows it: what Slack shows, in the same order, inert, and in colour for people only."""

from typing import Any

from dockwarden.cli.screen import inert, painted
from dockwarden.notify.cards import Card, Tone

_SIGNS = {Tone.DONE: "●", Tone.OBSERVED: "○", Tone.HELD: "◐", Tone.TOLD: "▲", Tone.FAILED: "■"}
_COLOURS = {
    Tone.DONE: "green",
    Tone.OBSERVED: "dim",
    Tone.HELD: "yellow",
    Tone.TOLD: "yellow",
    Tone.FAILED: "red",
}
_LINE = 600


def show(card: Card) -> None:
    """Print a card."""
    sign = painted(_SIGNS[card.tone], _COLOURS[card.tone])
    place = f" ({inert(card.place)})" if card.place else ""
    print(f"{sign} {painted(inert(card.subject), 'bold')}{place}: {inert(card.headline)}")
    print(f"  {inert(card.cause, _LINE)}")
    widest = max((len(inert(line.label)) for line in card.lines), default=0) + 1
    for line in card.lines:
        label = f"{inert(line.label)}:".ljust(widest)
        print(f"  {painted(label, 'bold')} {inert(line.text, _LINE)}")


def as_line(card: Card, *, failed: bool, cause: str | None, incident: str | None) -> dict[str, Any]:
    """A card as a JSON object with exactly the documented keys."""
    return {
        "failed": failed,
        "cause": cause,
        "incident": incident,
        "subject": card.subject,
        "place": card.place,
        "headline": card.headline,
        "sentence": card.cause,
        "lines": [{"label": line.label, "text": line.text} for line in card.lines],
    }


def nothing(sentence: str, cause: str | None = None) -> dict[str, Any]:
    """What is said where nothing failed, with the same keys."""
    rest = dict.fromkeys(("incident", "subject", "place", "headline"))
    return {"failed": False, "cause": cause, **rest, "sentence": sentence, "lines": []}
