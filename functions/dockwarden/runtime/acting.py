"""Actions that the guard let go: claimed, performed, told about and closed, each exactly once."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta

from dockwarden.errors import DockwardenError, LedgerUnavailableError, TryAgainError
from dockwarden.guard.modes import Mode
from dockwarden.guard.rulings import Rule, Ruling
from dockwarden.hashing import short_hash
from dockwarden.ledger.claims import Claim, Standing
from dockwarden.ledger.records import Intent, Receipt, UnreadableRecordError
from dockwarden.ledger.store import Change
from dockwarden.parallel import side_by_side
from dockwarden.performing import SETTLED, Effect, Gate, State
from dockwarden.runtime.admission import Admission, Going
from dockwarden.runtime.aftermath import remember
from dockwarden.runtime.arrivals import Proposal
from dockwarden.runtime.choosing import first_of_each
from dockwarden.runtime.finishing import Left, finish, outcome, settling, supersede_waiting
from dockwarden.runtime.holding import Holding
from dockwarden.runtime.intents import intent_of
from dockwarden.runtime.last_look import LastLook
from dockwarden.runtime.parts import Parts
from dockwarden.runtime.saying import again, say
from dockwarden.runtime.telling import Telling
from dockwarden.runtime.tries import next_try
from dockwarden.verdicts import Verdict


@dataclass(frozen=True, slots=True)
class Held:
    """A target that is ours: what goes there, the claim, and the intent that stands in the ledger."""

    going: Going
    claim: Claim
    intent: Intent

    @property
    def enforced(self) -> bool:
        """Whether the call may be made: by the mode of now and by that of the intent."""
        return self.going.ruling.mode is Mode.ENFORCE and self.intent.mode == Mode.ENFORCE


class Acting:
    """Performs the actions of one batch."""

    def __init__(self, parts: Parts, telling: Telling, holding: Holding) -> None:
        self._parts = parts
        self._telling = telling
        self._holding = holding
        self._terms = Admission(parts)
        self._ledger = parts.actions

    def act(self, ruled: Sequence[tuple[Proposal, Ruling]]) -> None:
        """Claim, perform, tell and close; the results of the proposals say what came of it."""
        now, chosen = self._parts.clock.now(), first_of_each(ruled)
        held = self._claimed([Going(p, ruling, intent_of(p, ruling, now)) for p, ruling in chosen])
        effects = self._found([h for h in held if h.claim.standing is Standing.TAKEN_OVER])
        settled = {mine.intent.id for mine, _ in effects}
        left = [h for h in held if h.intent.id not in settled]
        effects += [(h, Effect(State.OBSERVED, "observed")) for h in left if not h.enforced]
        effects += self._performed([h for h in left if h.enforced])
        for mine, effect in effects:
            self._report(mine, effect)
        # People are told before the receipt is written: a function that dies in between tells them again,
        # which the notifier recognises; the other way round it would never tell them.
        try:
            self._telling.send()
        except DockwardenError:
            # It all comes back; who needs a target meanwhile shall not wait for our lease to run out.
            self._let_go([mine for mine, _ in effects])
            raise
        side_by_side(lambda done: self._close(*done), effects)

    def _claimed(self, going: Sequence[Going]) -> list[Held]:
        """Those whose target is ours now; what stands in the way of the others is their outcome."""
        # What takes from a budget goes one after another: side by side they would only be in each other's way.
        voluntary = [go for go in going if self._terms.takes_from_a_budget(go)]
        free = [go for go in going if go not in voluntary]
        claims = [*side_by_side(self._claim, free), *map(self._claim, voluntary)]
        return [held for go, claim in claims if (held := self._hold(go, claim)) is not None]

    def _claim(self, going: Going, number: int = 1) -> tuple[Going, Claim | UnreadableRecordError]:
        try:
            intent, terms = self._terms.of(going)
            claim = self._ledger.claim(intent, self._parts.clock.now(), terms)
            going = replace(going, intent=intent)
            further = self._next_try(going, claim, number)
        except UnreadableRecordError as error:
            # One damaged record costs its own target and no other.
            return going, error
        return (going, claim) if further is None else self._claim(replace(going, intent=further), number + 1)

    def _next_try(self, going: Going, claim: Claim, number: int) -> Intent | None:
        """The intent of another try of an occurrence whose last one came to nothing; None where there is none."""
        occurrence = going.proposal.occurrence
        if occurrence is None or claim.standing is not Standing.DUPLICATE or claim.intent != going.intent.id:
            return None
        receipt = self._ledger.receipt(claim.intent)
        now = self._parts.clock.now()
        return next_try(going.intent, receipt, occurrence, number, now) if receipt is not None else None

    def _let_go(self, held: Sequence[Held]) -> None:
        """Give targets back as they are: open, so that who takes one finds out what was done there."""
        now = self._parts.clock.now()
        with suppress(LedgerUnavailableError):
            for mine in held:
                self._ledger.release(mine.intent, mine.claim.fence, now, mine.claim.recent)

    def _hold(
        self, going: Going, claim: Claim | UnreadableRecordError, *, once_more: bool = True
    ) -> Held | None:
        if isinstance(claim, UnreadableRecordError):
            again(going.proposal, str(claim))
            return None
        if claim.standing is Standing.CLAIMED:
            return Held(going, claim, going.intent)
        if claim.standing is Standing.TAKEN_OVER:
            return self._taken_over(going, claim, once_more=once_more)
        self._turned_away(going.proposal, claim)
        return None

    def _turned_away(self, proposal: Proposal, claim: Claim) -> None:
        """What comes of a proposal whose target cannot be had now."""
        match claim.standing:
            case Standing.DUPLICATE:
                self._answer(proposal, f"a duplicate of {claim.intent}, {claim.earlier}", claim.intent)
                say(proposal, Verdict.IGNORE, f"a duplicate of {claim.intent}, {claim.earlier}")
            case Standing.HELD_BACK if claim.passing and self._early(proposal):
                again(proposal, claim.why)
            case Standing.HELD_BACK:
                self._holding.hold(proposal, Rule(claim.held_by), claim.why)
            case _:
                again(proposal, f"its target is held by {claim.intent}")

    def _early(self, proposal: Proposal) -> bool:
        """Whether it comes back early enough to be held for a person after all, should nothing change."""
        now = self._parts.clock.now()
        return now - (proposal.occurred_at or now) < timedelta(
            seconds=proposal.playbook.lane.retry_seconds / 2
        )

    def _taken_over(self, going: Going, claim: Claim, *, once_more: bool) -> Held | None:
        """Go on with our own intent that a dead try left; somebody else's is finished first, at once."""
        intent = self._ledger.intent(claim.intent)
        if intent is None:
            again(going.proposal, f"the intent {claim.intent} is missing")
            return None
        if intent.id == going.intent.id:
            return Held(going, claim, intent)
        finished = finish(self._parts, self._telling, [Left(intent, claim)])
        if not finished or not once_more:
            again(going.proposal, f"{intent.id} has to be finished first")
            return None
        return self._hold(*self._claim(going), once_more=False)

    def _found(self, taken_over: Sequence[Held]) -> list[tuple[Held, Effect]]:
        """What dead tries came to, as far as it can be read; what was certainly not done yet is left out."""
        found: list[tuple[Held, Effect]] = []
        for mine in taken_over:
            effect = outcome(self._parts, mine.intent)
            if effect.state is State.FAILED and mine.enforced:
                continue
            if effect.state is State.FAILED:
                effect = Effect(
                    State.REFUSED, f"{mine.going.ruling.mode} mode by now: {mine.going.ruling.reason}"
                )
            found.append((mine, effect))
        return found

    def _performed(self, held: Sequence[Held]) -> list[tuple[Held, Effect]]:
        """The effects of actions that are really performed."""
        performed: list[tuple[Held, Effect]] = []
        by_playbook: dict[str, list[Held]] = {}
        for mine in held:
            by_playbook.setdefault(mine.intent.playbook, []).append(mine)
        for playbook, group in by_playbook.items():
            actions = [mine.going.proposal.action for mine in group]
            session = self._session([mine.intent.id for mine in group])
            effects = self._parts.performer.perform(playbook, actions, session, self._gate(group))
            performed += zip(group, effects, strict=True)
        return performed

    def _session(self, intents: Sequence[str]) -> str:
        """The role session name that leads from CloudTrail to the receipts: the intent's id, or the batch's."""
        if len(intents) == 1:
            return intents[0]
        session = f"batch-{short_hash(*sorted(intents))}"
        self._ledger.note_batch(session, intents, self._parts.clock.now())
        return session

    def _gate(self, group: Sequence[Held]) -> Gate:
        """What is asked right before each call."""
        expires = min(mine.claim.expires_at for mine in group)
        asked = [mine.going.proposal for mine in group]
        approvals = {p.action.target: p.asked.approval for p in asked if p.asked is not None}
        return LastLook(self._parts, group[0].intent.playbook, expires, approvals)

    def _report(self, mine: Held, effect: Effect) -> None:
        """Say what came of an action, to the caller and to people."""
        proposal = mine.going.proposal
        if effect.retry:
            again(proposal, effect.words)
            return
        if effect.state is State.GONE and self._parts.facts.mistaken(proposal.action):
            again(proposal, f"{effect.words}; it is looked up anew")
            return
        if effect.held_by is not None:
            self._held_at_last(proposal, Rule(effect.held_by), effect.words)
            return
        verdict = {State.OBSERVED: Verdict.OBSERVE, **dict.fromkeys(SETTLED, Verdict.ACT)}.get(
            effect.state, Verdict.TELL
        )
        observed = effect.state is State.OBSERVED
        reason = mine.intent.reason if observed else f"{mine.intent.reason}: {effect.words}"
        say(proposal, verdict, reason, (proposal.action,))
        self._telling.action(mine.intent, proposal.action, effect)

    def _held_at_last(self, proposal: Proposal, rule: Rule, why: str) -> None:
        """Hold what the last look holds; what a person asked for waits again with its receipt."""
        if proposal.asked is None:
            self._holding.hold(proposal, rule, why)
        else:
            self._telling.waits_again(proposal, proposal.asked.held, rule, why)
            say(proposal, Verdict.HOLD, why, (proposal.action,))

    def _answer(self, proposal: Proposal, outcome: str, intent: str) -> None:
        """Tell the person who asked what came of it."""
        if proposal.asked is not None:
            self._parts.proposals.settle(proposal.asked.held, outcome, intent)

    def _close(self, mine: Held, effect: Effect) -> None:
        """Write the receipt, or let go of a target that has to be tried again."""
        now = self._parts.clock.now()
        if effect.retry:
            self._ledger.release(mine.intent, mine.claim.fence, now, mine.claim.recent)
            return
        undoable = effect.state is State.DONE and mine.intent.undoes is None
        inverse = mine.going.proposal.action.inverse() if undoable else None
        receipt = Receipt(
            intent=mine.intent.id,
            state=effect.state,
            effect=effect.words,
            closed_at=now,
            fence=mine.claim.fence,
            session=effect.session,
            inverse=inverse.sentence() if inverse else None,
        )
        try:
            remember(self._parts, mine.intent, mine.going.proposal.action, effect)
        except (TryAgainError, UnreadableRecordError) as error:
            # It stays open: who takes it over finds that it was done, and remembers it then.
            mine.going.proposal.result.retry = str(error)
            self._ledger.release(mine.intent, mine.claim.fence, now, mine.claim.recent)
            return
        self._ledger.close(mine.intent, receipt, mine.claim.recent, self._answered(mine, effect))
        supersede_waiting(self._parts, mine.intent, effect)

    def _answered(self, mine: Held, effect: Effect) -> Sequence[Change]:
        """What becomes of the proposal of a person, in the transaction of the receipt."""
        proposal = mine.going.proposal
        if effect.held_by is None or proposal.asked is None:
            return settling(self._parts, mine.intent, effect)
        held, rule, against = proposal.asked.held, effect.held_by, proposal.decision.against
        return [self._parts.proposals.waiting_on(held, rule, effect.words, proposal.action, against)]
