"""What a batch reads of releases: each thing once, nothing of the batch before, and what failed anew."""

from collections.abc import Mapping
from typing import ClassVar

from dockwarden.aws.releases_once import ReleasesOnce
from dockwarden.facts.releases import Candidate, Definition, Releases, ServiceReleases
from dockwarden.facts.running import RunningTasks
from dockwarden.facts.services import ServiceRef
from dockwarden.facts.unknown import NotRead
from dockwarden.permissions import Permission
from tests.fakes import NOON

WEB, API = ServiceRef("prod", "web"), ServiceRef("prod", "api")


class Counting:
    """Releases that count what they are asked; a definition called `?` cannot be read."""

    PERMISSIONS: ClassVar[tuple[Permission, ...]] = Releases.PERMISSIONS

    def __init__(self) -> None:
        self.asked: list[str] = []

    def of(self, service: ServiceRef) -> ServiceReleases | NotRead:
        self.asked.append(f"of {service.name}")
        return NotRead("nobody knows")

    def definition(self, task_definition: str) -> Definition | NotRead:
        self.asked.append(f"definition {task_definition}")
        return NotRead("throttled") if task_definition == "?" else Definition(task_definition, "ACTIVE")

    def running(self, service: ServiceRef) -> RunningTasks | NotRead:
        self.asked.append(f"running {service.name}")
        return RunningTasks(NOON, ())

    def candidate(self, task_definition: str, digests: Mapping[str, str]) -> Candidate | NotRead:
        self.asked.append(f"candidate {task_definition} {dict(digests)}")
        return Candidate(Definition(task_definition, "ACTIVE"), ())


def test_each_thing_is_read_once_in_a_batch() -> None:
    counting = Counting()
    once = ReleasesOnce(counting)
    for _ in range(3):
        once.definition("web:1")
        once.running(WEB)
        once.running(API)
        once.candidate("web:1", {"app": "a"})
        once.candidate("web:1", {"app": "b"})
    assert counting.asked == [
        "definition web:1",
        "running web",
        "running api",
        "candidate web:1 {'app': 'a'}",
        "candidate web:1 {'app': 'b'}",
    ]


def test_the_next_batch_reads_anew() -> None:
    counting = Counting()
    once = ReleasesOnce(counting)
    once.definition("web:1")
    once.begin()
    once.definition("web:1")
    assert counting.asked == ["definition web:1"] * 2


def test_what_could_not_be_read_is_asked_again() -> None:
    counting = Counting()
    once = ReleasesOnce(counting)
    assert [once.definition("?"), once.definition("?")] == [NotRead("throttled")] * 2
    assert [once.of(WEB), once.of(WEB)] == [NotRead("nobody knows")] * 2
    assert len(counting.asked) == 4
