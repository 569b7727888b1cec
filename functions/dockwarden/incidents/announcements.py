"""What is known of one announcement of AWS Health, however many events it comes in. Pure."""

from dataclasses import dataclass
from datetime import UTC, datetime

from dockwarden.events.aws_health_event import HealthEvent
from dockwarden.facts.services import ServiceRef
from dockwarden.incidents.history import History
from dockwarden.incidents.rules import with_version

MOST_NAMED = 10
"""So many services of an announcement are remembered and named; of the others only that there are some."""

# Markers in a history, each with a number: when it was updated, how many tasks, or nothing but that it is so.
_FROM, _CLOSED, _PAGE, _SERVICE, _OTHERS = "from ", "closed", "page ", "service ", "others"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Announcement:
    """All that its events have said so far: when it begins, and which services or how many tasks it is about.

    `begins` is in words, None before the first event. `others` says that there are services beyond those named.
    """

    begins: str | None
    services: tuple[ServiceRef, ...]
    others: bool
    tasks: int
    closed: bool


def key_of(event: HealthEvent) -> str:
    """The key of an announcement's history: all its events have the same ARN, which other accounts may have too."""
    account = event.affected_account or event.envelope.account or "?"
    return f"{account}/health/{event.event_arn or event.communication_id or event.event_type_code}"


def with_event(history: History, event: HealthEvent) -> History:
    """The history that knows what an event says; a copy of one that was heard changes nothing."""
    updated = int((event.last_updated_time or event.envelope.time or _EPOCH).timestamp())
    if event.status_code == "closed":
        return with_version(history, _CLOSED, updated)
    for service in event.affected_services:
        history = _with_service(history, f"{service.cluster or 'default'}|{service.name}")
    history = with_version(history, f"{_PAGE}{event.page or 1}", len(event.affected_tasks))
    return with_version(history, f"{_FROM}{_begins(event)}", updated)


def announcement(history: History) -> Announcement:
    """What a history knows of its announcement."""
    dates = [(updated, name.removeprefix(_FROM)) for name, updated in history.versions if _is(name, _FROM)]
    updated, begins = max(dates, default=(0, None))
    closed = history.version(_CLOSED)
    named = [name.removeprefix(_SERVICE).split("|") for name, _ in history.versions if _is(name, _SERVICE)]
    return Announcement(
        begins=begins,
        services=tuple(ServiceRef(cluster, name) for cluster, name in named),
        others=history.version(_OTHERS) is not None,
        tasks=sum(tasks for name, tasks in history.versions if _is(name, _PAGE)),
        closed=closed is not None and closed >= updated,
    )


def _with_service(history: History, name: str) -> History:
    marker = f"{_SERVICE}{name}"
    full = sum(_is(known, _SERVICE) for known, _ in history.versions) >= MOST_NAMED
    return with_version(history, _OTHERS if full and history.version(marker) is None else marker, 1)


def _begins(event: HealthEvent) -> str:
    return f"{event.start_time:%d %b %Y, %H:%M} UTC" if event.start_time else "a time that was not given"


def _is(name: str, kind: str) -> bool:
    return name.startswith(kind)
