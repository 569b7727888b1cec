"""Rules: people answer what waits, undo what was done, and services fail together."""

from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import rule

from dockwarden.actions import rebuilt
from dockwarden.events.dockwarden_request import Request
from dockwarden.guard.whereabouts import whereabouts
from dockwarden.incidents.history import History, Incident
from dockwarden.ledger.histories import LedgerHistories
from dockwarden.ledger.proposals import HeldAction, Standing
from dockwarden.runtime.undo import NothingToUndoError, ask_undo
from tests.fuzz.installation import ACTING
from tests.fuzz.orders import Approved
from tests.fuzz.rules_aws import AwsRules
from tests.runtime.harness import SWEEP

NUMBER = st.integers(0, 12)
_FEWEST = 3
_CAUSES = ("app-exit", "app-exit", "out-of-memory", "spot", "user")


class AnswerRules(AwsRules):
    """The rules of whoever is on call."""

    @rule(
        number=NUMBER, first=st.booleans(), second=st.sampled_from((None, True, False)), twice=st.booleans()
    )
    def answer(self, number: int, *, first: bool, second: bool | None, twice: bool) -> None:
        """One or two people answer a proposal, and the lane hears of it once or twice."""
        waiting = self.installation.people.proposals.waiting(self.now)
        if not waiting:
            return
        held = waiting[number % len(waiting)]
        answered = self._answer(held, "alice", approves=first)
        if second is not None:
            self._second(held, answered, approves=second)
        for _ in range(2 if twice else 1):
            self._send(answered)
        lane = ACTING[held.playbook].lane.name
        self.installation.run(lane, self.installation.receive(lane, backwards=True))
        self.step("approve" if first else "reject")

    def _answer(self, held: HeldAction, by: str, *, approves: bool) -> HeldAction:
        standing = Standing.APPROVED if approves else Standing.REJECTED
        answered = self.installation.people.proposals.answer(held, standing, by, self.now)
        if approves and answered.by == by and answered.at is not None:
            approved = Approved(held.playbook, held.target, by, answered.at, held.rule)
            self.installation.orders.approved.append(approved)
        return answered

    def _second(self, held: HeldAction, first: HeldAction, *, approves: bool) -> None:
        """Invariant 54: whoever comes second sees who was first."""
        seen = self._answer(held, "bob", approves=approves)
        if (seen.by, seen.standing) != (first.by, first.standing):
            self.fail_on([f"54: bob was told {seen.by} {seen.standing}, and {first.by} was first"])

    @rule(number=NUMBER, again=st.booleans())
    def undo(self, number: int, *, again: bool) -> None:
        """Somebody wants an action undone, whatever it was."""
        store = self.installation.table.store.items
        done = sorted(key[0].partition("#")[2] for key in store if key[1] == "RECEIPT")
        if not done:
            return
        try:
            held = ask_undo(self.installation.people, done[number % len(done)], "carol", "wrong")
        except NothingToUndoError:
            return
        self._ordered(held)
        self._send(held)
        lane = ACTING[held.playbook].lane.name
        self.installation.run(lane, self.installation.receive(lane, backwards=True))
        self.step("undo")
        if again:
            self._again(held)

    def _again(self, held: HeldAction) -> None:
        """When its cooldown is over, the same host is warned of once more, and what then waits is approved.

        The others are ACTIVE by then and the sweep has seen it, so that no budget is in the way.
        """
        self.installation.town.world.advance(330)
        for cluster, host in self.living:
            if host.arn != held.target and host.status == "DRAINING":
                self.call(
                    "human",
                    "UpdateContainerInstancesState",
                    cluster=cluster.name,
                    containerInstances=[host.arn],
                    status="ACTIVE",
                )
        self.installation.bus.put("records", SWEEP, self.installation.town.world.now())
        self.installation.run("records", self.installation.receive("records", backwards=True))
        numbers = [number for number, (_, host) in enumerate(self.living) if host.arn == held.target]
        for number in numbers:
            self.recommend(number)
        self.installation.run("voluntary", self.installation.receive("voluntary", backwards=True))
        waiting = self.installation.people.proposals.waiting(self.now)
        for one in (one for one in waiting if one.target == held.target):
            self._send(self._answer(one, "alice", approves=True))
            lane = ACTING[one.playbook].lane.name
            self.installation.run(lane, self.installation.receive(lane, backwards=True))
        for number in numbers:
            self.spot_warning(number, now=True)

    def _ordered(self, held: HeldAction) -> None:
        orders = self.installation.orders
        intent = self.installation.people.actions.intent(str(held.undoes))
        if intent is None or held.at is None:
            return
        place = whereabouts(rebuilt(intent.kind, intent.action)).trusted_as
        orders.barred.add((intent.target, intent.kind, intent.playbook))
        orders.demoted.add((held.playbook, place))
        orders.wrongs.add((held.playbook, str(held.undoes)))
        if len([one for one, _ in orders.wrongs if one == held.playbook]) > 1:
            orders.demoted.add((held.playbook, None))
        orders.approved.append(Approved(held.playbook, held.target, "carol", held.at, held.rule))

    def _send(self, held: HeldAction) -> None:
        detail = {"proposal": held.id}
        request = {"source": Request.SOURCE, "detail-type": Request.DETAIL_TYPES[0], "detail": detail}
        lane = ACTING[held.playbook].lane.name
        self.installation.bus.put(lane, request, self.installation.town.world.now())

    @rule(
        services=st.sampled_from((0, 0, 3, 5, 5, 7)),
        cause=st.sampled_from(_CAUSES),
        apart=st.sampled_from((1, 30, 200)),
        now=st.one_of(st.none(), NUMBER),
    )
    def mass_failure(self, services: int, cause: str, apart: int, now: int | None) -> None:
        """Many services begin to fail, shortly after each other or not; or they are well again."""
        if services < _FEWEST:
            self.well_again()
            self.step("well again")
        else:
            self._fail(services, cause, apart)
            self.step("mass failure")
        if now is not None:
            self.provoke(now)

    def _fail(self, services: int, cause: str, apart: int) -> None:
        histories = LedgerHistories(self.installation.table.store)
        for number in range(services):
            at = self.now - timedelta(seconds=apart * number)
            history = histories.of(f"prod/service/many-{number}")
            incident = Incident(f"inc-{number}", cause, None, at, at)
            histories.keep(History(history.key, incidents=(incident,), written=history.written))
        histories.write(self.now)
