"""Every playbook and every path of the guard, killed before and after each of its calls: the end is the same.

The undisturbed run says what the end is: what was done to AWS, everything in the ledger, every card by its id. A
killed run, brought back by its queue as often as that takes, has to come to the very same.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import boto3
import pytest

from dockwarden.facts.fleet import ContainerInstance
from dockwarden.guard.modes import Mode
from dockwarden.guard.settings import GuardSettings
from dockwarden.lanes import RECORDS, SPOT, VOLUNTARY
from dockwarden.lanes import Lane as Declared
from dockwarden.ledger.dynamodb import DynamoStore
from dockwarden.ledger.index import InstanceIndex
from dockwarden.ledger.proposals import Standing
from dockwarden.ledger.store import Item, Put
from dockwarden.playbook import registry
from dockwarden.runtime.undo import ask_undo
from lab.drydock.faults import Fault
from tests.fakes import ACCOUNT, NOON, REGION, container_instance, event, instance_event, warning
from tests.ledger.conftest import TABLE, make_table
from tests.rollouts import action, crashed, deployment
from tests.runtime.harness import SWEEP, KilledError, OneAtATime
from tests.runtime.quick import Quick, past_moto, quickly_installed

Raw = dict[str, Any]
EVENTS = Path(__file__).parents[2] / "events"
MINUTE = timedelta(minutes=1)
ALICE = "arn:aws:sts::111122223333:assumed-role/on-call/alice"
FREEZE = {"dockwarden:freeze": "true"}


def risky(quick: Quick, *numbers: int) -> list[Raw]:
    """The rebalance recommendations of some hosts."""
    kind = "EC2 Instance Rebalance Recommendation"
    hosts = [quick.instances[n].instance_id for n in numbers or (0,)]
    return [{**warning(h), "detail-type": kind, "detail": {"instance-id": h}} for h in hosts]


def later(quick: Quick, by: timedelta) -> None:
    quick.clock.set(quick.clock.now() + by)


def known(quick: Quick) -> None:
    """The index knows the instances, as after a sweep."""
    cluster = quick.world.clusters["prod"].arn
    hosts = [ContainerInstance(h.arn, cluster, h.instance_id, h.status, h.version) for h in quick.instances]
    InstanceIndex(quick.over or quick.memory).remember(hosts, quick.clock.now())
    quick.lane()


def frozen(quick: Quick) -> None:
    """The cluster has the tag that freezes it."""
    known(quick)
    quick.world.clusters["prod"].tags.update(FREEZE)


def approved(quick: Quick) -> None:
    """A drain was held, and a person has approved it."""
    quick.deliver(*risky(quick))
    later(quick, MINUTE)
    proposals = quick.parts.proposals
    [held] = proposals.waiting(quick.clock.now())
    proposals.answer(held, Standing.APPROVED, ALICE, quick.clock.now())


def approved_as_usual(quick: Quick) -> None:
    known(quick)
    approved(quick)


def approved_in_a_freeze(quick: Quick) -> None:
    frozen(quick)
    approved(quick)


def approved_too_late(quick: Quick) -> None:
    """The function hears of it only when the proposal has lapsed."""
    approved_as_usual(quick)
    later(quick, 70 * MINUTE)


def approved_in_the_last_second(quick: Quick) -> None:
    """When the killed function's message comes back, the proposal has lapsed."""
    known(quick)
    quick.deliver(*risky(quick))
    proposals = quick.parts.proposals
    [held] = proposals.waiting(quick.clock.now())
    quick.clock.set(held.until - timedelta(seconds=1))
    proposals.answer(held, Standing.APPROVED, ALICE, quick.clock.now())


def approved_unaimed(quick: Quick) -> None:
    """Which container instance it is could not be read when it was held."""
    listing = Fault("ListContainerInstances", "access_denied", times=9)
    quick.endpoint.faults.add(listing)
    approved(quick)
    listing.times = 0


