"""What else failed at that time: other services whose failure began about when this one's did. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from dockwarden.facts.histories import Histories
from dockwarden.incidents.history import History

_MOST = 5
_SERVICE = "service"


@dataclass(frozen=True, slots=True)
class Neighbour:
    """Another service that fails: its cluster and name, and the cause of its incident."""

    cluster: str
    name: str
    cause: str


def at_the_same_time(
    histories: Histories, key: str, began: datetime, within: timedelta
) -> tuple[tuple[str, str], ...]:
    """The line of a card about other services with an open incident that began about then; none where there are none.

    It costs one query and one read of the histories that it names.
    """
    others = [other for other in histories.troubled() if other != key and _service(other) is not None]
    known = histories.several(others) if others else {}
    return tuple(_lines(key, _near(known, began, within), len(others) - len(known)))


def _service(key: str) -> tuple[str, str] | None:
    """Cluster and name of a service by the key of its history, None for a group of standalone tasks."""
    cluster, _, rest = key.partition("/")
    kind, _, name = rest.partition("/")
    return (cluster, name) if kind == _SERVICE and name else None


def _near(known: Mapping[str, History], began: datetime, within: timedelta) -> list[Neighbour]:
    """Those whose failure began nearest to the moment, the nearest first."""
    found: list[tuple[timedelta, str, str]] = []
    for key, history in known.items():
        away = [(abs(i.opened_at - began), key, i.cause) for i in history.incidents if i.open]
        found += [nearest for nearest in [min(away, default=None)] if nearest and nearest[0] <= within]
    named = ((_service(key), cause) for _, key, cause in sorted(found))
    return [Neighbour(*where, cause) for where, cause in named if where is not None]


def _lines(key: str, found: Sequence[Neighbour], unread: int) -> Iterator[tuple[str, str]]:
    said = [_named(found, key.partition("/")[0])] if found else []
    if unread:
        said.append(
            f"not read: the history of {unread} {'service that fails' if unread == 1 else 'services that fail'}"
        )
    if said:
        yield "At the same time", "; ".join(said)


def _named(found: Sequence[Neighbour], cluster: str) -> str:
    many = "1 other service fails" if len(found) == 1 else f"{len(found)} other services fail"
    named = [
        f"{one.name if one.cluster == cluster else f'{one.cluster}/{one.name}'} ({one.cause})"
        for one in found[:_MOST]
    ]
    left = [f"and {len(found) - _MOST} more"] if len(found) > _MOST else []
    return f"{many}: {', '.join([*named, *left])}"
