"""Cards for tests, as the composer makes them."""

from datetime import UTC, datetime, timedelta

from dockwarden.ledger.records import stamp
from dockwarden.notify.cards import Card, Line, Tone

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
CHANNEL = "C0PLATFORM"

DRAINED = Card(
    id="spot_drain-1f2e3d4c5b6a7988",
    tone=Tone.DONE,
    subject="i-0abc1234def567890",
    place="prod, eu-central-1",
    headline="drained",
    cause="AWS takes it back at 12:02:00.",
    lines=(Line("Done", "Set to DRAINING, 3 tasks move."), Line("Receipt", "spot_drain-1f2e3d4c5b6a7988")),
    made_at=stamp(NOON),
)


def card(card_id: str = DRAINED.id, headline: str = "drained", made: int = 0) -> Card:
    """A card, made some seconds after noon."""
    return Card(
        id=card_id,
        tone=Tone.DONE,
        subject=DRAINED.subject,
        place=DRAINED.place,
        headline=headline,
        cause=DRAINED.cause,
        lines=DRAINED.lines,
        made_at=stamp(NOON + timedelta(seconds=made)),
    )
