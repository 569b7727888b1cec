"""Who deployed, by what and when, in words; what was not read is said as not read. Pure."""

from datetime import UTC, datetime

from dockwarden.facts.evidence import DeployCall
from dockwarden.facts.unknown import NotRead
from dockwarden.incidents.agent_words import tool_of


def by_whom(call: DeployCall) -> str:
    """Who made the call that began a deployment, and by what."""
    tool = tool_of(call.user_agent)
    by = call.principal or "somebody whose name was not read"
    return f"{by} with {tool}" if tool else by


def deployed(call: DeployCall | NotRead, now: datetime | None) -> str:
    """The same with the time, which has a date where that is not the day of now."""
    if isinstance(call, NotRead):
        return f"by whom was not read ({call.why})"
    return f"{by_whom(call)}{_at(call.at, now)}"


def _at(at: datetime | None, now: datetime | None) -> str:
    if at is None:
        return ""
    utc = at.astimezone(UTC)
    today = now is not None and utc.date() == now.astimezone(UTC).date()
    return f" at {utc:%H:%M} UTC" if today else f" on {utc:%d %b %Y} at {utc:%H:%M} UTC"
