"""What is known to have worked, and what was found bad, of each service: longer than ECS keeps its own history."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import ClassVar, Protocol, TypeAlias

from dockwarden.facts.services import ServiceRef
from dockwarden.permissions import Permission

Digests: TypeAlias = tuple[tuple[str, str], ...]
"""The digest of each container, by the container's name, in the order of the names; none where none is known."""


def service_key(service: ServiceRef) -> str:
    """A service as `cluster/service`, which names it within a region of an account."""
    return f"{service.cluster}/{service.name}"


@dataclass(frozen=True, slots=True)
class GoodRevision:
    """A revision that was healthy for a whole soak: `since` when that began, `soaked_at` when it was over.

    `by_history` says that Dockwarden has not seen it healthy: ECS's history has it as current for at least as long
    as a soak, which also a revision is that fails all the time.
    """

    service: str
    task_definition: str
    service_revision: str | None
    digests: Digests
    since: datetime
    soaked_at: datetime
    last_seen: datetime
    by_history: bool = False


@dataclass(frozen=True, slots=True)
class BadRevision:
    """A revision that was rolled back by us, when, and the intent that did it."""

    service: str
    task_definition: str
    digests: Digests
    at: datetime
    intent: str


@dataclass(frozen=True, slots=True)
class Soaking:
    """A revision that is healthy `since` a moment and was last seen so at another, not yet for long enough."""

    task_definition: str
    service_revision: str | None
    digests: Digests
    since: datetime
    last_seen: datetime


@dataclass(frozen=True, slots=True)
class Known:
    """All that is known of one service, the newest first; `filled` says that ECS's history was taken over once.

    `written` counts the writes of the ledger and is 0 for what is not kept yet.
    """

    service: str
    good: tuple[GoodRevision, ...] = ()
    bad: tuple[BadRevision, ...] = ()
    soaking: Soaking | None = None
    filled: bool = False
    written: int = 0

    def with_digests(self, good: GoodRevision, digests: Digests) -> "Known":
        """The same with the digests of one of its good revisions."""
        named = (replace(one, digests=digests) if one is good else one for one in self.good)
        return replace(self, good=tuple(named))


class KnownGood(Protocol):
    """The revisions of services that are known to have worked."""

    PERMISSIONS: ClassVar[tuple[Permission, ...]] = ()

    def of(self, service: ServiceRef) -> tuple[GoodRevision, ...]:
        """Those of a service, the newest first; none where nothing is known."""

    def known(self, services: Iterable[ServiceRef]) -> Mapping[ServiceRef, Known]:
        """All that is known of several services, in few reads; one that cannot be read is left out."""
