"""Events through the real engine, one after another, in an installation that exists only in memory."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from dockwarden.cli.outcomes import merged
from dockwarden.cli.pretended_capacity import PretendCapacity
from dockwarden.cli.pretended_services import PretendServices
from dockwarden.cli.pretending import (
    NowhereOutbox,
    PretendAlarms,
    PretendFacts,
    PretendFleet,
    PretendPerformer,
    PretendStacks,
)
from dockwarden.cli.world import World
from dockwarden.clock import FixedClock
from dockwarden.errors import MalformedEventError
from dockwarden.events.parse import Event, UnknownEvent, parse
from dockwarden.events.times import as_time
from dockwarden.facts.capacity import Capacity
from dockwarden.facts.evidence import Alarms
from dockwarden.facts.fleet import Fleet
from dockwarden.facts.known_good import KnownGood
from dockwarden.facts.releases import Releases
from dockwarden.facts.roster import Roster
from dockwarden.guard.modes import Mode
from dockwarden.ledger.index import InstanceIndex
from dockwarden.ledger.known_good import LedgerKnownGood
from dockwarden.ledger.memory import MemoryStore
from dockwarden.notify.cards import Outbox
from dockwarden.playbook import registry
from dockwarden.runtime.arrivals import Arrival
from dockwarden.runtime.config import Config, PlaybookConfig
from dockwarden.runtime.engine import Engine
from dockwarden.runtime.over import free_what_is_over
from dockwarden.runtime.parts import Parts
from dockwarden.verdicts import Outcome

_FIRST = datetime(1970, 1, 1, tzinfo=UTC)
_LAST = datetime(9990, 1, 1, tzinfo=UTC)
"""The clock stays between these, so that what the ledger adds to it is always a date."""

_UNKNOWN_PLACE = ("unknown account", "unknown region")

_SAID = {
    r"\bthe ceiling is off\b": "--mode says off",
    r"\bthe platform's default says (off|observe|approve|enforce)\b": r"--mode says \1",
    r"\bbut the platform's ceiling is (off|observe|approve|enforce)\b": r"but --mode says \1",
}
"""What the guard says of the platform's settings, in whose place --mode stands."""


@dataclass(frozen=True, slots=True)
class Decided:
    """What would be done about one event: `error` is why it is malformed, None for one that is not."""

    id: str | None
    source: str | None
    detail_type: str | None
    time: datetime | None
    recognised: bool
    outcomes: tuple[Outcome, ...]
    error: str | None = None


