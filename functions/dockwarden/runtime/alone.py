"""The histories of one service alone: what a sweep has found is judged again without all the others."""

from collections.abc import Iterable, Mapping
from typing import ClassVar

from dockwarden.actions import rebuilt
from dockwarden.events.dockwarden_sweep import Sweep
from dockwarden.facts.histories import Histories
from dockwarden.incidents.history import History
from dockwarden.permissions import Permission
from dockwarden.runtime.requests import Asked


class Alone:
    """The same histories, of which the only troubled one, if it is, is that of one service."""

    PERMISSIONS: ClassVar[tuple[Permission, ...]] = ()

    def __init__(self, histories: Histories, key: str) -> None:
        self._histories = histories
        self._key = key

    def of(self, key: str) -> History:
        """The history of a service or group by its key."""
        return self._histories.of(key)

    def several(self, keys: Iterable[str]) -> Mapping[str, History]:
        """The histories of many keys."""
        return self._histories.several(keys)

    def troubled(self) -> list[str]:
        """The key, where the service has an open incident."""
        return [key for key in self._histories.troubled() if key == self._key]


def only_key(one: Asked) -> str | None:
    """The key of the only service that a sweep's request is about; None where it may be about others, too.

    Raises UnreadableRecordError for an action of no known kind.
    """
    if not isinstance(one.event, Sweep) or one.held.unaimed:
        return None
    arn = rebuilt(one.held.kind, dict(one.held.action)).service_arn
    if arn is None:
        return None
    cluster, _, name = arn.partition(":service/")[2].partition("/")
    return f"{cluster}/service/{name}" if name else None