def undone(quick: Quick) -> None:
    """A host was drained, and a person wants that undone."""
    known(quick)
    quick.deliver(*risky(quick))
    later(quick, MINUTE)
    [intent] = quick.parts.actions.closed_since(NOON, quick.clock.now())
    ask_undo(quick.parts, intent, ALICE, "it was about to be replaced")


def requests(quick: Quick) -> list[Raw]:
    """What the command line puts on the lane for each proposal that somebody has answered."""
    answered = [held for held in quick.parts.proposals.all() if held.standing is Standing.APPROVED]
    source = {"source": "dockwarden", "detail-type": "Dockwarden Request"}
    return [{**source, "detail": {"proposal": held.id}} for held in answered]


def left_open(when: str, events: Callable[[Quick], list[Raw]]) -> Callable[[Quick], None]:
    """One drain was left open by a dead function that nobody calls back, and one that was done is over."""

    def prepare(quick: Quick) -> None:
        known(quick)
        quick.deliver(*risky(quick, 1))
        quick.instances[1].status = "ACTIVE"
        killed_at(quick, "ecs.UpdateContainerInstancesState", when, events(quick))
        later(quick, 10 * MINUTE)

    return prepare


def approval_left_open(quick: Quick) -> None:
    """The function of an approval died after its call, and its message is in the dead-letter queue."""
    approved_as_usual(quick)
    killed_at(quick, "ecs.UpdateContainerInstancesState", "after", requests(quick))
    later(quick, 10 * MINUTE)


def killed_at(quick: Quick, call: str, when: str, bodies: Sequence[Raw]) -> None:
    """Deliver, and kill the function at its first call of an operation."""
    plan = quick.plan
    plan.made.clear()
    plan.stop_at, plan.when = call, when
    with pytest.raises(KilledError):
        quick.deliver(*bodies)
    plan.stop_at = plan.at = None


def own_events(quick: Quick) -> list[Raw]:
    """What ECS says of the instances after it has changed them."""
    return [state_of(host.arn, host.instance_id, host.status, host.version) for host in quick.instances]


def state_of(arn: str, ec2: str, status: str, version: int) -> Raw:
    """An instance's state change, as ECS sends it."""
    raw = instance_event(container_instance(ec2, status), version=version)
    raw["detail"]["containerInstanceArn"] = arn
    return raw


def sweep(_quick: Quick) -> list[Raw]:
    return [SWEEP]


def failing(_quick: Quick) -> list[Raw]:
    """Three tasks that crash, and the deployment that fails for it."""
    stops = [stop for n in range(3) for stop in crashed(f"t{n}", 50 + n)]
    return [*stops, action("SERVICE_TASK_START_IMPAIRED", 80, kind="WARN"), deployment("FAILED", 90)]


def news(_quick: Quick) -> list[Raw]:
    """A task retirement, as AWS Health announces it."""
    found: Raw = json.loads((EVENTS / "health/task-retirement.json").read_text())
    return [{**found, "account": ACCOUNT, "region": REGION}]


def at_work(_quick: Quick) -> list[Raw]:
    """A person changes a service, opens a shell in one of its tasks and drains a host."""
    return samples("api-update-service-by-person", "api-execute-command", "api-drain-by-person")


def daemons(_quick: Quick) -> list[Raw]:
    """A daemon whose tasks do not start, so that ECS rolls its deployment back, which fails, too."""
    return samples("daemon-task-failed-to-run", "daemon-deployment-rollback-failed")


def hooks(_quick: Quick) -> list[Raw]:
    """A deployment that waits for somebody's answer, until its time is over."""
    return samples("hook-awaiting-action", "hook-timed-out")


def samples(*names: str) -> list[Raw]:
    """Events of ECS from the samples, about the cluster `prod` and shortly before now."""
    found: list[Raw] = []
    for name in names:
        text = (EVENTS / f"ecs/{name}.json").read_text()
        for old, new in (("web-prod", "prod"), ("fleet-prod", "prod"), ("T08:", "T11:"), ("T09:", "T11:")):
            text = text.replace(old, new)
        found.append({**json.loads(text), "account": ACCOUNT, "region": REGION})
    return found


