"""Undo, and what one action leaves behind for the next: slots, duplicates, damaged records."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest

from dockwarden.actions import Action
from dockwarden.guard.budgets import Limit, Need, Pool, Room
from dockwarden.guard.deeds import Deed, resource_of
from dockwarden.guard.modes import Mode
from dockwarden.guard.orders import Bar
from dockwarden.guard.pools import ACCOUNT_KEY
from dockwarden.guard.settings import GuardSettings
from dockwarden.ledger.proposals import HeldAction, Standing
from dockwarden.ledger.records import SCHEMA
from dockwarden.ledger.store import Put
from dockwarden.performing import Effect, State
from dockwarden.runtime.finishing import finish_open
from dockwarden.runtime.keeping import bounded
from dockwarden.runtime.over import free_what_is_over
from dockwarden.runtime.undo import NothingToUndoError, ask_undo
from tests.aws.changing import roll_back
from tests.fakes import NOON, Bench, FakeCapacity, warning
from tests.runtime.test_guarded import MINUTE, TARGET, approve, rebalance, request, settled

DENIED = Effect(State.FAILED, "ECS refused it: AccessDenied")
DRAINED = Effect(State.DONE, "found DRAINING")
BEFORE = Effect(State.FAILED, "its deployment is web:43")
DEPLOYED = Effect(State.DONE, "ECS deploys web:41")
ONE, SERVICE = "cluster:prod", "service:prod/web"


@dataclass
class Pools(FakeCapacity):
    """A voluntary drain takes from a service, too, which an involuntary one knows nothing of."""

    units: Mapping[str, int] = field(default_factory=lambda: {ONE: 1, SERVICE: 2, ACCOUNT_KEY: 1})

    def needs(self, action: Action) -> tuple[Need, ...]:
        limits = (Limit(5, percent=False, said_by="a test"),)
        return tuple(
            Need(Pool(key, key, "targets"), units, limits, Room(9, {})) for key, units in self.units.items()
        )

    def pools(self, action: Action) -> tuple[Need, ...]:
        return tuple(need for need in self.needs(action) if need.pool.key != SERVICE)


def drained(bench: Bench | None = None) -> tuple[Bench, str]:
    """A voluntary drain, done."""
    bench = bench or Bench()
    assert bench.verdicts(rebalance()) == ["act"]
    bench.performer.found[TARGET] = DRAINED
    return bench, bench.performer.sessions[-1]


def undo(bench: Bench, intent: str) -> HeldAction:
    """Ask for an undo, and let the function hear of it."""
    held = ask_undo(bench.parts, intent, "alice", "by hand")
    bench.run(request(held))
    return settled(bench, held.id)


def later(bench: Bench, by: timedelta = MINUTE) -> datetime:
    bench.clock.set(bench.clock.now() + by)
    return bench.clock.now()


def taken(bench: Bench) -> dict[str, int]:
    """How many slots are taken in each pool."""
    pools = (ONE, SERVICE, ACCOUNT_KEY)
    return {pool: len(found) for pool in pools if (found := bench.parts.slots.in_flight(pool))}


class TestSlots:
    def test_a_spot_drain_after_a_voluntary_one_leaves_no_slot_behind(self) -> None:
        bench, _ = drained(Bench(capacity=Pools()))
        assert bench.verdicts(warning()) == ["act"]
        later(bench, 10 * MINUTE)
        bench.performer.ended = {TARGET}
        free_what_is_over(bench.parts)
        assert taken(bench) == {}

    def test_a_second_action_that_failed_does_not_free_what_the_first_disrupts(self) -> None:
        bench, _ = drained(Bench(capacity=Pools()))
        bench.performer.planned[TARGET] = DENIED
        assert bench.verdicts(warning()) == ["tell"]
        assert taken(bench) == {ONE: 1, SERVICE: 1, ACCOUNT_KEY: 1}

    def test_a_slot_is_not_freed_by_what_ecs_answers_right_after_the_call(self) -> None:
        """It may still answer ACTIVE."""
        bench, _ = drained(Bench(capacity=Pools()))
        bench.performer.ended = {TARGET}
        assert free_what_is_over(bench.parts) == 0
        later(bench, 2 * MINUTE)
        assert free_what_is_over(bench.parts) == 1

    @pytest.mark.parametrize(
        ("minutes", "shown", "freed"), [(5, BEFORE, 0), (5, DEPLOYED, 1), (16, BEFORE, 1)]
    )
    def test_a_rollback_that_ecs_does_not_show_yet_keeps_its_slot_for_a_while(
        self, minutes: int, shown: Effect, freed: int
    ) -> None:
        """DescribeServices may lag: what it shows else reads as superseded, and so as over."""
        bench, intent = drained(Bench(capacity=Pools()))
        item, action = bench.store.get((f"INTENT#{intent}", "INTENT")), roll_back()
        assert item is not None
        bench.store.write([Put({**item, "kind": action.KIND, "action": json.dumps(action.fields())})])
        bench.performer.ended, bench.performer.found[action.target] = {action.target}, shown
        later(bench, minutes * MINUTE)
        assert free_what_is_over(bench.parts) == freed

    @pytest.mark.parametrize("damage", [{"kind": "newer:Kind"}, {"action": "{}"}])
    def test_an_intent_of_a_kind_that_is_not_known_keeps_no_other_slot(self, damage: dict[str, str]) -> None:
        bench, intent = drained(Bench(capacity=Pools()))
        need = Pools().needs(None)[2:]  # type: ignore[arg-type]
        bench.store.write(bench.parts.slots.note(need, "other", "newer-1", NOON))
        for sk in ("INTENT", "RECEIPT"):
            item = bench.store.get((f"INTENT#{intent}", sk))
            assert item is not None
            changed = {**item, "pk": "INTENT#newer-1", **(damage if sk == "INTENT" else {})}
            bench.store.write([Put(changed)])
        bench.performer.ended = {TARGET}
        later(bench, 10 * MINUTE)
        assert free_what_is_over(bench.parts) == 1
        assert taken(bench) == {ACCOUNT_KEY: 1}


class TestUndo:
    def test_an_undo_that_did_not_happen_can_be_asked_for_again(self) -> None:
        bench, intent = drained()
        bench.performer.planned[TARGET] = DENIED
        assert "AccessDenied" in str(undo(bench, intent).outcome)
        bench.performer.planned = {}
        later(bench)
        assert str(undo(bench, intent).outcome).startswith("done")

    def test_what_somebody_of_us_did_since_has_the_last_word_also_before_something_that_failed(self) -> None:
        bench, intent = drained(Bench(guard=GuardSettings(cooldown_minutes=1)))
        at = later(bench, 10 * MINUTE)
        assert bench.verdicts(warning(at=at)) == ["act"]
        bench.performer.planned[TARGET] = DENIED
        at = later(bench, 20 * MINUTE)
        bench.verdicts(rebalance(at=at))
        bench.performer.planned = {}
        assert "done to its target since" in str(undo(bench, intent).outcome)

    def test_in_observe_mode_an_undo_is_refused_before_it_takes_its_target(self) -> None:
        bench, intent = drained()
        bench.parts.controls.set_mode("rebalance_drain", "observe", Mode.ENFORCE, by="alice", now=NOON)
        assert "nothing is done in observe mode" in str(undo(bench, intent).outcome)
        lease = bench.parts.actions.lease(TARGET)
        assert lease is not None
        assert lease.intent == intent

    def test_an_undo_that_was_not_done_is_never_said_to_have_been(self) -> None:
        """It costs trust and bars the same all the same: both say what a person wanted, and no more."""
        bench, intent = drained()
        bench.mode = Mode.OBSERVE
        assert str(undo(bench, intent).outcome).startswith("not done")
        controls = bench.parts.controls.read()
        [demotion], [bar] = controls.demotions, controls.bars
        assert demotion.why == f"{intent} was to be undone"
        assert "wanted it undone" in bar.sentence()

    def test_an_undo_is_not_undone_and_costs_no_trust_by_that(self) -> None:
        bench, intent = drained()
        undone = undo(bench, intent).intent
        assert undone is not None
        before = bench.parts.controls.read().demotions
        with pytest.raises(NothingToUndoError, match="is an undo itself"):
            ask_undo(bench.parts, undone, "alice", "oops")
        assert bench.parts.controls.read().demotions == before
        receipt = bench.parts.actions.receipt(undone)
        assert receipt is not None
        assert receipt.inverse is None

    def test_invariant_50_what_a_person_did_in_between_has_the_last_word(self) -> None:
        """Bob reopened the host and drained it again: it looks as we left it, and is his."""
        bench, intent = drained()
        for minutes, kind in (
            (10, "UpdateContainerInstancesState:ACTIVE"),
            (20, "UpdateContainerInstancesState"),
        ):
            at = NOON + minutes * MINUTE
            deed = Deed(f"call-{minutes}", resource_of(TARGET), kind, "arn:aws:sts::1:bob", at, person=True)
            bench.parts.deeds.remember([deed])
        later(bench, 30 * MINUTE)
        assert "bob has done" in str(undo(bench, intent).outcome)
        assert bench.performer.performed == [TARGET]

    def test_what_was_done_to_the_target_before_is_no_hindrance(self) -> None:
        bench = Bench()
        deed = Deed("call", resource_of(TARGET), "UpdateService", "bob", NOON - MINUTE, person=True)
        bench.parts.deeds.remember([deed])
        _, intent = drained(bench)
        assert str(undo(bench, intent).outcome).startswith("done")

    def test_a_spot_reclaim_is_not_barred_by_the_undo_of_a_voluntary_drain(self) -> None:
        """Who did not want a host drained by advice has said nothing about one that goes away."""
        bench, intent = drained()
        undo(bench, intent)
        at = later(bench, 30 * MINUTE)
        assert bench.verdicts(rebalance(at=at)) == ["ignore"]
        bench.parts.controls.lift("rebalance_drain", "prod", "alice", at)
        assert bench.verdicts(warning(at=at)) == ["act"]

    def test_people_hear_of_a_reclaim_that_the_undo_of_a_reclaim_bars(self) -> None:
        bench = Bench()
        bar = Bar(TARGET, "UpdateContainerInstancesState", "spot_drain-1", "alice", playbook="spot_drain")
        bench.parts.controls.bar(bar, NOON)
        [result] = bench.run(warning())
        assert [outcome.verdict for outcome in result.outcomes] == ["tell"]
        assert "wanted it undone" in result.outcomes[0].reason


class TestDuplicates:
    def test_what_failed_does_not_make_the_next_event_a_duplicate(self) -> None:
        bench = Bench()
        bench.performer.planned[TARGET] = DENIED
        assert bench.verdicts(rebalance()) == ["tell"]
        bench.performer.planned = {}
        assert bench.verdicts(rebalance(at=later(bench, 5 * MINUTE))) == ["act"]

    def test_what_was_observed_does_not_swallow_what_is_to_be_done(self) -> None:
        bench = Bench(mode=Mode.OBSERVE)
        assert bench.verdicts(rebalance()) == ["observe"]
        assert bench.verdicts(rebalance(at=later(bench, MINUTE))) == ["ignore"]
        bench.mode = Mode.ENFORCE
        assert bench.verdicts(rebalance(at=later(bench, 5 * MINUTE))) == ["act"]

    def test_an_approval_right_after_something_that_failed_is_done(self) -> None:
        bench = Bench()
        bench.performer.planned[TARGET] = DENIED
        bench.verdicts(rebalance())
        bench.performer.planned = {}
        bench.mode = Mode.APPROVE
        assert bench.verdicts(rebalance(at=later(bench))) == ["hold"]
        assert str(approve(bench).outcome).startswith("done")

    def test_invariant_1_an_event_that_comes_again_after_another_playbooks_action_is_a_duplicate(
        self,
    ) -> None:
        """Its lease is another one's by now; its receipt says that it is settled."""
        bench, intent = drained(Bench(guard=GuardSettings(cooldown_minutes=10)))
        assert bench.verdicts(warning()) == ["act"]
        [result] = bench.run(rebalance())
        assert (result.retry, result.outcomes[0].verdict) == (None, "ignore")
        assert result.outcomes[0].reason == f"a duplicate of {intent}, done"
        assert len(bench.performer.performed) == 2

    def test_a_failure_is_told_once_however_often_its_event_comes(self) -> None:
        bench = Bench()
        bench.performer.planned[TARGET] = DENIED
        bench.run(rebalance())
        told = len(bench.outbox.cards)
        assert bench.verdicts(rebalance(), rebalance())[0] == "ignore"
        assert len(bench.outbox.cards) == told


