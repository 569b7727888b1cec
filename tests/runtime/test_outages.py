"""DynamoDB that is missing, throttled or away, and settings that nobody can read: no action, nothing lost, people told."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar

import boto3
import pytest

from dockwarden.errors import LedgerUnavailableError, SettingsError
from dockwarden.guard.budgets import Limit, Need, Pool, Room
from dockwarden.guard.modes import Mode
from dockwarden.guard.rulings import Rule
from dockwarden.guard.settings import GuardSettings
from dockwarden.ledger.controls import ControlLedger
from dockwarden.ledger.dynamodb import DynamoStore
from dockwarden.ledger.memory import MemoryStore
from dockwarden.ledger.slots import Denied, SlotLedger
from dockwarden.ledger.store import Change, Item, Key
from dockwarden.runtime.config import read_config
from dockwarden.runtime.telemetry import metrics
from tests.fakes import ACCOUNT, NOON, REGION
from tests.ledger.conftest import TABLE
from tests.runtime.harness import ROLES, SWEEP
from tests.runtime.quick import CountedStore, Quick, past_moto, quickly_installed
from tests.runtime.test_kill_points_everywhere import (
    PATHS,
    approved_as_usual,
    end,
    failing,
    known,
    later,
    news,
    requests,
    risky,
    undisturbed,
)

Raw = dict[str, Any]
_T = TypeVar("_T")
CALL = "ecs.UpdateContainerInstancesState"


@dataclass
class Failing:
    """A Store of which every operation from the n-th on fails; the n-th itself with or without its effect."""

    store: CountedStore
    at: int
    executed: bool
    asked: int = 0

    def get(self, key: Key) -> Item | None:
        return self._ask("reading an item", lambda: self.store.get(key))

    def get_many(self, keys: Iterable[Key]) -> Mapping[Key, Item]:
        wanted = list(keys)
        return self._ask("reading items", lambda: self.store.get_many(wanted)) if wanted else {}

    def query(self, pk: str) -> list[Item]:
        return self._ask("reading a partition", lambda: self.store.query(pk))

    def write(self, changes: Sequence[Change]) -> bool:
        return self._ask("writing", lambda: self.store.write(changes))

    def _ask(self, doing: str, operation: Callable[[], _T]) -> _T:
        self.asked += 1
        if self.asked < self.at:
            return operation()
        if self.asked == self.at and self.executed:
            operation()
        raise LedgerUnavailableError(doing, "ReadTimeoutError" if self.executed else "ThrottlingException")


WAYS = (
    *("a reclaim", "three reclaims", "a risk", "two risks, and room for one", "held for approval"),
    *("approved", "undone", "swept, done", "an instance's own events", "failures"),
)


def points() -> Iterator[tuple[str, int]]:
    """Each operation of the ledger on each way."""
    for name in WAYS:
        asked = [call for call in undisturbed(name)[0] if call.startswith("dynamodb.")]
        yield from ((name, at) for at in range(1, len(asked) + 1))


@pytest.mark.parametrize("executed", [False, True], ids=["refused", "unanswered"])
@pytest.mark.parametrize(("name", "at"), list(points()), ids=str)
def test_invariant_9_without_its_ledger_nothing_is_done_and_the_message_comes_back(
    name: str, at: int, *, executed: bool
) -> None:
    """From any of its operations on DynamoDB is away, also where what was asked was carried out; then it is back.

    Also in the middle of a claim: the transaction's outcome is not known, and reading settles it.
    """
    way = PATHS[name]
    with quickly_installed(**way.settings) as quick:
        way.prepare(quick)
        bodies = way.arriving(quick)
        quick.sent()
        quick.plan.made.clear()
        before = quick.set_to()
        quick.over = Failing(CountedStore(quick.memory, quick.plan), at, executed)
        assert quick.deliver(*bodies) == [str(n) for n in range(len(bodies))]
        called = CALL in quick.plan.made
        if not called:
            assert quick.set_to() == before
        quick.over = None
        later(quick, timedelta(seconds=way.lane.visibility_timeout))
        quick.deliver_until_quiet(*bodies)
        found, expected = end(quick, quick.sent()), undisturbed(name)[1]
        assert found.done == expected.done
        assert found.cards == expected.cards
        assert found.ledger == expected.ledger


def test_an_outage_after_the_stop_was_read_is_the_only_one_in_which_a_call_may_be_made() -> None:
    """The stop is read right before the call: where that fails, there is none."""
    calls = undisturbed("a risk")[0]
    gate = calls.index(CALL) - 1
    assert calls[gate] == "dynamodb.Query"
    asked = [n for n, call in enumerate(calls) if call.startswith("dynamodb.")].index(gate) + 1
    with quickly_installed() as quick:
        known(quick)
        quick.over = Failing(CountedStore(quick.memory, quick.plan), asked, executed=False)
        quick.deliver(*risky(quick))
        assert quick.set_to() == {}


@pytest.mark.parametrize(
    "arriving",
    [lambda q: q.warnings(2), risky, failing, lambda _: [SWEEP]],
    ids=["spot", "risk", "fails", "sweep"],
)
def test_without_its_table_nothing_is_done_and_the_log_says_why(
    arriving: Callable[[Quick], list[Raw]], caplog: pytest.LogCaptureFixture
) -> None:
    """Somebody deleted it: all messages come back, end in the dead-letter queue, and its alarm tells people."""
    with past_moto(), quickly_installed() as quick:
        client = boto3.client("dynamodb", region_name=REGION)
        quick.over = DynamoStore(lambda: client, TABLE)
        bodies = arriving(quick)
        assert quick.deliver(*bodies) == [str(n) for n in range(len(bodies))]
        assert quick.set_to() == {}
        assert quick.sent() == []
    said = next(record for record in caplog.records if record.message == "batch kept")
    assert "ResourceNotFoundException" in said.__dict__["why"]
    assert "BatchesKept" in metrics.metric_set


def test_a_ledger_that_is_throttled_until_it_is_too_late_is_told_as_soon_as_it_is_back() -> None:
    """A Spot warning whose two minutes passed meanwhile drains nothing, and people hear of it."""
    with quickly_installed() as quick:
        known(quick)
        bodies = quick.warnings()
        quick.over = Failing(CountedStore(quick.memory, quick.plan), 1, executed=False)
        for _ in range(4):
            assert quick.deliver(*bodies) == ["0"]
            later(quick, timedelta(seconds=35))
        quick.over = None
        assert quick.deliver(*bodies) == []
        assert quick.set_to() == {}
        [card] = quick.told()
        assert "Too late to act" in str(card["lines"])


def test_a_queue_that_takes_no_cards_keeps_the_message_and_drains_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """People have to hear of it, so that the receipt waits for the outbox."""
    with quickly_installed() as quick:
        known(quick)
        refused = {"Failed": [{"Id": "0", "Code": "InternalError", "SenderFault": False}]}
        with monkeypatch.context() as patch:
            patch.setattr("tests.runtime.quick.Sqs.send_message_batch", lambda *_, **__: refused)
            assert quick.deliver(*risky(quick)) == ["0"]
        later(quick, timedelta(seconds=90))
        assert quick.deliver(*risky(quick)) == []
        assert sum(quick.set_to().values()) == len(quick.told()) == 1


class TestDamagedRecords:
    """One record that nobody can read costs what it is about, and nothing else (invariant 13)."""

    def test_of_a_proposal_costs_its_own_request(self) -> None:
        with quickly_installed(mode=Mode.APPROVE) as quick:
            approved_as_usual(quick)
            [request] = requests(quick)
            damaged(quick, "PROPOSALS")
            other = {**request, "detail": {"proposal": "nobody's"}}
            assert quick.deliver(request, other, *news(quick)) == ["0"]
            assert quick.set_to() == {}

    def test_of_an_open_intent_keeps_no_other_from_being_finished(self) -> None:
        with quickly_installed(**PATHS["swept, done"].settings) as quick:
            PATHS["swept, done"].prepare(quick)
            [intent] = quick.parts.actions.open_intents()
            quick.memory.items["OPEN", "a-damaged-one"] = {
                **quick.memory.items["OPEN", intent],
                "sk": "a-damaged-one",
            }
            damaged_one = {**quick.memory.items[f"INTENT#{intent}", "INTENT"], "v": 99}
            quick.memory.items["INTENT#a-damaged-one", "INTENT"] = damaged_one
            assert quick.deliver(SWEEP) == []
            assert list(quick.parts.actions.open_intents()) == ["a-damaged-one"]

    def test_of_a_slots_intent_frees_the_others_all_the_same(self) -> None:
        with quickly_installed(guard=GuardSettings(budget_cluster="2", budget_service="90%")) as quick:
            known(quick)
            quick.deliver(*risky(quick, 0, 1))
            for host in quick.instances[:2]:
                host.status = "ACTIVE"
            quick.clock.set(quick.clock.now() + timedelta(minutes=3))
            first = quick.parts.slots.in_flight("account")[0]
            quick.memory.items[f"INTENT#{first.intent}", "INTENT"]["v"] = 99
            assert quick.deliver(SWEEP) == []
            assert [slot.intent for slot in quick.parts.slots.in_flight("account")] == [first.intent]

    def test_of_what_people_ordered_stops_everything(self) -> None:
        """It may be a stop: what cannot be read counts as one."""
        with quickly_installed() as quick:
            known(quick)
            ControlLedger(quick.memory).stop("cluster", "another", "alice", NOON)
            damaged(quick, "CONTROL")
            assert quick.deliver(*risky(quick)) == ["0"]
            assert quick.set_to() == {}


def damaged(quick: Quick, pk: str) -> None:
    """Damage every record of a partition."""
    for key, item in quick.memory.items.items():
        if key[0] == pk:
            item["v"] = 99


def test_a_slot_that_another_intent_has_taken_since_is_not_freed() -> None:
    """Between the sweep's reading and its writing somebody has drained the same host anew."""
    slots, need = SlotLedger(store := MemoryStore()), needs(1)
    store.write(slots.note(need, "host", "newer", NOON))
    slots.free([one.pool.key for one in need], "host", "older")
    assert [slot.intent for slot in slots.in_flight("pool-0")] == ["newer"]
    slots.free([one.pool.key for one in need], "host", "newer")
    assert slots.in_flight("pool-0") == []