class Decider:
    """Decides about events in their order of arrival; what was decided counts for later ones.

    The clock is the latest readable time so far, or stands still at `now`. `mode` takes the place of every
    ceiling, default and run-time setting of the world. `outbox` gets the cards, which nobody gets without one.
    `capacity` takes the place of what the world says of how much there is.
    """

    def __init__(
        self,
        world: World,
        mode: Mode | None = None,
        now: datetime | None = None,
        outbox: Outbox | None = None,
        capacity: Capacity | None = None,
    ) -> None:
        self._outbox = outbox or NowhereOutbox()
        self._capacity = capacity
        self._playbooks = registry()
        self._mode = mode
        self._fixed = now is not None
        self._clock = FixedClock(_within(now or _FIRST))
        store = MemoryStore()
        self._parts = self._installation(world, mode, store)
        self._engine = Engine(self._parts, list(self._playbooks.values()))
        self._parts.index.remember(world.instances(), self._clock.now())
        self._set_controls(world, mode)

    def _installation(self, world: World, mode: Mode | None, store: MemoryStore) -> Parts:
        fleet, index = PretendFleet(world, InstanceIndex(store)), InstanceIndex(store)
        services, known_good = PretendServices(world, self._clock.now), LedgerKnownGood(store)
        for service in world.services():
            known_good.keep(service.known, self._clock.now())
        known: dict[type, object] = {
            Fleet: fleet,
            KnownGood: known_good,
            **dict.fromkeys((Releases, Alarms, Roster), services),
        }
        self._facts = PretendFacts(known, self.protocols, world.why)
        account, region = world.home or _UNKNOWN_PLACE
        config = Config(
            account=account,
            region=region,
            playbooks=self._configured(world, mode),
            guard=world.guard,
            freezes=world.freezes,
        )
        return Parts(
            config=config,
            clock=self._clock,
            store=store,
            facts=self._facts,
            scopes=fleet,
            performer=PretendPerformer(index, services),
            outbox=self._outbox,
            home=world.home,
            capacity=self._capacity or PretendCapacity(world, index, config.guard),
            alarms=PretendAlarms(world),
            stacks=PretendStacks(world),
        )

    def _configured(self, world: World, mode: Mode | None) -> dict[str, PlaybookConfig]:
        """The platform's settings, with the given mode in place of theirs."""
        configured = {}
        for name in self._playbooks:
            of_world = world.playbooks.get(name, PlaybookConfig())
            configured[name] = PlaybookConfig(
                ceiling=mode or of_world.ceiling,
                default=mode or of_world.default,
                max_age=of_world.max_age,
                settings=of_world.settings,
            )
        return configured

    def _set_controls(self, world: World, mode: Mode | None) -> None:
        controls, now = self._parts.controls, self._clock.now()
        for name, asked in world.modes.items() if mode is None else ():
            controls.set_mode(name, asked, Mode.ENFORCE, by="the world file", now=now)
        for stop in world.stops:
            controls.stop(stop.scope, stop.name, "the world file", now, stop.why)

    def all(self, raw_events: Sequence[Any]) -> Iterator[Decided]:
        """What would be done about each event, in their order."""
        return map(self.one, raw_events)

    def one(self, raw: Any, recorded: Mapping[type, object] | None = None) -> Decided:
        """What would be done about the next event; `recorded` are facts that answer for it alone."""
        time = as_time(raw.get("time")) if isinstance(raw, dict) else None
        self._at(time)
        try:
            event = parse(raw)
        except MalformedEventError as error:
            return Decided(*_labels(raw), time, recognised=False, outcomes=(), error=str(error))
        return self.event(event, recorded)

    def event(self, event: Event | UnknownEvent, recorded: Mapping[type, object] | None = None) -> Decided:
        """The same about an event that is parsed already."""
        of, recognised = event.envelope, not isinstance(event, UnknownEvent)
        self._at(of.time)
        self._facts.recorded = recorded or {}
        outcomes = () if isinstance(event, UnknownEvent) else self._outcomes(Arrival("", event))
        return Decided(of.id, of.source, of.detail_type, of.time, recognised, outcomes)

    @property
    def protocols(self) -> list[type]:
        """The facts protocols that the playbooks ask."""
        return [protocol for playbook in self._playbooks.values() for protocol in playbook.reads.values()]

    def give_back_what_is_over(self) -> None:
        """Free the budgets of what events have said is over, as the sweep does it in Lambda."""
        free_what_is_over(self._parts)

    def _at(self, time: datetime | None) -> None:
        if time is not None and not self._fixed:
            self._clock.set(max(self._clock.now(), _within(time)))

    def _outcomes(self, arrival: Arrival) -> tuple[Outcome, ...]:
        [result] = self._engine.run([arrival])
        outcomes = merged(result.outcomes)
        return outcomes if self._mode is None else tuple(replace(o, reason=said(o.reason)) for o in outcomes)


def said(reason: str) -> str:
    """A reason in which the platform's settings are what they are under --mode: words of the command line."""
    for platform, option in _SAID.items():
        reason = re.sub(platform, option, reason)
    return reason


def _labels(raw: Any) -> tuple[str | None, str | None, str | None]:
    """Id, source and detail-type of a malformed event, as far as they can be read."""
    found = [raw.get(key) if isinstance(raw, dict) else None for key in ("id", "source", "detail-type")]
    id_, source, detail_type = (value if isinstance(value, str) else None for value in found)
    return id_, source, detail_type


def _within(moment: datetime) -> datetime:
    return min(max(moment, _FIRST), _LAST)
