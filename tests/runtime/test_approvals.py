"""A person's approval on its way: nothing loses it, nothing lets more go than was shown, and it ends in an answer."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from dockwarden.actions import Action
from dockwarden.errors import TryAgainError
from dockwarden.events.dockwarden_request import Request
from dockwarden.facts.fleet import ContainerInstance
from dockwarden.facts.unknown import NotRead
from dockwarden.guard.modes import Mode
from dockwarden.guard.orders import HandsOff
from dockwarden.guard.rulings import LIFTABLE, Approval, Rule
from dockwarden.lanes import VOLUNTARY
from dockwarden.ledger.proposals import HeldAction, Standing
from dockwarden.ledger.store import Put
from dockwarden.notify.cards import Card
from dockwarden.performing import Effect, Gate, State
from dockwarden.playbook import registry
from dockwarden.runtime.arrivals import Arrival, Result
from dockwarden.runtime.engine import Engine
from dockwarden.runtime.lapsing import settle_lapsed
from dockwarden.runtime.work import Work
from tests.fakes import NOON, Bench, FakePerformer, FakeWorld, container_instance, event, warning
from tests.runtime.test_guarded import MINUTE, TARGET, approve, full, rebalance, request, settled

HOUR = 60 * MINUTE
FIRST, SECOND = container_instance(), container_instance("i-0bb")
PASSING = NotRead("ThrottlingException", passing=True)


class Unsure(FakeWorld):
    """A world of which something cannot be read just now."""

    def container_instances(self, ec2_instance_id: str) -> tuple[ContainerInstance, ...] | NotRead:
        return PASSING if self.instances is None else super().container_instances(ec2_instance_id)


class Interrupted(FakePerformer):
    """Performs, but somebody is faster: hands off a target between the claim and the call."""

    def __init__(self, bench: Bench, target: str) -> None:
        super().__init__()
        self._bench, self._target = bench, target

    def perform(self, playbook: str, actions: Sequence[Action], session: str, gate: Gate) -> list[Effect]:
        leave(self._bench, self._target)
        return super().perform(playbook, actions, session, gate)


def leave(bench: Bench, target: str = TARGET, by: str = "bob", until: timedelta = HOUR) -> None:
    """Somebody wants nobody to touch a target."""
    bench.parts.controls.leave_alone(HandsOff("target", target, NOON + until, by), NOON)


def answered(bench: Bench) -> HeldAction:
    """The only proposal that waits, approved, before the function hears of it."""
    [held] = bench.parts.proposals.waiting(bench.clock.now())
    return bench.parts.proposals.answer(held, Standing.APPROVED, "alice", bench.clock.now())


def approvable() -> Bench:
    """A drain waits for its approval."""
    bench = Bench(mode=Mode.APPROVE, world=Unsure())
    assert bench.verdicts(rebalance()) == ["hold"]
    return bench


def retried(results: Sequence[Result]) -> list[bool]:
    return [result.retry is not None for result in results]


def asked_again(bench: Bench) -> list[str]:
    """The rules for which people were asked about the only proposal, on the bus, each with a card of its id."""
    [held] = bench.parts.proposals.all()
    asked = [str(e["detail"]["rule"]) for e in bench.outbox.events if e["detail"].get("id") == held.id]
    assert len([card for card in bench.outbox.cards if card.id == held.id]) == len(asked)
    return asked


class TestInOneBatch:
    """Requests and events about one target, which arrive together."""

    def test_a_request_goes_before_an_event(self) -> None:
        bench = Bench(capacity=full())
        bench.run(rebalance())
        bench.capacity.planned = {}
        held = answered(bench)
        bench.run(rebalance(at=NOON + timedelta(seconds=1)), request(held))
        assert settled(bench, held.id).standing is Standing.SETTLED
        assert bench.performer.performed == [TARGET]

    def test_of_two_requests_the_second_comes_back_and_is_answered_too(self) -> None:
        bench = Bench(mode=Mode.APPROVE)
        bench.run(rebalance())
        bench.run(rebalance(at=NOON - 14 * MINUTE))
        helds = bench.parts.proposals.waiting(bench.clock.now())
        for held in helds:
            bench.parts.proposals.answer(held, Standing.APPROVED, "alice", bench.clock.now())
        assert retried(bench.run(*map(request, helds))) == [False, True]
        bench.run(request(helds[1]))
        assert [settled(bench, held.id).standing for held in helds] == [Standing.SETTLED] * 2
        assert bench.performer.performed == [TARGET]

    def test_one_that_is_not_approved_does_not_cost_one_that_is(self) -> None:
        """Hands off one host, approved in spite of it; another host, of which nobody was asked, is in the same call."""
        bench = Bench(world=FakeWorld(instances=[FIRST, SECOND]))
        leave(bench, FIRST.arn)
        bench.run(rebalance("i-0aa"))
        held = answered(bench)
        bench.run(rebalance("i-0bb"), request(held))
        assert settled(bench, held.id).standing is Standing.SETTLED
        assert sorted(bench.performer.performed) == sorted([FIRST.arn, SECOND.arn])


class TestNothingConsumesIt:
    """What passes by itself has the request come back; what does not has it wait again."""

    def test_facts_that_cannot_be_read_just_now(self) -> None:
        bench = approvable()
        held, known = answered(bench), bench.world.instances
        bench.world.instances = None
        assert retried(bench.run(request(held))) == [True]
        bench.world.instances = known
        bench.run(request(held))
        assert bench.performer.performed == [TARGET]

    def test_a_tag_that_cannot_be_read_just_now(self) -> None:
        bench = approvable()
        held = answered(bench)
        bench.world.mode_tags = {"prod": PASSING}
        assert retried(bench.run(request(held))) == [True]
        bench.world.mode_tags = {}
        bench.run(request(held))
        assert bench.performer.performed == [TARGET]

    def test_facts_that_nobody_may_read(self) -> None:
        bench = Bench(mode=Mode.APPROVE)
        bench.run(rebalance())
        known, bench.world.instances = bench.world.instances, None
        held = approve(bench)
        assert (held.standing, held.rule, held.target) == (Standing.WAITING, Rule.FACTS, TARGET)
        bench.world.instances = known
        assert approve(bench).standing is Standing.SETTLED
        assert bench.performer.performed == [TARGET]

    def test_a_playbook_that_fails(self, monkeypatch: pytest.MonkeyPatch) -> None:
        bench = approvable()
        held = answered(bench)
        with monkeypatch.context() as patched:
            patched.setattr(FakeWorld, "answers", lambda _: {})
            assert retried(bench.run(request(held))) == [True]
        assert settled(bench, held.id).standing is Standing.APPROVED
        bench.run(request(held))
        assert bench.performer.performed == [TARGET]


class TestWhatItLifts:
    """An approval lets go what the person has read, and nothing else."""

    def test_what_could_not_be_aimed_is_aimed_and_can_be_approved_against_what_holds_it_then(self) -> None:
        bench = Bench(world=FakeWorld(instances=None))
        bench.run(warning())
        bench.world.instances = [FIRST]
        leave(bench)
        held = approve(bench)
        assert (held.rule, held.target, held.unaimed) == (Rule.HANDS_OFF, TARGET, False)
        assert held.sentence == "drain i-0aa in cluster prod"
        assert approve(bench).standing is Standing.SETTLED
        assert bench.performer.performed == [TARGET]

    def test_an_opt_in_that_is_not_known_is_never_lifted(self) -> None:
        bench = Bench(world=FakeWorld(listed=None))
        bench.run(rebalance())
        held = approve(bench)
        assert (held.standing, held.rule) == (Standing.WAITING, Rule.OPT_IN)
        assert bench.performer.performed == []

    @pytest.mark.parametrize("rule", sorted(set(Rule) - LIFTABLE))
    def test_invariant_54_no_approval_lifts_what_is_not_listed(self, rule: Rule) -> None:
        assert not Approval("id", "alice", frozenset(Rule), ((rule, "why"),)).lets(rule, "why")

    def test_who_was_shown_bobs_hands_off_does_not_lift_carols(self) -> None:
        bench = Bench()
        leave(bench, until=10 * MINUTE)
        bench.run(rebalance())
        bench.clock.set(NOON + MINUTE)
        leave(bench, by="carol", until=2 * HOUR)
        held = approve(bench)
        assert (held.standing, bench.performer.performed) == (Standing.WAITING, [])
        assert "by carol" in held.why

    def test_both_can_be_lifted_one_after_another(self) -> None:
        bench = Bench()
        leave(bench)
        bench.parts.controls.leave_alone(HandsOff("cluster", "prod", NOON + HOUR, "carol"), NOON)
        bench.world.tagged = {"prod": {"dockwarden:freeze": "true"}}
        bench.run(rebalance())
        found = [approve(bench).standing for _ in range(3)]
        assert found == [Standing.WAITING, Standing.WAITING, Standing.SETTLED]
        assert bench.performer.performed == [TARGET]

    def test_what_was_shown_is_the_same_order_a_moment_later(self) -> None:
        bench = Bench()
        leave(bench)
        bench.run(rebalance())
        bench.clock.set(NOON + 5 * MINUTE)
        assert approve(bench).standing is Standing.SETTLED

    def test_two_actions_of_one_decision_are_held_each_under_one_card(self) -> None:
        twin = ContainerInstance(SECOND.arn, SECOND.cluster_arn, "i-0aa", "ACTIVE", version=3)
        bench = Bench(mode=Mode.APPROVE, world=FakeWorld(instances=[FIRST, twin]))
        bench.run(rebalance())
        held = bench.parts.proposals.waiting(bench.clock.now())
        assert {one.target for one in held} == {FIRST.arn, twin.arn}
        assert len(bench.outbox.cards) == 1
        bench.run(rebalance())
        assert len(bench.parts.proposals.waiting(bench.clock.now())) == 2


class TestLastLook:
    """Somebody orders hands off between the guard's answer and the call."""

    def test_it_holds_that_one_and_no_other_of_the_same_call(self) -> None:
        bench = Bench(world=FakeWorld(instances=[FIRST, SECOND]))
        bench.performer = Interrupted(bench, SECOND.arn)
        assert bench.verdicts(rebalance("i-0aa"), rebalance("i-0bb")) == ["act", "hold"]
        assert bench.performer.performed == [FIRST.arn]
        [held] = bench.parts.proposals.waiting(NOON)
        assert (held.target, held.rule) == (SECOND.arn, Rule.HANDS_OFF)
        assert bench.parts.actions.open_intents() == {}

    def test_what_was_approved_without_knowing_of_it_waits_again(self) -> None:
        bench = Bench(mode=Mode.APPROVE)
        bench.run(rebalance())
        bench.performer = Interrupted(bench, TARGET)
        held = approve(bench)
        assert (held.standing, held.rule) == (Standing.WAITING, Rule.HANDS_OFF)
        assert asked_again(bench) == [Rule.MODE, Rule.HANDS_OFF]
        assert bench.performer.performed == []
        bench.clock.set(bench.clock.now() + MINUTE)
        assert approve(bench).standing is Standing.SETTLED
        assert bench.performer.performed == [TARGET]


