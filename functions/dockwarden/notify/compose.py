"""What a card says: composed from what was read and done, never from what was not."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from dockwarden.actions import Action
from dockwarden.hashing import short_hash
from dockwarden.ledger.records import Intent, stamp
from dockwarden.notify.cards import Card, Line, Tone
from dockwarden.performing import SETTLED, Effect, State
from dockwarden.spans import span
from dockwarden.verdicts import Decision, Verdict, Words

DIGEST_ABOVE = 3
"""More cards than this of one kind and place in one run become one card."""

_UNKNOWN = "unknown"
"""The cause that is none: failures of which nobody knows why have nothing in common."""

_LISTED = 20

_EACH = Line("Decide", "Each by itself: dockwarden pending lists them with the ids for dockwarden approve.")


def about_action(intent: Intent, action: Action, effect: Effect, place: str, now: datetime) -> Card:
    """The card about an action that was performed, only observed, or failed."""
    tone, headline, label = _shape(action, effect)
    words = effect.words
    if effect.state is State.OBSERVED:
        words = f"it would {action.sentence()}; {intent.mode} mode: {intent.why}"
    elif effect.state is State.DONE:
        words = f"{words}. That was {span(max(now - intent.occurred_at, timedelta(0)))} after the event that it answers"
    return Card(
        id=intent.id,
        tone=tone,
        subject=intent.subject,
        place=place,
        headline=headline,
        cause=_sentence(intent.reason),
        lines=(Line(label, _sentence(words)), Line("Receipt", intent.id)),
        made_at=stamp(now),
    )


def about_decision(
    decision: Decision, card_id: str, *, verdict: Verdict, why: str | None, place: str, now: datetime
) -> Card:
    """The card about something that is held for a person, would be if it were not only observed, or must be known."""
    tone, headline, label = _asked(verdict)
    lines = [Line(label, _sentence(why))] if why else []
    if verdict is Verdict.OBSERVE:
        wanted = " and ".join(action.sentence() for action in decision.actions)
        lines = [Line(label, _sentence(f"it would {wanted}; observe mode: {why}"))]
    else:
        lines += [Line("Proposed", _sentence(action.sentence())) for action in decision.actions]
    if decision.incident is not None:
        lines.append(Line("About", f"incident {decision.incident}"))
    return Card(
        id=card_id,
        tone=tone,
        subject=decision.subject,
        place=place,
        headline=headline,
        cause=_sentence(decision.ground if verdict is Verdict.OBSERVE else decision.reason),
        lines=tuple(lines),
        made_at=stamp(now),
    )


def answer_line(proposal: str, until: datetime, now: datetime) -> Line:
    """How a person answers a proposal, and by when."""
    day = "" if until.date() == now.date() else f" on {until:%d %b}"
    return Line(
        "Decide", f"dockwarden approve {proposal}, or dockwarden reject, until {until:%H:%M} UTC{day}."
    )


def about_incident(decision: Decision, words: Words, place: str, now: datetime) -> Card:
    """The card about an incident: a service, its cause, and what to do next; or about what became of a receipt."""
    lines = [Line(label, text) for label, text in words.lines]
    if not any(line.label == "Receipt" for line in lines):
        lines.append(Line("Incident", decision.incident or "none"))
    return Card(
        id=decision.incident or decision.subject,
        tone=Tone.DONE if words.settled else Tone.TOLD,
        subject=decision.subject,
        place=place,
        headline=words.headline,
        cause=_sentence(words.cause),
        lines=tuple(lines),
        made_at=stamp(now),
        group=None if words.settled or decision.cause == _UNKNOWN else decision.cause,
    )


def digested(cards: Sequence[Card]) -> list[Card]:
    """The cards, or one card instead of those that say the same of many targets in one place.

    The same is one group, such as the cause of an incident, or else one sentence.
    """
    groups: dict[tuple[str | None, ...], list[Card]] = {}
    for card in cards:
        alike = (card.tone, card.headline, card.place, card.group or card.cause, card.channel)
        groups.setdefault(alike, []).append(card)
    told: list[Card] = []
    for group in groups.values():
        told += [_digest(group)] if len(group) > DIGEST_ABOVE else group
    return told


def _digest(cards: Sequence[Card]) -> Card:
    first, names = cards[0], [card.subject for card in cards]
    listed = ", ".join(names[:_LISTED])
    more = f" and {len(names) - _LISTED} more" if len(names) > _LISTED else ""
    return Card(
        id=f"digest-{short_hash(*sorted(card.id for card in cards))}",
        tone=first.tone,
        subject=f"{len(cards)} at once",
        place=first.place,
        headline=first.headline,
        cause=first.cause if len({card.cause for card in cards}) == 1 else _alike(first),
        lines=(Line("Which", listed + more), *first.lines[:1], *((_EACH,) if _waits(first) else ())),
        made_at=first.made_at,
        channel=first.channel,
    )


def _waits(card: Card) -> bool:
    """Whether a card asks a person for an answer."""
    return any(line.label == _EACH.label for line in card.lines)


def _alike(first: Card) -> str:
    """What cards of one group have in common where each says it in its own words."""
    return f"The cause is {first.group} in all of them. One of them: {first.cause}"


def _asked(verdict: Verdict) -> tuple[Tone, str, str]:
    """Tone, headline and label of what is not done."""
    match verdict:
        case Verdict.HOLD:
            return Tone.HELD, "held, a decision is needed", "Why held"
        case Verdict.OBSERVE:
            return Tone.OBSERVED, "would have been held for a person", "Not done"
        case _:
            return Tone.TOLD, "needs a look", "Not done"


def _shape(action: Action, effect: Effect) -> tuple[Tone, str, str]:
    """Tone, headline and label of what an action came to."""
    match effect.state:
        case State.OBSERVED:
            return Tone.OBSERVED, f"would have been {action.DONE}", "Not done"
        case State.REFUSED:
            return Tone.TOLD, f"not {action.DONE}", "Not done"
        case State.UNKNOWN:
            return Tone.FAILED, "outcome unknown", "Unknown"
        case state if state in SETTLED:
            return Tone.DONE, action.DONE if state is not State.GONE else "gone already", "Done"
        case _:
            return Tone.FAILED, f"could not be {action.DONE}", "Failed"


def _sentence(text: str) -> str:
    """A text as a sentence: a capital first, a full stop last."""
    text = text[:1].upper() + text[1:]
    return text if text.endswith((".", "!", "?")) else text + "."