def nothing(_quick: Quick) -> None:
    """Nothing is known yet."""


@dataclass(frozen=True)
class Way:
    """One way through the runtime: what was before, and what arrives."""

    lane: Declared
    prepare: Callable[[Quick], object]
    arriving: Callable[[Quick], list[Raw]]
    settings: Raw = field(default_factory=dict)


APPROVE: Raw = {"mode": Mode.APPROVE}
WIDE: Raw = {"guard": GuardSettings(budget_cluster="2", budget_service="90%")}
PATHS = {
    "a reclaim": Way(SPOT, known, lambda q: q.warnings(1)),
    "three reclaims": Way(SPOT, known, lambda q: q.warnings(3)),
    "a risk": Way(VOLUNTARY, known, risky),
    "a risk of an unknown host": Way(VOLUNTARY, nothing, risky),
    "two risks, and room for one": Way(VOLUNTARY, known, lambda q: risky(q, 0, 1)),
    "two risks, and room for both": Way(VOLUNTARY, known, lambda q: risky(q, 0, 1), WIDE),
    "a risk that is observed": Way(VOLUNTARY, known, risky, {"mode": Mode.OBSERVE}),
    "held for approval": Way(VOLUNTARY, known, risky, APPROVE),
    "two held for approval": Way(VOLUNTARY, known, lambda q: risky(q, 0, 1), APPROVE),
    "held by a freeze": Way(VOLUNTARY, frozen, risky),
    "approved": Way(VOLUNTARY, approved_as_usual, requests, APPROVE),
    "approved in spite of a freeze": Way(VOLUNTARY, approved_in_a_freeze, requests),
    "approved too late": Way(VOLUNTARY, approved_too_late, requests, APPROVE),
    "approved, not aimed at first": Way(VOLUNTARY, approved_unaimed, requests, APPROVE),
    "undone": Way(VOLUNTARY, undone, requests),
    "swept, not done": Way(RECORDS, left_open("before", risky), sweep, WIDE),
    "swept, done": Way(RECORDS, left_open("after", risky), sweep, WIDE),
    "swept, a reclaim": Way(RECORDS, left_open("after", lambda q: q.warnings(1)), sweep, WIDE),
    "swept, approved": Way(RECORDS, approval_left_open, sweep, APPROVE),
    "an instance's own events": Way(RECORDS, nothing, own_events),
    "the first sweep": Way(RECORDS, nothing, sweep),
    "failures": Way(RECORDS, known, failing),
    "news": Way(RECORDS, known, news),
    "people at work": Way(RECORDS, known, at_work),
    "daemons": Way(RECORDS, known, daemons),
    "hooks": Way(RECORDS, known, hooks),
}


@dataclass(frozen=True)
class End:
    """How a run has ended."""

    done: Counter[tuple[str, str]]
    statuses: dict[str, str]
    ledger: dict[tuple[str, str], Raw]
    cards: frozenset[tuple[str, str]]
    events: frozenset[tuple[str, str, str]]
    told: Counter[str] = field(compare=False)


PASSING = frozenset(
    {
        *("ttl", "created_at", "closed_at", "retried_until", "expires_at", "at", "since"),
        *("fence", "effect", "session", "transcript", "revision", "written"),
    }
)
"""When something was written, how often it was tried, and in which words a try found it: not what it came to."""


