"""Dockwarden's own CPU: the lane's handler on a ledger in memory, with an AWS that answers at once."""

import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from time import process_time
from typing import Any

from benchmarks import scene
from dockwarden.actions import Action
from dockwarden.clock import SystemClock
from dockwarden.events.parse import UnknownEvent, parse
from dockwarden.facts.alarm_states import AlarmStates
from dockwarden.facts.capacity import Capacity
from dockwarden.facts.fleet import ContainerInstance, Fleet
from dockwarden.facts.scopes import Scopes
from dockwarden.facts.stacks import Stacks
from dockwarden.facts.unknown import NotRead
from dockwarden.guard.budgets import Need, Pool
from dockwarden.ledger.memory import MemoryStore
from dockwarden.performing import Effect, Gate, State
from dockwarden.playbook import load
from dockwarden.runtime.arrivals import Arrival
from dockwarden.runtime.config import read_config
from dockwarden.runtime.engine import Engine
from dockwarden.runtime.lane import Lane
from dockwarden.runtime.parts import Parts
from dockwarden.runtime.telemetry import metrics
from dockwarden.runtime.work import Work as LaneWork

BATCHES = (1, 10)
_CONFIG = read_config(json.dumps(scene.CONFIG))
_PLAYBOOKS = [load("spot_drain")]
Work = Callable[[list[str]], None]


class World(Scopes, Capacity, AlarmStates, Stacks):
    """Every instance is an active one of the one cluster, everything succeeds at once, and nobody listens."""

    def __init__(self, cluster_arn: str) -> None:
        self._cluster = cluster_arn

    def mistaken(self, _action: Action) -> bool:
        """Every target exists."""
        return False

    def prepare(self, events: Sequence[object]) -> None:
        """Read ahead: nothing to read."""

    def answers(self) -> Mapping[type, object]:
        """This is the fleet."""
        return {Fleet: self}

    def container_instances(self, ec2_instance_id: str) -> tuple[ContainerInstance, ...]:
        """One container instance for whatever instance."""
        arn = self._cluster.replace(":cluster/", ":container-instance/")
        return (ContainerInstance(f"{arn}/{ec2_instance_id}", self._cluster, ec2_instance_id, "ACTIVE", 1),)

    def opted_in(self, cluster_arn: str | None) -> bool | None:
        """The one cluster is listed."""
        return cluster_arn == self._cluster

    def mode_tag(self, _cluster_arn: str | None) -> str | None:
        """No tag says anything."""
        return None

    def tags(self, _arn: str) -> Mapping[str, str]:
        """No tag says anything."""
        return {}

    def needs(self, _action: Action) -> tuple[Need, ...]:
        """Every budget has room."""
        return ()

    def pools(self, _action: Action) -> tuple[Need, ...]:
        """The cluster's pool and the account's, as in an installation."""
        unread = NotRead("not asked")
        return tuple(
            Need(Pool(key, key, "container instances"), 1, (), unread) for key in ("cluster", "account")
        )

    def states(self, _names: Sequence[str]) -> Mapping[str, str]:
        """There is no alarm."""
        return {}

    def status(self, _name: str) -> str:
        """No stack is at work."""
        return "UPDATE_COMPLETE"

    def over(self, _actions: Sequence[Action]) -> list[bool]:
        """Nothing is ever in doubt."""
        raise NotImplementedError

    def perform(self, _playbook: str, actions: Sequence[Action], session: str, gate: Gate) -> list[Effect]:
        """Ask the gate, as a real performer does, and succeed."""
        assert gate(actions) is None
        return [Effect(State.DONE, "set to DRAINING", session=session) for _ in actions]

    def verify(self, _actions: Sequence[Action], _since: datetime | None = None) -> list[Effect]:
        """Nothing is ever in doubt."""
        raise NotImplementedError

    def send(self, cards: Sequence[object], events: Sequence[object] = ()) -> None:
        """Nobody listens."""


def measure(seconds: float) -> dict[str, float]:
    """Events a second of CPU, by what is counted in and the size of a batch."""
    kinds: tuple[tuple[str, Work, dict[str, str]], ...] = (
        ("handler, drained", _handler, {}),
        ("engine, drained", _engine, {}),
        ("handler, ignored", _handler, {"replay-name": "yesterday"}),
    )
    sys.stdout.flush()
    said, nowhere = os.dup(1), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    try:
        return {
            f"{name}, batches of {size}": _rate(work, [_bodies(size, n, more) for n in range(50)], seconds)
            for name, work, more in kinds
            for size in BATCHES
        }
    finally:
        sys.stdout.flush()
        os.dup2(said, 1)


def _rate(work: Work, batches: list[list[str]], seconds: float) -> float:
    """The events a second of CPU in which some work is done on batches of a size."""
    work(batches[0])
    done, began = 0, process_time()
    while (spent := process_time() - began) < seconds:
        batch = batches[done // len(batches[0]) % len(batches)]
        work(batch)
        done += len(batch)
    return done / spent


def _bodies(size: int, number: int, more: Mapping[str, str]) -> list[str]:
    """Spot warnings about different instances."""
    return [json.dumps(scene.warning(f"i-{number * size + n:017x}", **more)) for n in range(size)]


def _engine(bodies: list[str]) -> None:
    """Parse, decide, guard, claim, act, tell, close."""
    _, engine = _wired()
    events = [parse(json.loads(body)) for body in bodies]
    arrivals = [
        Arrival(str(n), event) for n, event in enumerate(events) if not isinstance(event, UnknownEvent)
    ]
    for result in engine.run(arrivals):
        assert result.outcomes[0].verdict == "act", result.outcomes


def _handler(bodies: list[str]) -> None:
    """The same as the lane does it, with its log lines and metrics."""
    records = [{"messageId": str(n), "body": body} for n, body in enumerate(bodies)]
    assert _answer({"Records": records}, None) == {"batchItemFailures": []}


@metrics.log_metrics
def _answer(event: Mapping[str, Any], _context: object) -> dict[str, list[dict[str, str]]]:
    parts, engine = _wired()
    return Lane(parts.home, lambda: LaneWork(parts, engine)).handle(event)


def _wired() -> tuple[Parts, Engine]:
    """Parts with an empty ledger, since one in memory is slow when it is long, and DynamoDB is not."""
    world = World(next(iter(_CONFIG.cluster_arns().values())))
    parts = Parts(
        config=_CONFIG,
        clock=SystemClock(),
        store=MemoryStore(),
        facts=world,
        scopes=world,
        performer=world,
        outbox=world,
        home=(_CONFIG.account, _CONFIG.region),
        capacity=world,
        alarms=world,
        stacks=world,
    )
    return parts, Engine(parts, _PLAYBOOKS)
