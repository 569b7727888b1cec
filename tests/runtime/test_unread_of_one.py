"""What a sweep cannot read of one service puts off what it says of that service, and of no other."""

from collections.abc import Mapping
from datetime import timedelta

import pytest

from dockwarden.events.dockwarden_sweep import Sweep
from dockwarden.facts.releases import Releases, ServiceReleases
from dockwarden.facts.services import ServiceRef
from dockwarden.facts.unknown import NotRead
from dockwarden.lanes import VOLUNTARY
from dockwarden.playbook import playbook
from dockwarden.runtime.arrivals import Arrival
from dockwarden.runtime.engine import Engine
from dockwarden.runtime.transcript import Recorder
from dockwarden.verdicts import Decision, Verdict
from tests.fakes import NOON, Bench, FakeWorld, event

PASSING = NotRead("ThrottlingException", passing=True)
SWEEP = {
    "source": "dockwarden",
    "detail-type": "Dockwarden Sweep",
    "time": f"{NOON:%Y-%m-%dT%H:%M:%SZ}",
    "detail": {},
}


@playbook(lane=VOLUNTARY, may=[], max_age=900)
def rebalance_drain(_sweep: Sweep, releases: Releases) -> tuple[Decision, ...]:
    """Ask a person about two services."""
    return tuple(_asked(name, releases) for name in ("api", "web"))


def _asked(name: str, releases: Releases) -> Decision:
    releases.of(ServiceRef("prod", name))
    releases.definition(f"{name}:1")
    return Decision(Verdict.HOLD, "it needs a person", name, occurrence=f"{name} fails")


class _Throttled:
    """Releases of which a question or two cannot be answered just now."""

    def __init__(self, *unread: str) -> None:
        self._unread = unread

    def of(self, service: ServiceRef) -> ServiceReleases | NotRead:
        return PASSING if service.name in self._unread else NotRead("AccessDenied")

    def definition(self, task_definition: str) -> NotRead:
        return PASSING if task_definition in self._unread else NotRead("AccessDenied")

    def known(self, _services: list[ServiceRef]) -> NotRead:
        return PASSING


class _World(FakeWorld):
    """The same with releases that cannot be read."""

    unread: tuple[str, ...] = ()

    def answers(self) -> Mapping[type, object]:
        return {**super().answers(), Releases: _Throttled(*self.unread)}


@pytest.mark.parametrize("unread", ["web", "web:1", "api", "api:1"])
def test_a_passing_failure_to_read_one_service_puts_off_no_other(unread: str) -> None:
    """The one comes back with the sweep, while a person is asked about the other at once."""
    world = _World()
    world.unread = (unread,)
    bench = Bench(world=world)
    bench.clock.set(NOON + timedelta(seconds=2))
    [result] = Engine(bench.parts, [rebalance_drain]).run([Arrival("m", event(SWEEP))])
    assert result.retry == "something could not be read: ThrottlingException"
    put_off = unread[:3]
    told = [card.subject for card in bench.outbox.cards]
    assert told == [name for name in ("api", "web") if name != put_off]
    world.unread = ()
    [result] = Engine(bench.parts, [rebalance_drain]).run([Arrival("m", event(SWEEP))])
    assert result.retry is None
    assert sorted(card.subject for card in bench.outbox.cards) == ["api", "web"]


def test_what_is_asked_of_many_at_once_matters_to_each_of_them_and_to_whatever_is_no_service() -> None:
    """A drain asks about the services on its host: none of them is its subject, and all of them matter."""
    recorder = Recorder({Releases: _Throttled("web")})
    asked: Releases = recorder.answers[Releases]  # type: ignore[assignment]
    asked.of(ServiceRef("prod", "web"))
    assert recorder.unread_of("i-0aa") == [PASSING]
    asked.of(ServiceRef("prod", "api"))
    assert recorder.unread_of("api") == [NotRead("AccessDenied")]
    asked.known([ServiceRef("prod", "api")])  # type: ignore[attr-defined]
    assert recorder.unread_of("api") == [NotRead("AccessDenied"), PASSING]
