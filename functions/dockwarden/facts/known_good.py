"""What is known to have worked, and what was found bad, of each service: longer than ECS keeps its own history."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
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
    as a soak, which also a revision is that fails all the time. `doubt` is what that history says against it, empty
    where it says nothing.
    """

    service: str
    task_definition: str
    service_revision: str | None
    digests: Digests
    since: datetime
    soaked_at: datetime
    last_seen: datetime
    by_history: bool = False
    doubt: str = ""


@dataclass(frozen=True, slots=True)
class BadRevision:
    """A revision that was rolled back by us, when, and the intent that did it.

    `deployment` is the rollback's own deployment, by its id or ARN, None where the call did not say. `undone` says
    that a person took the rollback back: it may prove good, but is not rolled back by itself again. `incident` is the
    incident that it was rolled back for.
    """

    service: str
    task_definition: str
    digests: Digests
    at: datetime
    intent: str
    deployment: str | None = None
    undone: bool = False
    incident: str | None = None


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


class KnownGood(Protocol):
    """The revisions of services that are known to have worked."""

    PERMISSIONS: ClassVar[tuple[Permission, ...]] = ()

    def known(self, services: Iterable[ServiceRef]) -> Mapping[ServiceRef, Known]:
        """All that is known of several services, in few reads.

        One of which nothing was ever written has an empty Known; one whose record cannot be read is left out, of which
        nobody may say that nothing of it has worked.
        """
