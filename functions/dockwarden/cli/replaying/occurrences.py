"""What is replayed: events with what was known about them, and what was done then. Pure."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from dockwarden.events.parse import Event
from dockwarden.events.times import as_time
from dockwarden.ledger.proposals import HeldAction
from dockwarden.ledger.records import Intent, Receipt
from dockwarden.performing import SETTLED, State
from dockwarden.runtime.restoring import NotRestoredError, restored_event
from dockwarden.verdicts import Verdict

_LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Then:
    """What was done about an event then, as the ledger has it, by one playbook.

    `id` leads to the receipt or proposal, `actions` are kind and target of each, `note` what came of it.
    """

    id: str
    event: str
    playbook: str
    verdict: Verdict
    actions: frozenset[tuple[str, str]]
    reason: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One event to decide about again: as it came (`raw`), or as its transcript has it (`event`).

    `facts` are those of its transcript, None where nothing was recorded. `key` tells it from others: its id.
    """

    key: str
    time: datetime | None
    raw: Any = None
    event: Event | None = None
    facts: Sequence[Mapping[str, Any]] | None = None


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a ledger holds: events to decide about again, what was done about them, and what is left out and why."""

    occurrences: tuple[Occurrence, ...]
    then: tuple[Then, ...]
    by_people: int = 0
    unreadable: tuple[str, ...] = ()


def of_raw(raw: Any) -> Occurrence:
    """An event of a file or archive.

    Its replay mark is taken off: the guard refuses marked events because a replay must change nothing, and here
    nothing can be changed, since nothing is called.
    """
    if not isinstance(raw, dict):
        return Occurrence("", None, raw)
    unmarked = {key: value for key, value in raw.items() if key != "replay-name"}
    found = unmarked.get("id")
    return Occurrence(found if isinstance(found, str) else "", as_time(unmarked.get("time")), unmarked)


def in_order(occurrences: Iterable[Occurrence]) -> list[Occurrence]:
    """Events in order of their time; one without a readable time stays behind the one before it."""
    latest, keyed = _LONG_AGO, []
    for number, occurrence in enumerate(occurrences):
        latest = occurrence.time or latest
        keyed.append((latest, number, occurrence))
    return [occurrence for *_, occurrence in sorted(keyed, key=lambda one: one[:2])]


def of_ledger(pairs: Iterable[tuple[Intent, Receipt]], held: Iterable[HeldAction]) -> Recorded:
    """What receipts and proposals say: one occurrence for each event, one `Then` for each playbook and event.

    What a person asked for is no decision about an event, so that it is only counted.
    """
    occurrences: dict[str, Occurrence] = {}
    thens: list[Then] = []
    by_people, unreadable = 0, []
    for proposal in held:
        if proposal.undoes is not None:
            continue
        if proposal.event is None:
            unreadable.append(f"{proposal.id}: its event was too large to keep")
            continue
        try:
            found = _of_proposal(proposal)
        except NotRestoredError as error:
            unreadable.append(f"{proposal.id}: {error}")
            continue
        _join(occurrences, found)
        thens.append(_held_then(proposal, found.key))
    for intent, receipt in pairs:
        if intent.by is not None:
            by_people += 1
            continue
        try:
            found = _of_intent(intent)
        except NotRestoredError as error:
            unreadable.append(f"{intent.id}: {error}")
            continue
        _join(occurrences, found)
        thens.append(_done_then(intent, receipt, found.key))
    return Recorded(tuple(occurrences.values()), tuple(_merged(thens)), by_people, tuple(unreadable))


def _of_proposal(held: HeldAction) -> Occurrence:
    event = restored_event(held.event or {})
    return Occurrence(event.envelope.id or held.id, event.envelope.time, event=event, facts=held.facts)


def _of_intent(intent: Intent) -> Occurrence:
    event = restored_event(intent.transcript.get("event", {}))
    key = event.envelope.id or intent.id
    return Occurrence(key, event.envelope.time, event=event, facts=intent.transcript.get("facts", ()))


def _join(occurrences: dict[str, Occurrence], found: Occurrence) -> None:
    """Take an event over; of one that is known, what another playbook asked about it."""
    known = occurrences.setdefault(found.key, found)
    if known is not found:
        both = [*(known.facts or ()), *(found.facts or ())]
        facts = both if known.facts is not None or found.facts is not None else None
        occurrences[found.key] = Occurrence(known.key, known.time, known.raw, known.event, facts)


def _held_then(held: HeldAction, key: str) -> Then:
    answered = f"{held.standing} by {held.by}" if held.by else ""
    note = ": ".join(part for part in (answered, held.outcome or "") if part)
    reason = f"{held.reason}; {held.why}" if held.why else held.reason
    action = frozenset({(held.kind, held.target)})
    return Then(held.id, key, held.playbook, Verdict.HOLD, action, reason, note)


_VERDICTS = {State.OBSERVED: Verdict.OBSERVE, **dict.fromkeys(SETTLED, Verdict.ACT)}


def _done_then(intent: Intent, receipt: Receipt, key: str) -> Then:
    verdict = _VERDICTS.get(receipt.state, Verdict.TELL)
    actions = frozenset({(intent.kind, intent.target)})
    return Then(
        intent.id, key, intent.playbook, verdict, actions, intent.reason, f"{receipt.state}: {receipt.effect}"
    )


def _merged(thens: Sequence[Then]) -> Iterator[Then]:
    """One for each event and playbook, as `decide` shows outcomes: the strongest verdict, with all its actions."""
    strongest = (Verdict.ACT, Verdict.OBSERVE, Verdict.HOLD, Verdict.TELL, Verdict.IGNORE)
    groups: dict[tuple[str, str], list[Then]] = {}
    for then in thens:
        groups.setdefault((then.event, then.playbook), []).append(then)
    for group in groups.values():
        verdict = min((then.verdict for then in group), key=strongest.index)
        same = [then for then in group if then.verdict is verdict]
        first, actions = same[0], frozenset(action for then in same for action in then.actions)
        reason = "; ".join(dict.fromkeys(then.reason for then in same))
        yield Then(first.id, first.event, first.playbook, verdict, actions, reason, first.note)


def joined(events: Sequence[Occurrence], recorded: Recorded) -> list[Occurrence]:
    """Events of files or an archive, each with the facts that the ledger has of it."""
    known = {occurrence.key: occurrence.facts for occurrence in recorded.occurrences}
    return [
        Occurrence(one.key, one.time, one.raw, one.event, known.get(one.key) if one.key else None)
        for one in events
    ]


def distinct(events: Iterable[Occurrence]) -> tuple[list[Occurrence], int]:
    """Events without exact copies, and how many copies there were: a replay delivers some events twice."""
    seen: set[str] = set()
    kept: list[Occurrence] = []
    copies = 0
    for one in events:
        text = json.dumps(one.raw, sort_keys=True)
        if text in seen and one.key:
            copies += 1
            continue
        seen.add(text)
        kept.append(one)
    return kept, copies
