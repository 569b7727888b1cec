"""What several events of a batch ask about the releases of services, read once for all of them."""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, TypeVar

from dockwarden.facts.releases import Candidate, Definition, Releases, ServiceReleases
from dockwarden.facts.running import RunningTasks
from dockwarden.facts.services import ServiceRef
from dockwarden.facts.unknown import NotRead
from dockwarden.permissions import Permission

_T = TypeVar("_T")


class ReleasesOnce:
    """Answers Releases from another one, which is asked once in a batch for each thing that it could read.

    Who is about to change a service looks at it anew, and not by this.
    """

    PERMISSIONS: ClassVar[tuple[Permission, ...]] = Releases.PERMISSIONS

    def __init__(self, releases: Releases) -> None:
        self._releases = releases
        self._read: dict[tuple[object, ...], Any] = {}

    def begin(self) -> None:
        """Begin a batch: nothing that was read before is answered any more."""
        self._read = {}

    def of(self, service: ServiceRef) -> ServiceReleases | NotRead:
        """A service with its newest rollouts and their revisions."""
        return self._once(("of", service), lambda: self._releases.of(service))

    def definition(self, task_definition: str) -> Definition | NotRead:
        """A revision of a task definition with its tags."""
        return self._once(("definition", task_definition), lambda: self._releases.definition(task_definition))

    def running(self, service: ServiceRef) -> RunningTasks | NotRead:
        """The tasks of a service that run."""
        return self._once(("running", service), lambda: self._releases.running(service))

    def candidate(self, task_definition: str, digests: Mapping[str, str]) -> Candidate | NotRead:
        """Whether a task definition can be deployed again."""
        about = ("candidate", task_definition, *sorted(digests.items()))
        return self._once(about, lambda: self._releases.candidate(task_definition, digests))

    def _once(self, about: tuple[object, ...], read: Callable[[], _T | NotRead]) -> _T | NotRead:
        found: _T | NotRead = self._read[about] if about in self._read else read()
        if not isinstance(found, NotRead):
            self._read[about] = found
        return found