def test_a_host_of_more_services_than_one_transaction_takes_is_held_and_says_why() -> None:
    """DynamoDB takes a hundred changes at once, and would refuse the claim again and again."""
    slots = SlotLedger(MemoryStore())
    denied = slots.reserve(needs(46), "host", "intent", NOON)
    assert isinstance(denied, Denied)
    assert "46 budgets at once" in denied.why
    assert not isinstance(slots.reserve(needs(45), "host", "intent", NOON), Denied)


def needs(count: int) -> list[Need]:
    limits = (Limit(5, percent=False, said_by="a test"),)
    return [Need(Pool(f"pool-{n}", f"pool {n}", "tasks"), 1, limits, Room(9, {})) for n in range(count)]


class TestUnreadableSettings:
    """What the deploy wrote cannot be read in part: that part is as careful as can be (invariant 64)."""

    def deployed(self, **changes: Any) -> str:
        """What the deploy writes, with some pieces of another kind."""
        playbooks = {
            name: {"ceiling": "enforce", "default": "enforce", "act_role": r} for name, r in ROLES.items()
        }
        document = {"account": ACCOUNT, "region": REGION, "clusters": ["prod"], "channel": "C0PLATFORM"}
        return json.dumps({**document, "playbooks": playbooks, **changes})

    def done(
        self, arriving: Callable[[Quick], list[Raw]], **changes: Any
    ) -> tuple[int, list[Raw], list[Any]]:
        """How many drains there were, which cards, and which proposals wait."""
        with quickly_installed(document=self.deployed(**changes)) as quick:
            known(quick)
            assert quick.deliver(*arriving(quick)) == []
            waiting = quick.parts.proposals.waiting(quick.clock.now())
            return sum(quick.set_to().values()), quick.told(), waiting

    def test_what_can_be_read_acts(self) -> None:
        """So that the tests beside this one can fail."""
        assert self.done(risky)[0] == 1
        assert self.done(lambda q: q.warnings())[0] == 1

    @pytest.mark.parametrize(
        "guard", [None, 7, [], "strict", {"cooldown_minutes": "10", "actions_per_target": 2.5}]
    )
    def test_a_guard_of_another_kind_has_its_defaults(self, guard: Any) -> None:
        assert read_config(self.deployed(guard=guard)).guard == GuardSettings()
        assert self.done(risky, guard=guard)[0] == 1

    def test_a_number_of_the_guard_that_is_out_of_bounds_is_the_nearest(self) -> None:
        """A cap above what a lease remembers would be none, and a cooldown of ages no time that can be counted."""
        given = {"actions_per_target": 50, "cooldown_minutes": 10**30, "mass_failure_services": -3}
        read = read_config(self.deployed(guard=given)).guard
        assert (read.actions_per_target, read.cooldown_minutes, read.mass_failure_services) == (20, 10_080, 1)
        assert self.done(risky, guard=given)[0] == 1

    @pytest.mark.parametrize("freezes", [None, 7, {}, "weekends", [{"name": "x", "weekly": "Caturday"}]])
    def test_freezes_that_cannot_be_read_hold_what_is_voluntary_and_say_so(self, freezes: Any) -> None:
        drained, [card], [held] = self.done(risky, freezes=freezes)
        assert (drained, held.rule, card["tone"]) == (0, Rule.FREEZE, "held")
        assert self.done(lambda q: q.warnings(), freezes=freezes)[0] == 1

    @pytest.mark.parametrize("name", ["budget_service", "budget_cluster", "budget_account"])
    @pytest.mark.parametrize("limit", ["lots", "", "-1", "200%"])
    def test_a_budget_that_cannot_be_read_allows_nothing_voluntary(self, name: str, limit: str) -> None:
        drained, [card], [held] = self.done(risky, guard={name: limit})
        assert (drained, held.rule, card["tone"]) == (0, Rule.BUDGET, "held")
        assert "neither a number nor a percent" in held.why
        assert self.done(lambda q: q.warnings(), guard={name: limit})[0] == 1

    @pytest.mark.parametrize("ceiling", ["enfroce", "", None, 3, ["enforce"], {"enforce": True}])
    def test_a_ceiling_that_cannot_be_read_only_observes(self, ceiling: Any) -> None:
        entry = {"ceiling": ceiling, "default": "enforce", "act_role": ROLES["spot_drain"]}
        for arriving in (risky, lambda q: q.warnings()):
            drained, [card], waiting = self.done(arriving, playbooks=dict.fromkeys(ROLES, entry))
            assert (drained, waiting, card["tone"]) == (0, [], "observed")

    @pytest.mark.parametrize(
        "settings", [{"leave_clusters": 3}, {"leave_clusters": [4]}, {"leaves": ["prod"]}]
    )
    def test_settings_of_a_playbook_that_cannot_be_read_only_observe(self, settings: Any) -> None:
        entry = {"ceiling": "enforce", "default": "enforce", "settings": settings}
        drained, [card], _ = self.done(risky, playbooks={"rebalance_drain": entry})
        assert (drained, card["tone"]) == (0, "observed")

    @pytest.mark.parametrize("clusters", ["prod", {"prod": True}, None, [["prod"]]])
    def test_a_list_of_clusters_that_is_none_opts_nothing_in(self, clusters: Any) -> None:
        """An empty selector is never all, and a text is no list of its letters (invariant 65)."""
        assert read_config(self.deployed(clusters=clusters)).clusters == ()
        assert self.done(risky, clusters=clusters) == (0, [], [])

    @pytest.mark.parametrize("text", ["", "{", "[]", '{"account": 7}'])
    def test_a_configuration_that_is_none_fails_the_function_before_anything_is_read(self, text: str) -> None:
        """The invocation fails, so that the messages come back and end in the dead-letter queue, which has an alarm."""
        with quickly_installed(document=text) as quick, pytest.raises(SettingsError):
            quick.deliver(*risky(quick))
        assert quick.plan.made == []
