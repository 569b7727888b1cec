"""What a person has approved and nothing took up: settled by the sweep, so that nobody waits for it for ever."""

from dockwarden.ledger.proposals import HeldAction, Standing
from dockwarden.ledger.records import REQUEST, UnreadableRecordError
from dockwarden.runtime.parts import Parts
from dockwarden.runtime.telling import Telling
from dockwarden.verdicts import Words

_WHY = "not done: it was approved, but nothing took it up before its deadline"


def settle_lapsed(parts: Parts) -> int:
    """Settle what was approved, was never begun, and is past its deadline; people are told. How many there were."""
    now, telling = parts.clock.now(), Telling(parts)
    kept, _ = parts.proposals.listed()
    late = [h for h in kept if h.standing is Standing.APPROVED and now >= h.until]
    begun = _begun(parts) if late else set()
    lapsed = [held for held in late if held.id not in begun]
    for held in lapsed:
        telling.page([f"lapsed-{held.id}"], held.subject, _words(held))
    telling.send()
    for held in lapsed:
        parts.proposals.settle(held, _WHY)
    return len(lapsed)


def _begun(parts: Parts) -> set[str]:
    """The requests whose intents are open: their receipts settle them."""
    found: set[str] = set()
    for intent_id in parts.actions.open_intents():
        try:
            intent = parts.actions.intent(intent_id)
        except UnreadableRecordError:
            continue
        if intent is not None:
            found.add(str(intent.transcript.get(REQUEST)))
    return found


def _words(held: HeldAction) -> Words:
    return Words(
        "Approved, but not done",
        "its request never arrived, or failed each time, until its deadline was over",
        (("Wanted", held.sentence), ("Next", "look at the lane's dead-letter queue and log")),
    )
