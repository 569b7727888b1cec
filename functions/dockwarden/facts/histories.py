"""What the ledger remembers of services."""

from collections.abc import Iterable, Mapping
from typing import ClassVar, Protocol

from dockwarden.incidents.history import History
from dockwarden.permissions import Permission


class Histories(Protocol):
    """The histories of services; they live in the ledger, so that no permission of AWS is needed."""

    PERMISSIONS: ClassVar[tuple[Permission, ...]] = ()

    def of(self, key: str) -> History:
        """The history of a service or group by its key; an empty one where nothing is known."""

    def several(self, keys: Iterable[str]) -> Mapping[str, History]:
        """The histories of many keys, in few reads; one that cannot be read is left out."""

    def troubled(self) -> list[str]:
        """The keys of the services that have an open incident."""
