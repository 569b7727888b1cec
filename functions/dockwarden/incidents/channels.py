"""Where the news of an incident goes: the channel that its service named when it was first told. Pure."""

from dataclasses import replace

from dockwarden.incidents.history import History
from dockwarden.verdicts import Decision, Kept


def with_channel(decision: Decision, channel: str | None) -> Decision:
    """The decision whose incident remembers a channel, so that all of its news is in one place."""
    if not channel or channel_of(decision):
        return decision
    kept = tuple(_named(one, decision.incident, channel) for one in decision.remember)
    return replace(decision, remember=kept)


def channel_of(decision: Decision) -> str | None:
    """The channel that the incident of a decision remembers."""
    histories = (one for one in decision.remember if isinstance(one, History))
    incidents = (incident for history in histories for incident in history.incidents)
    return next((i.channel for i in incidents if i.id == decision.incident and i.channel), None)


def _named(kept: Kept, incident: str | None, channel: str) -> Kept:
    if not isinstance(kept, History):
        return kept
    incidents = (replace(i, channel=channel) if i.id == incident else i for i in kept.incidents)
    return replace(kept, incidents=tuple(incidents))
