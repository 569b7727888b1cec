"""One deployment that fails is one occurrence: what was done about it is done once, and what was not may still be."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from dockwarden.guard.modes import Mode
from dockwarden.ledger.claims import DEALT_WITH
from dockwarden.ledger.memory import MemoryStore
from dockwarden.ledger.proposals import HeldAction, ProposalLedger, Standing
from dockwarden.ledger.records import Intent, Receipt, pack
from dockwarden.ledger.store import Put
from dockwarden.performing import State
from dockwarden.runtime.finishing import finish_open
from dockwarden.runtime.occasions import MOST, Mark, Occasions, mark_of
from dockwarden.runtime.tries import PAUSES, next_try
from lab.drydock import registrations
from tests.fakes import NOON
from tests.rollback.story import CRASH, SAFE, Story, runs, story
from tests.rollback.test_scenarios import HOUR, LATE, MINUTE, WELL
from tests.runtime.harness import KilledError

HELD = "held, a decision is needed"
LOOK = "needs a look"


def stop(tale: Story) -> None:
    tale.installation.parts.controls.stop("everything", "", "alice", tale.installation.clock.now())


def resume(tale: Story) -> None:
    tale.installation.parts.controls.resume("everything", "", "alice", tale.installation.clock.now())


def told(tale: Story) -> list[str]:
    """The headlines of the cards that ask somebody for something, in order."""
    return [card["headline"] for card in tale.told if card["headline"] in (HELD, LOOK)]


def nobody_hears(tale: Story, seconds: float) -> None:
    """Let time pass in which it goes on failing, at no cost."""
    heard, tale.lanes = tale.lanes, ()
    tale.run(seconds)
    for queue in tale.bus.queues.values():
        queue.messages.clear()
    tale.lanes = heard


def waiting(tale: Story) -> int:
    return len(tale.installation.parts.proposals.waiting(tale.installation.clock.now()))


@pytest.mark.parametrize("tags", [{}, SAFE], ids=["ask", "safe"])
def test_once_a_stop_is_lifted_the_rollback_is_proposed_or_done(tags: dict[str, str]) -> None:
    """The card that said that it was stopped does not stand for all that comes after."""
    with story() as tale:
        web = tale.service(tags=tags)
        stop(tale)
        tale.release(web, LATE)
        tale.run(12 * MINUTE)
        assert (told(tale), tale.proposals()) == ([LOOK], [])
        resume(tale)
        tale.run(12 * MINUTE)
        if tags:
            assert (tale.ours(), runs(web)) == ({"UpdateService": 1}, "web:1")
        else:
            assert (told(tale), waiting(tale)) == ([LOOK, HELD], 1)


def test_what_was_only_observed_is_done_once_it_may_be_and_then_never_again() -> None:
    with story(mode=Mode.OBSERVE) as tale:
        web = tale.service()
        tale.release(web, LATE)
        tale.run(20 * MINUTE)
        assert len(tale.cards("would have been rolled back")) == 1
        tale.installation.mode = Mode.ENFORCE
        tale.run(20 * MINUTE)
        assert (tale.ours(), runs(web)) == ({"UpdateService": 1}, "web:1")


def test_a_call_that_failed_is_tried_again_with_the_next_revision_that_worked() -> None:
    """The target becomes INACTIVE in the very moment of the call."""
    with story() as tale:
        web = tale.service()
        tale.release(web, WELL)
        tale.run(30 * MINUTE)
        two = web.definition
        tale.release(web, LATE)
        tale.before("ecs.UpdateService", lambda: registrations.deregister(tale.world, two))
        tale.run(40 * MINUTE)
        assert len(tale.cards("could not be rolled back")) == 1
        assert (tale.ours(), runs(web)) == ({"UpdateService": 1}, "web:1")


def test_a_proposal_that_lapses_is_made_anew_and_not_for_ever() -> None:
    """Nobody answered for four hours, and it still fails."""
    with story() as tale:
        web = tale.service(tags={})
        tale.release(web, LATE)
        tale.run(20 * MINUTE)
        assert (len(told(tale)), waiting(tale)) == (1, 1)
        nobody_hears(tale, 4 * HOUR)
        tale.run(6 * MINUTE)
        first, second = tale.proposals()
        assert (len(told(tale)), waiting(tale)) == (2, 1)
        assert first.id != second.id
        assert second.sentence == first.sentence
        assert tale.approve(second).standing is Standing.SETTLED
        assert runs(web) == "web:1"


def test_a_proposal_that_a_person_rejected_is_not_made_anew() -> None:
    with story() as tale:
        web = tale.service(tags={})
        tale.release(web, LATE)
        tale.run(12 * MINUTE)
        [held] = tale.proposals()
        now = tale.installation.clock.now()
        tale.installation.parts.proposals.answer(held, Standing.REJECTED, "alice", now)
        nobody_hears(tale, 4 * HOUR)
        tale.run(6 * MINUTE)
        assert (len(tale.proposals()), len(told(tale))) == (1, 1)


def test_a_changed_target_is_told_and_takes_the_place_of_the_old_one() -> None:
    with story() as tale:
        web = tale.service(tags={})
        tale.release(web, WELL)
        tale.run(30 * MINUTE)
        two = web.definition
        tale.release(web, LATE)
        tale.run(12 * MINUTE)
        registrations.deregister(tale.world, two)
        tale.run(12 * MINUTE)
        first, second = tale.proposals()
        assert (first.standing, second.standing) == (Standing.SETTLED, Standing.WAITING)
        assert [one.sentence[-5:] for one in (first, second)] == ["web:2", "web:1"]
        assert told(tale) == [HELD, HELD]


def test_what_waits_about_a_deployment_that_was_taken_back_waits_no_more() -> None:
    """Held for a person, then nothing stands against it any more and it is done: nobody shall approve the rest."""
    with story() as tale:
        web = tale.service(tags={})
        tale.release(web, LATE)
        tale.run(12 * MINUTE)
        assert waiting(tale) == 1
        web.tags.update(SAFE)
        tale.run(12 * MINUTE)
        assert (tale.ours(), waiting(tale)) == ({"UpdateService": 1}, 0)
        [held] = tale.proposals()
        assert held.outcome is not None
        assert held.outcome.endswith(" has taken its place")


def test_a_new_objection_is_told_once() -> None:
    with story() as tale:
        web = tale.service(tags={})
        tale.release(web, LATE)
        tale.run(12 * MINUTE)
        web.definition.tags["dockwarden:barrier"] = "true"
        tale.run(20 * MINUTE)
        _, second = tale.proposals()
        assert "web:2 has the tag dockwarden:barrier" in second.reason
        assert (told(tale), waiting(tale)) == ([HELD, HELD], 1)


def test_a_rollback_of_the_next_release_is_done_once_its_target_has_cooled_down() -> None:
    """Not a quarter of an hour after the last one, as if it were the same."""
    with story() as tale:
        web = tale.service()
        tale.release(web, CRASH)
        tale.until(lambda: sum(tale.ours().values()) == 1, seconds=15)
        tale.run(MINUTE)
        tale.release(web, CRASH)
        tale.run(6 * MINUTE)
        assert len(tale.cards(HELD)) == 1
        tale.until(lambda: sum(tale.ours().values()) == 2, seconds=15, most=7 * 4)
        tale.run(3 * MINUTE)
        assert (runs(web), waiting(tale)) == ("web:1", 0)


def test_what_a_person_approved_and_nothing_came_of_is_proposed_anew() -> None:
    """Everything was stopped in the moment of the yes: an hour later it still fails, and somebody is asked."""
    with story() as tale:
        web = tale.service(tags={})
        tale.release(web, LATE)
        tale.run(12 * MINUTE)
        [held] = tale.proposals()
        stop(tale)
        assert str(tale.approve(held).outcome).startswith("not done: ")
        resume(tale)
        tale.run(3 * MINUTE)
        assert (len(tale.proposals()), tale.ours()) == (1, {})
        tale.run(8 * MINUTE)
        first, second = tale.proposals()
        assert (second.standing, second.sentence) == (Standing.WAITING, first.sentence)
        assert tale.approve(second).standing is Standing.SETTLED
        assert runs(web) == "web:1"


@pytest.mark.parametrize("mode", [Mode.ENFORCE, Mode.OBSERVE])
def test_a_stop_is_told_although_an_earlier_try_came_to_nothing(mode: Mode) -> None:
    """What failed or was only observed is no reason to keep silent of what keeps it from being tried again."""
    with story(mode=mode) as tale:
        web = tale.service()
        tale.release(web, WELL)
        tale.run(30 * MINUTE)
        two = web.definition
        tale.release(web, LATE)
        tale.before("ecs.UpdateService", lambda: registrations.deregister(tale.world, two))
        nothing = "could not be rolled back" if mode is Mode.ENFORCE else "would have been rolled back"
        tale.until(lambda: bool(tale.cards(nothing)), seconds=15)
        tale.installation.mode = Mode.ENFORCE
        stop(tale)
        tale.run(12 * MINUTE)
        assert (told(tale), tale.ours()) == ([LOOK], {})


def test_what_waits_is_settled_too_where_the_sweep_finds_that_it_was_done() -> None:
    """Killed after the call, and nothing brings its event back: what a person was asked before is over."""
    with story() as tale:
        web = tale.service(tags={})
        tale.release(web, LATE)
        tale.run(12 * MINUTE)
        [held] = tale.proposals()
        web.tags.update(SAFE)
        plan = tale.installation.plan
        plan.stop_at, plan.when = "ecs.UpdateService", "after"
        with pytest.raises(KilledError):
            tale.run(25 * MINUTE)
        plan.stop_at, plan.at = None, None
        assert waiting(tale) == 1
        nobody_hears(tale, 30 * MINUTE)
        assert finish_open(tale.installation.parts) == 1
        assert (waiting(tale), tale.ours()) == (0, {"UpdateService": 1})
        assert str(tale.proposals()[0].outcome).endswith(" has taken its place")
        assert tale.proposals()[0].id == held.id


def test_what_a_person_has_answered_takes_no_place_of_what_still_waits() -> None:
    """What was told of it is forgotten: it is told once more, but no proposal of it is kept a second time."""
    with story() as tale:
        web = tale.service(tags={})
        tale.release(web, LATE)
        tale.run(12 * MINUTE)
        [held] = tale.proposals()
        proposals, now = tale.installation.parts.proposals, tale.installation.clock.now()
        assert proposals.keep(replace(held, id="rollback-other", until=now + timedelta(hours=4)))
        proposals.answer(held, Standing.REJECTED, "alice", now)
        memory = tale.installation.memory
        for key in [key for key in memory.items if key[0].startswith("TOLD#")]:
            del memory.items[key]
        tale.run(6 * MINUTE)
        assert [one.standing for one in tale.proposals() if one.id == held.id] == [Standing.REJECTED]
        assert [one.id for one in proposals.waiting(tale.installation.clock.now())] == ["rollback-other"]


A, B = Mark("a"), Mark("b")


def proposal(proposal_id: str, at: datetime) -> HeldAction:
    """A proposal that lapses after four hours."""
    until = at + timedelta(hours=4)
    return HeldAction(
        id=proposal_id,
        playbook="rollback",
        kind="UpdateService",
        target="web",
        action={},
        subject="web",
        sentence="roll web back",
        rule="playbook",
        why="",
        reason="it fails",
        until=until,
        created_at=at,
    )


class TestOccasions:
    """What is told of one occurrence, on a ledger in memory."""

    @staticmethod
    def of(store: MemoryStore) -> Occasions:
        return Occasions(store)

    def test_the_same_is_told_once_also_by_the_next_function(self) -> None:
        store = MemoryStore()
        first = self.of(store)
        assert first.told("rollback-1", A, NOON) is None
        mine = first.tell("rollback-1", A, NOON)
        assert first.told("rollback-1", A, NOON) == mine
        first.remember(NOON)
        assert self.of(store).told("rollback-1", A, NOON) == mine
        assert self.of(store).told("rollback-1", B, NOON) is None

    def test_two_functions_at_once_give_the_same_thing_the_same_id_and_another_one_another(self) -> None:
        store = MemoryStore()
        one, two, three = (self.of(store).tell("rollback-1", mark, NOON) for mark in (A, A, B))
        assert one == two != three

    def test_whatever_changes_it_is_told_a_bounded_number_of_times(self) -> None:
        occasions = self.of(MemoryStore())
        marks = (Mark(str(number)) for number in range(10 * MOST))
        new = (mark for mark in marks if occasions.told("rollback-1", mark, NOON) is None)
        ids = [occasions.tell("rollback-1", mark, NOON, NOON + timedelta(hours=4)) for mark in new]
        assert len(set(ids)) == len(ids) == MOST

    def test_lapsed_ones_count_too(self) -> None:
        occasions, now, ids = self.of(MemoryStore()), NOON, []
        for _ in range(10 * MOST):
            if occasions.told("rollback-1", A, now) is None:
                ids.append(occasions.tell("rollback-1", A, now, now + timedelta(hours=4)))
            now += timedelta(hours=1)
        assert len(set(ids)) == len(ids) == MOST

    def test_that_less_stands_against_it_is_no_news_and_that_something_else_does_is(self) -> None:
        occasions = self.of(MemoryStore())
        told = occasions.tell("rollback-1", Mark("a", frozenset("xy")), NOON)
        assert occasions.told("rollback-1", Mark("a", frozenset("x")), NOON) == told
        assert occasions.told("rollback-1", Mark("a", frozenset("xz")), NOON) is None

    def test_a_damaged_record_has_it_told_once_more(self) -> None:
        store = MemoryStore()
        occasions = self.of(store)
        occasions.tell("rollback-1", A, NOON)
        occasions.remember(NOON)
        [key] = [key for key in store.items if key[1] == "SAID"]
        store.write([Put({**store.items[key], "said": "{"})])
        assert self.of(store).told("rollback-1", A, NOON) is None

    def test_what_was_forgotten_is_told_under_an_id_that_can_still_be_answered(self) -> None:
        """However unevenly the table forgets: the proposal of the old id has lapsed, and could not be kept anew."""
        store = MemoryStore()
        occasions, proposals = self.of(store), ProposalLedger(store)
        first = occasions.tell("rollback-1", A, NOON, NOON + timedelta(hours=4))
        occasions.remember(NOON)
        assert proposals.keep(proposal(first, NOON))
        ttl = {key: int(str(item["ttl"])) for key, item in store.items.items()}
        assert len(set(ttl.values())) == 1
        [said] = [key for key in store.items if key[1] == "SAID"]
        del store.items[said]
        later = NOON + timedelta(days=30)
        second = self.of(store).tell("rollback-1", A, later, later + timedelta(hours=4))
        assert proposals.keep(proposal(second, later))
        assert [one.id for one in proposals.waiting(later)] == [second]
        assert self.of(store).tell("rollback-1", A, later, later + timedelta(hours=4)) == second

    @pytest.mark.parametrize("state", list(State))
    def test_what_may_have_been_done_stands_and_what_came_to_nothing_is_free_after_a_pause(
        self, state: State
    ) -> None:
        store = MemoryStore()
        occasions, proposals = self.of(store), ProposalLedger(store)
        told = occasions.tell("rollback-1", A, NOON, NOON + timedelta(hours=4))
        proposals.keep(proposal(told, NOON))
        held = proposals.answer(proposal(told, NOON), Standing.APPROVED, "alice", NOON)
        proposals.settle(held, f"{state}: x", "rollback-1")
        receipt = pack(Receipt("rollback-1", state, "x", NOON, 1))
        store.write([Put({"pk": "INTENT#rollback-1", "sk": "RECEIPT", **receipt})])
        assert occasions.told("rollback-1", A, NOON + timedelta(minutes=4)) == told
        after = occasions.told("rollback-1", A, NOON + timedelta(minutes=5))
        assert after == (told if state in DEALT_WITH else None)

    def test_lengths_of_time_are_no_news(self) -> None:
        old = ["it was deployed 25 h ago, more than 24 h"]
        new = ["it was deployed 3 days ago, more than 24 h"]
        assert mark_of("hold", "playbook", None, old) == mark_of("hold", "playbook", None, new)
        assert mark_of("hold", "playbook", None, old) != mark_of("tell", "stop", None, old)


def intent(mode: Mode = Mode.ENFORCE) -> Intent:
    return Intent(
        id="rollback-1",
        playbook="rollback",
        kind="UpdateService",
        target="web",
        subject="web",
        action={},
        mode=mode,
        why="why",
        reason="reason",
        occurred_at=NOON,
        created_at=NOON,
        retried_until=NOON,
        transcript={},
    )


class TestTries:
    """Another try of an occurrence, by the receipt of the last one."""

    @staticmethod
    def after(state: State, minutes: float, number: int = 1, mode: Mode = Mode.ENFORCE) -> Intent | None:
        receipt = Receipt("rollback-1", state, "x", NOON, 1)
        return next_try(intent(mode), receipt, "ecs-svc/1", number, NOON + timedelta(minutes=minutes))

    @pytest.mark.parametrize("state", [State.DONE, State.ALREADY, State.GONE, State.UNKNOWN, State.OPEN])
    def test_invariant_19_what_may_have_been_done_is_never_tried_again(self, state: State) -> None:
        assert self.after(state, minutes=10**6) is None

    @pytest.mark.parametrize("state", [State.FAILED, State.REFUSED])
    def test_what_came_to_nothing_is_tried_again_after_a_pause(self, state: State) -> None:
        assert self.after(state, minutes=4) is None
        again = self.after(state, minutes=5)
        assert again is not None
        assert again.id != "rollback-1"
        assert again == self.after(state, minutes=6)

    def test_the_pauses_grow_and_the_tries_end(self) -> None:
        assert list(PAUSES) == sorted(PAUSES)
        assert self.after(State.FAILED, minutes=29, number=2) is None
        ids = {one.id for n in (1, 2, 3) if (one := self.after(State.FAILED, 180, n)) is not None}
        assert len(ids) == len(PAUSES)
        assert self.after(State.FAILED, minutes=10**6, number=len(PAUSES) + 1) is None

    def test_what_was_observed_is_in_the_way_of_another_observation_only(self) -> None:
        assert self.after(State.OBSERVED, 0) is not None
        assert self.after(State.OBSERVED, 10**6, mode=Mode.OBSERVE) is None
