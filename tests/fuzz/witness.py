"""Sees every changing call right before ECS carries it out, and asks each invariant whether it may be."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from dockwarden.ledger.ledger import ActionLedger
from dockwarden.ledger.records import Intent
from lab.drydock.calls import Call
from tests.fuzz.deeds import Deeds
from tests.fuzz.installation import ACTING, Installation
from tests.fuzz.judging import JUDGES
from tests.fuzz.seen import Seen


@dataclass
class Witness:
    """Watches an installation; `problems` says which invariant was broken, and how."""

    installation: Installation
    deeds: Deeds = field(default_factory=Deeds)
    problems: list[str] = field(default_factory=list)
    _before: dict[str, str] = field(default_factory=dict)
    _events: int = 0

    def __post_init__(self) -> None:
        """Begin to watch."""
        endpoint = self.installation.endpoint
        endpoint.watch, endpoint.watched = self.watch, self.watched
        self._ledger = ActionLedger(self.installation.table.store)

    def watch(self, call: Call) -> None:
        """A call is about to change something."""
        town = self.installation.town
        self._events = len(town.world.log.events)
        self._before = {target: _state(self.installation, call, target) for target in call.targets}
        for seen in self._seen(call):
            self.problems += [f"{number}: {why}" for number, why in _judged(seen)]

    def watched(self, call: Call) -> None:
        """A call has changed something."""
        intents = self._intents(call)
        accepted = set(call.accepted())
        for target in call.targets:
            if target not in accepted:
                continue
            changed = self._before[target] != _state(self.installation, call, target)
            self.deeds.took_place(call, target, intents.get(target), self._now(), changed=changed)
        if intents:
            emitted = self.installation.town.world.log.events[self._events :]
            self.deeds.caused(emitted, self._deployments(call))

    def _seen(self, call: Call) -> Iterator[Seen]:
        playbook = _playbook(call)
        if playbook is None:
            return
        intents = self._intents(call)
        for target in call.targets:
            if target not in intents:
                self.problems.append(f"73: {call.operation} of {target} without an intent")
            else:
                yield Seen(self.installation, self.deeds, self._ledger, call, playbook, intents[target])

    def _intents(self, call: Call) -> dict[str, Intent]:
        if _playbook(call) is None:
            return {}
        session = str(call.access_key).partition("/")[2]
        named = self._ledger.batch(session) or [session]
        found = [intent for name in named if (intent := self._ledger.intent(name)) is not None]
        return {intent.target: intent for intent in found}

    def _deployments(self, call: Call) -> set[str]:
        if call.operation != "UpdateService":
            return set()
        return {self.installation.town.service(target)[1].primary.id for target in call.targets}

    def _now(self) -> datetime:
        return self.installation.town.clock.now()


def _judged(seen: Seen) -> Iterator[tuple[str, str]]:
    for number, judge in JUDGES.items():
        if (why := judge(seen)) is not None:
            yield number, f"{why} [{seen.intent.id} on {seen.target}]"


def _playbook(call: Call) -> str | None:
    """The playbook under whose role a call is made, None for people and pipelines."""
    role = str(call.access_key).partition("/")[0]
    return role if role in ACTING else None


def _state(installation: Installation, call: Call, target: str) -> str:
    if call.operation == "UpdateService":
        return installation.town.service(target)[1].primary.id
    return installation.town.host(target)[1].status
