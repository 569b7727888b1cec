"""What the ledger knows of how far playbooks can be trusted, as readiness wants it."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta

from dockwarden.actions import rebuilt
from dockwarden.guard.deeds import Deed, resource_of
from dockwarden.guard.readiness import How, Readiness, Seen, rank
from dockwarden.guard.whereabouts import whereabouts
from dockwarden.ledger.proposals import HeldAction, Standing
from dockwarden.ledger.records import Intent, Receipt
from dockwarden.performing import State
from dockwarden.playbook import Playbook, registry
from dockwarden.runtime.parts import Parts

_HOW = {State.OBSERVED: How.OBSERVED, State.DONE: How.DONE}


def readiness_of(parts: Parts, since: timedelta) -> tuple[Readiness, ...]:
    """The readiness of every playbook that acts, in each place where it did or would have; best first."""
    now = parts.clock.now()
    pairs = parts.actions.several(parts.actions.closed_since(now - since, now))
    seen = [
        *_acted(pairs),
        *_rejected(held for held in parts.proposals.all() if now - held.created_at < since),
    ]
    names = [playbook.name for playbook in acting()]
    marks = [mark for name in names for mark in parts.trust.marks(name)]
    wrongs = [wrong for name in names for wrong in parts.trust.all_wrongs(name)]
    return rank(seen, marks, wrongs, _deeds(parts, seen), now)


def left_out(parts: Parts, since: timedelta) -> list[str]:
    """The ids of what is left out of readiness, because its records cannot be read."""
    now = parts.clock.now()
    ids = parts.actions.closed_since(now - since, now)
    read = {intent.id for intent, _ in parts.actions.several(ids)}
    return [id_ for id_ in ids if id_ not in read] + parts.proposals.listed()[1]


def acting() -> list[Playbook]:
    """The playbooks that change anything; the others have no mode to be promoted to."""
    return [playbook for playbook in registry().values() if playbook.may]


def place_of(kind: str, action: dict[str, str]) -> str | None:
    """The place under which an action is trusted, None for one that was never aimed."""
    try:
        return whereabouts(rebuilt(kind, action)).trusted_as
    except (KeyError, TypeError):
        return None


def _acted(pairs: Iterable[tuple[Intent, Receipt]]) -> Iterator[Seen]:
    """What was observed or done because of events; an undo is a person's own wish."""
    for intent, receipt in pairs:
        place, how = place_of(intent.kind, intent.action), _HOW.get(receipt.state)
        if place is not None and how is not None and intent.undoes is None:
            key = (intent.id, intent.playbook, place, intent.target, intent.kind, intent.occurred_at)
            yield Seen(*key, how, approved=intent.by is not None)


def _rejected(proposals: Iterable[HeldAction]) -> Iterator[Seen]:
    for held in proposals:
        place = place_of(held.kind, dict(held.action))
        if held.standing is Standing.REJECTED and place is not None:
            key = (held.id, held.playbook, place, held.target, held.kind, held.created_at)
            yield Seen(*key, How.REJECTED)


def _deeds(parts: Parts, seen: Iterable[Seen]) -> dict[str, Sequence[Deed]]:
    targets = {resource_of(one.target) for one in seen}
    return {target: parts.deeds.of(target) for target in sorted(targets)}
