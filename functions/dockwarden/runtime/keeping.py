"""What of a decision the ledger may keep: typed events and facts, which hold no value that may be a secret."""

import json
from collections.abc import Mapping
from typing import Any

_LONGEST = 100_000
"""Characters; DynamoDB takes items of 400 KB, and an event may have a megabyte."""


def event_of(transcript: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The event of a transcript, from which it can be made again; None where it is too large to keep."""
    event = transcript.get("event", {})
    return event if len(json.dumps(event)) <= _LONGEST else None


def bounded(transcript: Mapping[str, Any]) -> dict[str, Any]:
    """A transcript as an intent keeps it: event and facts that are too large are left out, and it says so."""
    kept = {**transcript, "event": event_of(transcript), "facts": facts_of(transcript)}
    left_out = [name for name, part in kept.items() if part is None]
    return {name: part for name, part in kept.items() if part is not None} | (
        {"left_out": left_out} if left_out else {}
    )


def facts_of(transcript: Mapping[str, Any]) -> list[Mapping[str, Any]] | None:
    """What a transcript says was asked and answered, None where that is too large to keep."""
    asked = list(transcript.get("facts", ()))
    return asked if len(json.dumps(asked)) <= _LONGEST else None
