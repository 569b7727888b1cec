"""A card as Slack shows it: the state and the target, then the cause, what was done, what comes next.

The first line stands above a bar in the colour of the card's tone, the rest beside it. Everything that comes
from a card goes through `inert`, in text objects that are `verbatim`, so that Slack makes no links of it either.
"""

from dataclasses import dataclass, field
from typing import Any

from dockwarden.hashing import short_hash
from dockwarden.ledger.records import unstamp
from dockwarden.notify.cards import Card, Line, Tone
from dockwarden.notify.text import inert

METADATA_TYPE = "dockwarden_card"
"""The `event_type` of the metadata by which a message is found again."""

SMALL = ("Receipt", "Incident")
"""The labels of the lines that go into the small print."""

_SIGNS = {Tone.DONE: "●", Tone.OBSERVED: "○", Tone.HELD: "◐", Tone.TOLD: "▲", Tone.FAILED: "■"}
_COLOURS = {
    Tone.DONE: "#2eb67d",
    Tone.OBSERVED: "#8d9299",
    Tone.HELD: "#ecb22e",
    Tone.TOLD: "#e8833a",
    Tone.FAILED: "#d72b3f",
}

# Far below Slack's own limits (3000 a section, 50 blocks, about 13,000 in all): a card is read in seconds.
_SUBJECT, _PLACE, _HEADLINE, _CAUSE, _LABEL, _LINE, _SMALL = 200, 120, 200, 1000, 40, 600, 120
_MOST_LINES, _PLAIN = 12, 3900


@dataclass(frozen=True, slots=True)
class Content:
    """What a message says: the text of notifications, the blocks, and the key by which it is found again."""

    key: str
    text: str
    blocks: list[dict[str, Any]] = field(default_factory=list)
    attachments: list[dict[str, Any]] = field(default_factory=list)

    @property
    def metadata(self) -> dict[str, Any]:
        """The metadata of the message."""
        return {"event_type": METADATA_TYPE, "event_payload": {"card": self.key}}


def key_of(card_id: str) -> str:
    """The key of a card's message, which shows nothing of the id."""
    return short_hash("card", card_id)


def render(card: Card) -> Content:
    """A card with its blocks."""
    body = [_section(text) for text in _body(card)] + [_small_print(card)]
    bar = {"color": _COLOURS[card.tone], "fallback": _notification(card), "blocks": body}
    return Content(key_of(card.id), _notification(card), [_section(_first_line(card, bold="*"))], [bar])


def render_plain(card: Card) -> Content:
    """A card as text alone, for when Slack does not take its blocks."""
    text = _first_line(card, bold="")
    for line in (*_body(card, bold=""), _small_words(card)):
        if len(text) + len(line) < _PLAIN:
            text += f"\n{line}"
    return Content(key_of(card.id), text)


def _first_line(card: Card, bold: str) -> str:
    subject = inert(card.subject, _SUBJECT) or "(no name)"
    place = inert(card.place, _PLACE)
    where = f" ({place})" if place else ""
    return f"{_SIGNS[card.tone]} {bold}{subject}{bold}{where}: {inert(card.headline, _HEADLINE)}"


def _notification(card: Card) -> str:
    """What a phone shows before the message is opened."""
    return f"{_first_line(card, bold='')}. {inert(card.cause, _CAUSE)}".strip()


def _body(card: Card, bold: str = "*") -> list[str]:
    """The cause and the labelled lines, without what is empty."""
    lines = [line for line in card.lines if line.label not in SMALL]
    shown = [_line(line, bold) for line in lines[:_MOST_LINES]]
    left = len(lines) - _MOST_LINES
    more = [f"{left} more lines are in the ledger."] if left > 0 else []
    return [text for text in (inert(card.cause, _CAUSE), *shown, *more) if text]


def _line(line: Line, bold: str) -> str:
    label, text = inert(line.label, _LABEL), inert(line.text, _LINE)
    return f"{bold}{label}:{bold} {text}" if label and text else text


def _small_print(card: Card) -> dict[str, Any]:
    return {"type": "context", "elements": [_text(_small_words(card))]}


def _small_words(card: Card) -> str:
    """The receipt or the incident, or else the card's own id, and the time."""
    named = [
        f"{line.label} {inert(line.text, _SMALL)}" for line in card.lines if line.label in SMALL and line.text
    ]
    words = [named[0] if named else f"Ref. {inert(card.id, _SMALL)}", _time(card)]
    return " · ".join(word for word in words if word)


def _time(card: Card) -> str:
    try:
        return f"{unstamp(card.made_at):%d %b %Y, %H:%M:%S} UTC"
    except ValueError:
        return ""


def _section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": _text(text)}


def _text(text: str) -> dict[str, Any]:
    return {"type": "mrkdwn", "text": text, "verbatim": True}
