"""What stands between a decision and a call: each restraint on the way of a voluntary and of an involuntary action."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from dockwarden.events.dockwarden_request import Request
from dockwarden.facts.unknown import NotRead
from dockwarden.guard.budgets import Limit, Need, Pool, Room
from dockwarden.guard.modes import Mode
from dockwarden.guard.orders import Bar, Demotion, HandsOff
from dockwarden.guard.rulings import Rule
from dockwarden.guard.settings import GuardSettings
from dockwarden.incidents.history import History, Incident
from dockwarden.ledger.histories import LedgerHistories
from dockwarden.ledger.proposals import HeldAction, Standing
from dockwarden.performing import Effect, State
from tests.fakes import (
    NOON,
    Bench,
    FakeCapacity,
    FakeWorld,
    cluster_arn,
    container_instance,
    warning,
)

MINUTE = timedelta(minutes=1)
TARGET = container_instance().arn


def rebalance(ec2: str = "i-0aa", at: datetime = NOON) -> dict[str, Any]:
    """A rebalance recommendation, which is of free will: nothing forces anybody."""
    raw = warning(ec2, at)
    return {
        **raw,
        "detail-type": "EC2 Instance Rebalance Recommendation",
        "detail": {"instance-id": ec2},
    }


def request(held: HeldAction | None) -> dict[str, Any]:
    """What the command line puts on the lane."""
    detail = {"proposal": held.id if held else None}
    return {"source": Request.SOURCE, "detail-type": Request.DETAIL_TYPES[0], "detail": detail}


def approve(bench: Bench, by: str = "alice") -> HeldAction:
    """Approve the only proposal that waits, and let the function hear of it."""
    [held] = bench.parts.proposals.waiting(bench.clock.now())
    answered = bench.parts.proposals.answer(held, Standing.APPROVED, by, bench.clock.now())
    bench.run(request(answered))
    return settled(bench, held.id)


def settled(bench: Bench, proposal: str) -> HeldAction:
    found = bench.parts.proposals.get(proposal)
    assert found is not None
    return found


def full() -> FakeCapacity:
    """A budget of which everything is taken."""
    pool = Pool("cluster:prod", "cluster prod", "container instances")
    need = Need(pool, 1, (Limit(1, percent=False, said_by="guard.budget_cluster"),), Room(10, {"other": 1}))
    return FakeCapacity({TARGET: (need,)})


def troubled(bench: Bench, services: int, cause: str = "app-exit") -> None:
    """Services that began to fail a second after each other."""
    histories = LedgerHistories(bench.store)
    for number in range(services):
        at = NOON - MINUTE + timedelta(seconds=number)
        incident = Incident(f"inc-{number}", cause, None, at, at)
        history = histories.of(f"prod/web-{number}")
        histories.keep(History(history.key, incidents=(incident,), written=history.written))
    histories.write(NOON)


def test_a_voluntary_drain_goes_when_nothing_stands_in_its_way() -> None:
    bench = Bench()
    assert bench.verdicts(rebalance()) == ["act"]
    assert bench.performer.performed == [TARGET]


def test_hands_off_holds_everything_in_its_place_until_its_end() -> None:
    """By command, for the cluster; also what is involuntary, because a person wants nobody there."""
    bench = Bench()
    until = NOON + 10 * MINUTE
    bench.parts.controls.leave_alone(HandsOff("cluster", "prod", until, "arn:me", "surgery"), NOON)
    assert bench.verdicts(rebalance()) == ["hold"]
    assert bench.verdicts(warning()) == ["hold"]
    assert bench.performer.performed == []
    bench.clock.set(until)
    assert bench.verdicts(rebalance(at=until)) == ["act"]


@pytest.mark.parametrize(("tag", "value"), [("dockwarden:freeze", "true"), ("dockwarden:hands-off", "true")])
def test_a_tag_of_the_cluster_holds_what_is_voluntary(tag: str, value: str) -> None:
    bench = Bench(world=FakeWorld(tagged={"prod": {tag: value}}))
    assert bench.verdicts(rebalance()) == ["hold"]
    [held] = bench.parts.proposals.waiting(NOON)
    assert tag.partition(":")[2] in held.rule


def test_invariant_47_an_involuntary_drain_passes_freeze_budget_and_mass_failure_but_counts() -> None:
    bench = Bench(world=FakeWorld(tagged={"prod": {"dockwarden:freeze": "true"}}), capacity=full())
    troubled(bench, 9)
    assert bench.verdicts(warning()) == ["act"]
    assert [slot.target for slot in bench.parts.slots.in_flight("cluster:prod")] == [TARGET]


def test_a_full_budget_holds_a_voluntary_drain_and_says_the_numbers() -> None:
    bench = Bench(capacity=full())
    assert bench.verdicts(rebalance()) == ["hold"]
    [held] = bench.parts.proposals.waiting(NOON)
    assert held.rule == Rule.BUDGET
    assert "1 container instances of 10 of cluster prod are in disruption" in held.why
    assert "allows 1 at once" in held.why


def test_invariant_33_many_services_that_fail_at_once_hold_everything_and_page_once() -> None:
    bench = Bench()
    troubled(bench, 5)
    assert bench.verdicts(rebalance()) == ["hold"]
    assert bench.verdicts(rebalance(at=NOON + timedelta(seconds=1))) == ["hold"]
    assert bench.performer.performed == []
    pages = [card for card in bench.outbox.cards if card.headline == "Automation holds"]
    assert len(pages) == 1
    assert "5 services fail at once" in pages[0].cause


def test_invariant_33_a_page_is_not_repeated_when_the_first_service_recovers() -> None:
    bench = Bench()
    troubled(bench, 6)
    assert bench.verdicts(rebalance()) == ["hold"]
    histories = LedgerHistories(bench.store)
    first = histories.of("prod/web-0")
    closed = tuple(replace(one, closed_at=NOON) for one in first.incidents)
    histories.keep(History(first.key, incidents=closed, written=first.written))
    histories.write(NOON)
    assert bench.verdicts(rebalance(at=NOON + timedelta(seconds=1))) == ["hold"]
    assert [card.headline for card in bench.outbox.cards] == ["Automation holds"]


def test_invariant_33_what_has_failed_for_hours_holds_nothing_any_more() -> None:
    bench = Bench(guard=GuardSettings(mass_failure_hold_minutes=30))
    troubled(bench, 9)
    for minutes, verdict in ((28, "hold"), (30, "act")):
        bench.clock.set(NOON + minutes * MINUTE)
        assert bench.verdicts(rebalance(at=NOON + minutes * MINUTE)) == [verdict]


@pytest.mark.parametrize("tag", ["dockwarden:freeze", "dockwarden:hands-off"])
def test_what_one_order_holds_many_times_is_one_card_that_says_where_the_rest_is(tag: str) -> None:
    hosts = [container_instance(f"i-0{n:02x}") for n in range(40)]
    bench = Bench(world=FakeWorld(instances=hosts, tagged={"prod": {tag: "true"}}))
    for host in hosts:
        assert bench.verdicts(rebalance(host.ec2_instance_id)) == ["hold"]
    assert len(bench.parts.proposals.waiting(NOON)) == 40
    [card] = bench.outbox.cards
    assert "dockwarden pending" in card.lines[-1].text


def test_what_waits_for_an_approval_is_told_each_by_itself() -> None:
    hosts = [container_instance("i-0aa"), container_instance("i-0bb")]
    bench = Bench(mode=Mode.APPROVE, world=FakeWorld(instances=hosts))
    for host in hosts:
        bench.run(rebalance(host.ec2_instance_id))
    assert [card.subject for card in bench.outbox.cards] == ["i-0aa", "i-0bb"]


def test_a_budget_that_could_not_be_read_just_now_is_read_again_and_holds_only_in_the_end() -> None:
    """A throttled read is nothing to ask a person about."""
    bench = Bench(capacity=full())
    [need] = bench.capacity.planned[TARGET]
    bench.capacity.planned[TARGET] = (replace(need, room=NotRead("ThrottlingException", passing=True)),)
    [result] = bench.run(rebalance())
    assert "ThrottlingException" in str(result.retry)
    assert bench.parts.proposals.all() == []
    bench.clock.set(NOON + 4 * MINUTE)
    assert bench.verdicts(rebalance()) == ["hold"]
    bench.capacity.planned[TARGET] = (replace(need, room=NotRead("AccessDenied")),)
    assert bench.verdicts(rebalance(at=NOON + 4 * MINUTE)) == ["hold"]


@pytest.mark.parametrize("cause", ["spot", "host-terminated", "user", "scheduler"])
def test_invariant_33_causes_that_are_nobodys_release_do_not_count(cause: str) -> None:
    bench = Bench()
    troubled(bench, 9, cause)
    assert bench.verdicts(rebalance()) == ["act"]


def test_a_target_is_left_alone_for_its_cooldown_and_then_its_cap_holds() -> None:
    """After as many actions as the cap allows, a target that has cooled down is not touched again."""
    bench = Bench(guard=GuardSettings(cooldown_minutes=30, actions_per_target=2))
    found = []
    for minutes in (0, 16, 32, 63):
        at = NOON + minutes * MINUTE
        bench.clock.set(at + timedelta(seconds=2))
        found += bench.verdicts(rebalance(at=at))
    assert found == ["act", "hold", "act", "hold"]
    assert [held.rule for held in bench.parts.proposals.all()] == ["cooldown", "cap"]
    assert len(bench.performer.performed) == 2


def test_what_is_only_observed_is_not_held_but_says_what_would_hold_it() -> None:
    bench = Bench(mode=Mode.OBSERVE, world=FakeWorld(tagged={"prod": {"dockwarden:freeze": "true"}}))
    [result] = bench.run(rebalance())
    [outcome] = result.outcomes
    assert outcome.verdict == "observe"
    assert bench.parts.proposals.all() == []
    intent = bench.parts.actions.intent(
        str(next(iter(bench.parts.actions.closed_since(NOON, NOON + MINUTE))))
    )
    assert intent is not None
    assert "otherwise it would be held" in intent.why


class TestApproval:
    """A person lets one held action go; everything else still holds."""

    def test_an_approved_action_is_done_and_its_receipt_names_the_person(self) -> None:
        bench = Bench(mode=Mode.APPROVE)
        assert bench.verdicts(rebalance()) == ["hold"]
        held = approve(bench)
        assert (held.standing, bench.performer.performed) == (Standing.SETTLED, [TARGET])
        assert held.intent is not None
        intent = bench.parts.actions.intent(held.intent)
        assert intent is not None
        assert intent.by == "alice"

    def test_invariant_54_the_second_answer_sees_the_first(self) -> None:
        bench = Bench(mode=Mode.APPROVE)
        bench.run(rebalance())
        [held] = bench.parts.proposals.waiting(NOON)
        bench.parts.proposals.answer(held, Standing.REJECTED, "alice", NOON)
        second = bench.parts.proposals.answer(held, Standing.APPROVED, "bob", NOON)
        assert (second.by, second.standing) == ("alice", Standing.REJECTED)
        bench.run(request(second))
        assert bench.performer.performed == []

    def test_invariant_55_an_approval_after_the_state_has_changed_does_nothing(self) -> None:
        bench = Bench(mode=Mode.APPROVE)
        bench.run(rebalance())
        bench.world.instances = [container_instance(status="DRAINING")]
        held = approve(bench)
        assert bench.performer.performed == []
        assert "does not propose it any more" in str(held.outcome)

    def test_invariant_55_an_approval_after_its_end_does_nothing(self) -> None:
        bench = Bench(mode=Mode.APPROVE)
        bench.run(rebalance())
        [held] = bench.parts.proposals.waiting(NOON)
        answered = bench.parts.proposals.answer(held, Standing.APPROVED, "alice", NOON)
        bench.clock.set(held.until)
        bench.run(request(answered))
        assert bench.performer.performed == []
        assert "lapsed" in str(settled(bench, held.id).outcome)

    def test_a_stop_that_was_set_meanwhile_holds_an_approval_too(self) -> None:
        bench = Bench(mode=Mode.APPROVE)
        bench.run(rebalance())
        bench.parts.controls.stop("everything", "", "arn:me", NOON)
        held = approve(bench)
        assert bench.performer.performed == []
        assert "stopped" in str(held.outcome)

    def test_what_a_person_was_not_shown_still_holds(self) -> None:
        """It was held for approval; then a freeze began: it waits again, with the new reason."""
        bench = Bench(mode=Mode.APPROVE)
        bench.run(rebalance())
        bench.world.tagged = {"prod": {"dockwarden:freeze": "true"}}
        held = approve(bench)
        assert (held.standing, held.rule) == (Standing.WAITING, Rule.FREEZE)
        assert approve(bench).standing is Standing.SETTLED
        assert bench.performer.performed == [TARGET]

    def test_the_same_request_twice_is_one_action(self) -> None:
        bench = Bench(mode=Mode.APPROVE)
        bench.run(rebalance())
        held = approve(bench)
        bench.run(request(held), request(held))
        assert bench.performer.performed == [TARGET]

    def test_a_forged_request_does_nothing(self) -> None:
        bench = Bench(mode=Mode.APPROVE)
        bench.run(rebalance())
        [held] = bench.parts.proposals.waiting(NOON)
        bench.run(request(held), request(None))
        assert bench.performer.performed == []


class TestUndo:
    """What was done is taken back, while that is still right."""

    def undo(self, bench: Bench, intent_id: str) -> HeldAction:
        """Ask for an undo as the command line does."""
        intent, now = bench.parts.actions.intent(intent_id), bench.clock.now()
        assert intent is not None
        inverse = container_instance()
        held = HeldAction(
            id=f"undo-{intent_id}",
            playbook=intent.playbook,
            kind="UpdateContainerInstancesState:ACTIVE",
            target=inverse.arn,
            action=intent.action,
            subject=intent.subject,
            sentence="set it to ACTIVE",
            rule=Rule.MODE,
            why="",
            reason="asked for",
            until=now + MINUTE,
            created_at=now,
            undoes=intent_id,
            standing=Standing.APPROVED,
            by="alice",
            at=now,
        )
        bench.parts.proposals.keep(held)
        bench.run(request(held))
        return settled(bench, held.id)

    def drained(self) -> tuple[Bench, str]:
        bench = Bench()
        bench.run(rebalance())
        [intent] = bench.parts.actions.closed_since(NOON - MINUTE, NOON + MINUTE)
        bench.performer.found[TARGET] = Effect(State.DONE, "found DRAINING")
        return bench, intent

    def test_invariant_74_a_drain_is_undone_under_the_cooldown(self) -> None:
        bench, intent = self.drained()
        held = self.undo(bench, intent)
        assert str(held.outcome).startswith("done")
        assert bench.performer.performed == [TARGET, TARGET]

    def test_invariant_50_what_somebody_else_did_since_is_not_undone(self) -> None:
        bench, intent = self.drained()
        bench.performer.found[TARGET] = Effect(State.FAILED, "its status is ACTIVE")
        held = self.undo(bench, intent)
        assert "not as it was left" in str(held.outcome)
        assert bench.performer.performed == [TARGET]

    def test_after_an_undo_the_same_is_not_done_again_on_that_target(self) -> None:
        bench, intent = self.drained()
        bench.parts.controls.bar(Bar(TARGET, "UpdateContainerInstancesState", intent, "alice"), NOON)
        later = NOON + 30 * MINUTE
        bench.clock.set(later)
        [result] = bench.run(rebalance(at=later))
        assert result.outcomes[0].verdict == "ignore"
        assert "wanted it undone" in result.outcomes[0].reason
        assert bench.performer.performed == [TARGET]


def test_a_demoted_playbook_asks_before_it_acts() -> None:
    bench = Bench()
    bench.parts.controls.demote(Demotion("rebalance_drain", "prod", NOON, "marked wrong"), "alice")
    [result] = bench.run(rebalance())
    assert result.outcomes[0].verdict == "hold"
    assert "marked wrong" in result.outcomes[0].reason


def test_two_wrongs_within_seven_days_move_a_playbook_down_everywhere() -> None:
    bench = Bench()
    bench.parts.trust.wrong("rebalance_drain", "prod", "alice", "one was undone", NOON)
    assert bench.parts.controls.read().demotions[0].place == "prod"
    bench.parts.trust.wrong("rebalance_drain", "stage", "bob", "two was marked wrong", NOON)
    assert {d.place for d in bench.parts.controls.read().demotions} == {"prod", "stage", None}


def test_a_mode_for_a_place_is_more_specific_than_the_playbooks() -> None:
    bench = Bench(mode=Mode.OBSERVE)
    controls = bench.parts.controls
    controls.set_mode("rebalance_drain", "enforce", Mode.ENFORCE, by="me", now=NOON, place="prod")
    assert bench.verdicts(rebalance()) == ["act"]
    assert cluster_arn() in TARGET.replace("container-instance/prod/" + TARGET[-32:], "cluster/prod")