class TestBegun:
    """An earlier try has written its intent, and may have made the call."""

    def begun(self, found: Effect) -> tuple[Bench, HeldAction]:
        bench = approvable()
        bench.performer.planned[TARGET] = Effect(State.UNKNOWN, "no answer", retry=True)
        held = answered(bench)
        assert retried(bench.run(request(held))) == [True]
        leave(bench)
        bench.performer.found[TARGET] = found
        bench.run(request(held))
        return bench, settled(bench, held.id)

    def test_what_was_done_is_done_although_something_holds_it_now(self) -> None:
        bench, held = self.begun(Effect(State.DONE, "found DRAINING"))
        assert str(held.outcome).startswith("done")
        assert bench.parts.actions.open_intents() == {}

    def test_what_was_not_done_waits_again(self) -> None:
        bench, held = self.begun(Effect(State.FAILED, "its status is ACTIVE"))
        assert (held.standing, held.rule) == (Standing.WAITING, Rule.HANDS_OFF)
        assert asked_again(bench) == [Rule.MODE, Rule.HANDS_OFF]
        assert bench.parts.actions.open_intents() == {}

    def test_what_nobody_can_read_is_looked_at_again(self) -> None:
        bench, held = self.begun(Effect(State.UNKNOWN, "throttled"))
        assert held.standing is Standing.APPROVED
        bench.performer.found[TARGET] = Effect(State.DONE, "found DRAINING")
        bench.run(request(held))
        assert str(settled(bench, held.id).outcome).startswith("done")


