"""Events, a ledger and decisions for the tests of replays."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from dockwarden.cli.deciding import Decider
from dockwarden.cli.replaying.judging import HeldRules, Replay, replayed
from dockwarden.cli.replaying.occurrences import Occurrence, Recorded, Then, of_ledger
from dockwarden.cli.replaying.worlds import UnjudgedCapacity
from dockwarden.cli.world import World
from dockwarden.cli.world_file import world_of
from dockwarden.guard.modes import Mode
from tests.fakes import ACCOUNT, NOON, REGION, Bench, FakeWorld, container_instance, warning

HOSTS = [container_instance(f"i-{number:04x}") for number in range(6)]


def spot(number: int, minutes: float = 0, **changes: Any) -> dict[str, Any]:
    """A Spot warning about the host of a number, some minutes after noon."""
    host = HOSTS[number].ec2_instance_id
    return warning(host, NOON + timedelta(minutes=minutes), id=f"event-{number}-{minutes:g}", **changes)


def rebalance(number: int, minutes: float = 0) -> dict[str, Any]:
    """A rebalance recommendation about the host of a number."""
    changes = {"detail-type": "EC2 Instance Rebalance Recommendation"}
    return {**spot(number, minutes), "id": f"risk-{number}-{minutes:g}", **changes}


def bench(mode: Mode) -> Bench:
    """An installation in a mode that knows all hosts."""
    return Bench(mode=mode, ceiling=Mode.ENFORCE, world=FakeWorld(instances=list(HOSTS)))


def done(installation: Bench, events: Sequence[dict[str, Any]]) -> Recorded:
    """What an installation's ledger holds after these events."""
    for raw in events:
        installation.clock.set(datetime.fromisoformat(raw["time"]) + timedelta(seconds=2))
        installation.run(raw)
    parts = installation.parts
    pairs = []
    for intent_id in parts.actions.closed_since(NOON - timedelta(days=9), installation.clock.now()):
        intent, receipt = parts.actions.intent(intent_id), parts.actions.receipt(intent_id)
        assert intent is not None
        assert receipt is not None
        pairs.append((intent, receipt))
    return of_ledger(pairs, parts.proposals.all())


def world(mode: str, **changes: Any) -> World:
    """The same place as a world without hosts, which only the transcripts know."""
    playbooks = {name: {"ceiling": "enforce", "default": mode} for name in ("spot_drain", "rebalance_drain")}
    clusters = [{"name": "prod", "opted_in": True, "container_instances": None}]
    document = {"v": 1, "account": ACCOUNT, "region": REGION, "clusters": clusters, "playbooks": playbooks}
    return world_of({**document, **changes})


def again(occurrences: Sequence[Occurrence], then: Sequence[Then], of: World) -> Replay:
    """A replay in a world in which budgets are not judged."""
    rules = HeldRules()
    decider = Decider(of, outbox=rules, capacity=UnjudgedCapacity(of.guard))
    return replayed(occurrences, then, decider, rules)
