"""Which of the services that fail one sweep looks at: each costs some ten calls, and a lane has a minute. Pure."""

from collections.abc import Sequence
from datetime import datetime

AT_ONCE = 40
"""So many services that fail one sweep looks at; the next one goes on with the others."""

_EVERY = 300


def in_turn(keys: Sequence[str], now: datetime) -> list[str]:
    """Those whose turn it is, all of them where they are few."""
    listed = sorted(keys)
    start = int(now.timestamp() // _EVERY) * AT_ONCE % max(1, len(listed))
    return [*listed[start:], *listed[:start]][:AT_ONCE]