class TestNobodyTookItUp:
    """The request is in the dead-letter queue, or was never sent."""

    def test_the_sweep_settles_it_at_its_deadline_and_people_are_told_once(self) -> None:
        bench = approvable()
        held = answered(bench)
        assert settle_lapsed(bench.parts) == 0
        bench.clock.set(held.until)
        cards = len(bench.outbox.cards)
        assert settle_lapsed(bench.parts) == 1
        assert "nothing took it up" in str(settled(bench, held.id).outcome)
        assert settle_lapsed(bench.parts) == 0
        assert [card.headline for card in bench.outbox.cards[cards:]] == ["Approved, but not done"]

    def test_a_damaged_proposal_keeps_no_other_from_being_settled(self) -> None:
        bench = approvable()
        held = answered(bench)
        bench.store.write([Put({"pk": "PROPOSALS", "sk": "broken", "v": 1})])
        bench.clock.set(held.until)
        assert settle_lapsed(bench.parts) == 1

    def test_the_sweep_looks_for_such_proposals(self) -> None:
        bench = approvable()
        held = answered(bench)
        bench.clock.set(held.until)
        parts = bench.parts
        work = Work(parts, Engine(parts, list(registry().values())))
        sweep = {"source": "dockwarden", "detail-type": "Dockwarden Sweep", "detail": {}}
        assert work.run([("m", event(sweep), None)], None) == []
        assert settled(bench, held.id).standing is Standing.SETTLED

    def test_one_that_was_begun_is_left_to_its_receipt(self) -> None:
        bench = approvable()
        bench.performer.planned[TARGET] = Effect(State.UNKNOWN, "no answer", retry=True)
        held = answered(bench)
        bench.run(request(held))
        bench.clock.set(held.until)
        assert settle_lapsed(bench.parts) == 0
        assert settled(bench, held.id).standing is Standing.APPROVED