class TestDamaged:
    def test_a_proposal_held_by_an_unknown_rule_costs_itself_alone(self) -> None:
        bench = Bench(mode=Mode.APPROVE)
        bench.run(rebalance())
        [held] = bench.parts.proposals.waiting(bench.clock.now())
        answered = bench.parts.proposals.answer(held, Standing.APPROVED, "alice", bench.clock.now())
        item = bench.store.get(("PROPOSALS", held.id))
        assert item is not None
        bench.store.write([Put({**item, "rule": "newer"})])
        bench.mode = Mode.ENFORCE
        first, second = bench.run(request(answered), warning())
        assert "a rule that nobody knows" in str(first.retry)
        assert [outcome.verdict for outcome in second.outcomes] == ["act"]

    def test_an_undo_of_a_kind_that_is_not_known_costs_itself_alone(self) -> None:
        bench, intent = drained()
        held = ask_undo(bench.parts, intent, "alice", "by hand")
        item = bench.store.get((f"INTENT#{intent}", "INTENT"))
        assert item is not None
        bench.store.write([Put({**item, "kind": "newer:Kind"})])
        first, second = bench.run(request(held), warning(at=NOON))
        assert "nothing here knows such an action" in str(first.retry)
        assert [outcome.verdict for outcome in second.outcomes] == ["act"]

    def test_an_open_intent_of_a_kind_that_is_not_known_keeps_no_other_from_being_finished(self) -> None:
        bench = Bench()
        bench.performer.planned[TARGET] = Effect(State.UNKNOWN, "no answer", retry=True)
        bench.run(rebalance())
        [intent] = bench.parts.actions.open_intents()
        for pk, sk in ((f"INTENT#{intent}", "INTENT"), (f"TARGET#{TARGET}", "LEASE")):
            item = bench.store.get((pk, sk))
            assert item is not None
            other = {"id": "a-newer", "intent": "a-newer", "target": "other", "kind": "newer:Kind"}
            known = {name: value for name, value in other.items() if name in item}
            moved = "INTENT#a-newer" if sk == "INTENT" else "TARGET#other"
            bench.store.write([Put({**item, **known, "pk": moved})])
        bench.store.write([Put({"pk": "OPEN", "sk": "a-newer", "v": SCHEMA, "target": "other"})])
        bench.performer.found[TARGET] = DRAINED
        later(bench, 60 * MINUTE)
        assert finish_open(bench.parts) == 1
        assert list(bench.parts.actions.open_intents()) == ["a-newer"]


def test_a_transcript_that_is_too_large_is_kept_without_what_makes_it_so() -> None:
    """DynamoDB refuses an item of more than 400 KB, and an event may have a megabyte."""
    large: dict[str, Any] = {"event": {"text": "x" * 1_000_000}, "facts": [{"n": 1}], "request": "id"}
    assert bounded(large) == {"facts": [{"n": 1}], "request": "id", "left_out": ["event"]}
    small: dict[str, Any] = {"event": {"text": "x"}, "facts": [{"n": 1}]}
    assert bounded(small) == small
    assert len(json.dumps(bounded({**large, "facts": [{"n": "x" * 300_000}]}))) < 1_000