def seen(key: tuple[str, str], item: Raw) -> tuple[tuple[str, str], Raw]:
    """An item of the ledger without what may differ from run to run."""
    left = {name: value for name, value in item.items() if name not in PASSING}
    pk, sk = key
    if pk.startswith("RECEIPTS#"):
        sk = left["sk"] = str(item["intent"])
    if "recent" in left:
        left["recent"] = len(json.loads(str(left["recent"])))
    if left.get("outcome"):
        left["outcome"] = str(left["outcome"]).partition(":")[0]
    if sk == "GOOD":
        # How many sweeps have seen a soak, and when, depends on how many there were.
        known = json.loads(str(item["known"]))
        left["known"] = [[one["task_definition"] for one in known[kind]] for kind in ("good", "bad")]
    if "history" in left:
        left["history"] = {k: v for k, v in json.loads(str(left["history"])).items() if k != "written"}
    if "known" in left:
        left["known"] = json.loads(str(left["known"]), object_hook=undated)
    if "said" in left:
        left["said"] = [(mark, told) for mark, told, *_ in json.loads(str(left["said"]))]
    return (pk, sk), left


def undated(known: Raw) -> Raw:
    """What is known to work, without when it was seen to."""
    return {k: v for k, v in known.items() if k not in PASSING | {"last_seen", "soaked_at"}}


def unmarshalled(raw: Raw) -> Iterator[tuple[str, Any]]:
    """The attributes of an item as DynamoDB gives them."""
    for name, typed in raw.items():
        [(kind, value)] = typed.items()
        yield name, int(value) if kind == "N" else None if kind == "NULL" else value


def end(quick: Quick, sent: Sequence[Raw]) -> End:
    """How an installation has ended, and what was sent meanwhile."""
    cards = [(c["id"], c["tone"]) for body in sent if (c := body.get("card"))]
    events = [body["event"] for body in sent if "event" in body]
    return End(
        quick.set_to(),
        {host.arn: host.status for host in quick.instances},
        dict(seen(key, dict(item)) for key, item in quick.memory.items.items()),
        frozenset(cards),
        frozenset((e["detail-type"], e["detail"]["id"], str(e["detail"].get("state"))) for e in events),
        Counter(card for card, _ in cards),
    )


@cache
def undisturbed(name: str) -> tuple[tuple[str, ...], End]:
    """The calls of a path, and how it ends."""
    path = PATHS[name]
    with quickly_installed(**path.settings) as quick:
        path.prepare(quick)
        bodies = path.arriving(quick)
        quick.sent()
        quick.plan.made.clear()
        assert quick.deliver(*bodies) == []
        calls = tuple(quick.plan.made)
        return calls, end(quick, quick.sent())


HEARD = (
    *("a reclaim", "a risk", "an instance's own events"),
    *("failures", "news", "people at work", "daemons", "hooks"),
)
POINTS = [(name, at) for name in PATHS for at in range(1, len(undisturbed(name)[0]) + 1)]


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize(("name", "at"), POINTS, ids=str)
def test_invariants_5_and_6_killed_at_any_call_every_path_ends_as_if_it_had_not_been(
    name: str, at: int, when: str
) -> None:
    """Nothing is done twice, nothing is lost, nothing stays open, and nobody is told another thing."""
    path = PATHS[name]
    with quickly_installed(**path.settings) as quick:
        path.prepare(quick)
        bodies = path.arriving(quick)
        quick.sent()
        quick.plan.made.clear()
        quick.plan.at, quick.plan.when = at, when
        with pytest.raises(KilledError):
            quick.deliver(*bodies)
        quick.plan.at = None
        later(quick, timedelta(seconds=path.lane.visibility_timeout))
        quick.deliver_until_quiet(*bodies)
        found, expected = end(quick, quick.sent()), undisturbed(name)[1]
        assert found.done == expected.done
        assert found.statuses == expected.statuses
        assert found.cards == expected.cards
        assert found.events == expected.events
        assert found.ledger == expected.ledger
        assert quick.parts.actions.open_intents() == {}
        # Killed between telling and remembering it, it tells again: under the same id, which the notifier knows.
        assert not [card for card, count in found.told.items() if count > 2 * expected.told[card]]