@pytest.mark.parametrize("proposal", ["x" * 3000, "\ud800", "a\0b", "ä" * 600, "", "spot drain"])
def test_what_can_be_no_id_names_no_proposal(proposal: str) -> None:
    """DynamoDB refuses such a key, which looks as if the ledger were away."""
    raw = {"source": Request.SOURCE, "detail-type": Request.DETAIL_TYPES[0], "detail": {"proposal": proposal}}
    found = event(raw)
    assert isinstance(found, Request)
    assert found.proposal is None


class Refusing:
    """An outbox that takes nothing."""

    def send(self, cards: Sequence[Card], _events: Sequence[object] = ()) -> None:
        raise TryAgainError(f"{len(cards)} cards were not taken")


class Dying:
    """An outbox at which its function is cut off."""

    def send(self, _cards: Sequence[Card], _events: Sequence[object] = ()) -> None:
        raise KeyboardInterrupt


class TestDeadVoluntaryFunctions:
    """What a voluntary function left on a host does not cost its Spot drain."""

    def test_who_only_observed_keeps_nobody_waiting(self) -> None:
        bench = Bench(mode=Mode.OBSERVE)
        _cut_off(bench, Dying(), KeyboardInterrupt)
        bench.mode = Mode.ENFORCE
        assert bench.verdicts(warning()) == ["act"]
        assert bench.performer.performed == [TARGET]
        assert bench.parts.actions.open_intents() == {}

    def test_an_outbox_that_refuses_leaves_no_lease(self) -> None:
        bench = Bench()
        _cut_off(bench, Refusing(), TryAgainError)
        bench.performer.found[TARGET] = Effect(State.DONE, "found DRAINING")
        assert bench.verdicts(warning()) == ["act"]
        assert bench.parts.actions.open_intents() == {}

    def test_once_its_lease_is_over_the_drain_is_done_in_the_same_breath(self) -> None:
        bench = Bench()
        _cut_off(bench, Dying(), KeyboardInterrupt)
        bench.clock.set(bench.clock.now() + timedelta(seconds=VOLUNTARY.function_timeout))
        bench.performer.performed.clear()
        assert bench.verdicts(warning()) == ["act"]
        assert bench.performer.performed == [TARGET]


def _cut_off(bench: Bench, outbox: Refusing | Dying, error: type[BaseException]) -> None:
    """Run a rebalance recommendation that ends at its outbox."""
    usual = bench.outbox
    bench.outbox = outbox  # type: ignore[assignment]
    with pytest.raises(error):
        Engine(bench.parts, list(registry().values())).run([Arrival("m", event(rebalance()))])
    bench.outbox = usual