def test_every_playbook_is_on_one_of_the_ways() -> None:
    """A new playbook is killed here, too."""
    with quickly_installed() as quick:
        known(quick)
        arriving = [event(raw) for name in HEARD for raw in PATHS[name].arriving(quick)]
    heard = {p.name for p in registry().values() for one in arriving if p.hears(one)}
    assert heard == set(registry())


@pytest.mark.parametrize(
    "name", ["a reclaim", "two risks, and room for one", "approved", "undone", "swept, done"]
)
def test_the_ledger_in_memory_flatters_nobody(name: str) -> None:
    """In DynamoDB the same ways make the same calls and end in the same items."""
    way = PATHS[name]
    with past_moto():
        table = boto3.client("dynamodb", region_name=REGION)
        make_table(table)
        with quickly_installed(**way.settings) as quick:
            quick.plan.watch(table)
            quick.over = DynamoStore(lambda: OneAtATime(table), TABLE)
            way.prepare(quick)
            bodies = way.arriving(quick)
            quick.sent()
            quick.plan.made.clear()
            assert quick.deliver(*bodies) == []
            calls = tuple(quick.plan.made)
            items: list[Item] = [dict(unmarshalled(raw)) for raw in table.scan(TableName=TABLE)["Items"]]
            quick.memory.write([Put(item) for item in items])
            found = end(quick, quick.sent())
    assert Counter(calls) == Counter(undisturbed(name)[0])
    assert found == undisturbed(name)[1]


LAST_SECOND = undisturbed("approved")[0]


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("at", range(1, len(LAST_SECOND) + 1))
def test_invariant_55_an_approval_that_lapses_while_it_is_tried_is_done_and_told_or_neither(
    at: int, when: str
) -> None:
    """What was begun in time is finished; what was not is void: and the person is told which of both."""
    with quickly_installed(mode=Mode.APPROVE) as quick:
        approved_in_the_last_second(quick)
        bodies = requests(quick)
        quick.sent()
        quick.plan.made.clear()
        quick.plan.at, quick.plan.when = at, when
        with pytest.raises(KilledError):
            quick.deliver(*bodies)
        quick.plan.at = None
        later(quick, timedelta(seconds=VOLUNTARY.visibility_timeout))
        quick.deliver_until_quiet(*bodies)
        [held] = quick.parts.proposals.all()
        begun = LAST_SECOND[: at if when == "after" else at - 1].count("dynamodb.TransactWriteItems") > 0
        assert held.standing is Standing.SETTLED
        assert str(held.outcome).startswith("done: " if begun else "it came too late")
        assert (
            sum(quick.set_to().values())
            == len({b["card"]["id"] for b in quick.sent() if "card" in b})
            == begun
        )
        assert quick.parts.actions.open_intents() == {}


def test_a_wish_to_undo_that_was_cut_off_anywhere_can_be_uttered_again() -> None:
    """The command line died between the bar, the mark and the wish itself; the person asks again."""
    at, cut = 1, True
    while cut:
        with quickly_installed() as quick:
            known(quick)
            quick.deliver(*risky(quick))
            [intent] = quick.parts.actions.closed_since(NOON, quick.clock.now())
            quick.plan.made.clear()
            quick.plan.at = at
            cut = _cut_off(quick, intent)
            quick.plan.at = None
            ask_undo(quick.parts, intent, ALICE, "once more")
            controls = quick.parts.controls.read()
            assert len(controls.bars) == len(controls.demotions) == 1
            assert len(quick.parts.trust.wrongs("rebalance_drain", quick.clock.now())) == 1
            quick.deliver(*requests(quick))
            assert sorted(quick.set_to().values()) == [1, 1]
            assert quick.instances[0].status == "ACTIVE"
            at += 1
    assert at > 8


def _cut_off(quick: Quick, intent: str) -> bool:
    """Whether a first wish to undo was cut off."""
    try:
        ask_undo(quick.parts, intent, ALICE, "it was wrong")
    except KilledError:
        return True
    return False
