"""Actions that the guard let go: claimed, performed, told about and closed, each exactly once."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from dockwarden.actions import Action
from dockwarden.errors import DockwardenError
from dockwarden.guard.modes import Mode
from dockwarden.guard.rulings import Ruling
from dockwarden.hashing import short_hash
from dockwarden.ledger.claims import Claim, Standing
from dockwarden.ledger.records import Intent, Receipt
from dockwarden.parallel import side_by_side
from dockwarden.performing import SETTLED, Effect, State
from dockwarden.runtime.arrivals import Proposal
from dockwarden.runtime.parts import Parts
from dockwarden.runtime.telling import Telling
from dockwarden.verdicts import Outcome, Verdict


@dataclass(frozen=True, slots=True)
class Going:
    """A proposal that the guard let go, with its intent."""

    proposal: Proposal
    ruling: Ruling
    intent: Intent


@dataclass(frozen=True, slots=True)
class Held:
    """A target that is ours: what goes there, the claim, and the intent that stands in the ledger."""

    going: Going
    claim: Claim
    intent: Intent

    @property
    def observed(self) -> bool:
        """Whether everything but the call is done."""
        return self.going.ruling.mode is not Mode.ENFORCE


class Acting:
    """Performs the actions of one batch."""

    def __init__(self, parts: Parts, telling: Telling) -> None:
        self._parts = parts
        self._telling = telling
        self._ledger = parts.actions

    def act(self, ruled: Sequence[tuple[Proposal, Ruling]]) -> None:
        """Claim, perform, tell and close; the results of the proposals say what came of it."""
        held = self._claimed(list(self._first_of_each(ruled)))
        effects = [(h, Effect(State.OBSERVED, "observed")) for h in held if h.observed]
        effects += self._performed([h for h in held if not h.observed])
        for mine, effect in effects:
            self._report(mine, effect)
        # People are told before the receipt is written: a function that dies in between tells them again,
        # which the notifier recognises; the other way round it would never tell them.
        self._telling.send()
        side_by_side(lambda done: self._close(*done), effects)

    def done_already(self, proposal: Proposal) -> str | None:
        """Which intent has dealt, or deals, with what a refused proposal is about: then nobody need be alarmed."""
        lease = self._ledger.lease(proposal.action.target)
        occurred_at = proposal.result.arrival.event.envelope.time
        if lease is None or occurred_at is None:
            return None
        same_work = (lease.playbook, lease.kind) == (proposal.playbook.name, proposal.action.KIND)
        window = timedelta(seconds=proposal.playbook.same_occurrence)
        if same_work and occurred_at - lease.occurred_at <= window:
            return f"a duplicate of {lease.intent}, {lease.state}"
        return None

    def _first_of_each(self, ruled: Sequence[tuple[Proposal, Ruling]]) -> Iterable[Going]:
        """One proposal for each target and kind; the others of this batch are duplicates."""
        seen: set[tuple[str, str, str]] = set()
        for proposal, ruling in ruled:
            key = (proposal.playbook.name, proposal.action.KIND, proposal.action.target)
            if key in seen:
                _settle(proposal, Verdict.IGNORE, "a duplicate within this batch")
            else:
                seen.add(key)
                yield Going(proposal, ruling, self._intent(proposal, ruling))

    def _intent(self, proposal: Proposal, ruling: Ruling) -> Intent:
        now, action, playbook = self._parts.clock.now(), proposal.action, proposal.playbook.name
        occurred_at = proposal.result.arrival.event.envelope.time or now
        return Intent(
            id=f"{playbook}-{short_hash(playbook, action.KIND, action.target, occurred_at.isoformat())}",
            playbook=playbook,
            kind=action.KIND,
            target=action.target,
            subject=proposal.decision.subject,
            action=action.fields(),
            mode=f"{ruling.mode} mode: {ruling.reason}",
            reason=proposal.decision.reason,
            occurred_at=occurred_at,
            created_at=now,
            transcript=dict(proposal.transcript),
        )

    def _claimed(self, going: Sequence[Going]) -> list[Held]:
        """Those whose target is ours now; what stands in the way of the others is their outcome."""
        claims = side_by_side(self._claim, going)
        pairs = list(zip(going, claims, strict=True))
        return [held for go, claim in pairs if (held := self._hold(go, claim)) is not None]

    def _claim(self, going: Going) -> Claim:
        playbook = going.proposal.playbook
        # A function is cut off at its timeout, so that a lease of that length outlives its holder.
        return self._ledger.claim(
            going.intent,
            self._parts.clock.now(),
            playbook.lane.function_timeout,
            timedelta(seconds=playbook.same_occurrence),
        )

    def _hold(self, going: Going, claim: Claim) -> Held | None:
        match claim.standing:
            case Standing.CLAIMED:
                return Held(going, claim, going.intent)
            case Standing.TAKEN_OVER:
                return Held(going, claim, self._ledger.intent(claim.intent) or going.intent)
            case Standing.DUPLICATE:
                _settle(going.proposal, Verdict.IGNORE, f"a duplicate of {claim.intent}, {claim.earlier}")
            case Standing.BUSY:
                _settle(going.proposal, Verdict.IGNORE, f"in progress as {claim.intent}")
                going.proposal.result.retry = f"its target is held by {claim.intent}"
        return None

    def _performed(self, held: Sequence[Held]) -> list[tuple[Held, Effect]]:
        """The effects of actions that are really performed, or were by a holder that died."""
        found = self._found([h for h in held if h.claim.standing is Standing.TAKEN_OVER])
        left = [h for h in held if h.intent.id not in {mine.intent.id for mine, _ in found}]
        by_playbook: dict[str, list[Held]] = {}
        for mine in left:
            by_playbook.setdefault(mine.intent.playbook, []).append(mine)
        for playbook, group in by_playbook.items():
            actions = [mine.going.proposal.action for mine in group]
            session = _session([mine.intent.id for mine in group])
            effects = self._parts.performer.perform(playbook, actions, session, self._gate(group))
            found += zip(group, effects, strict=True)
        return found

    def _found(self, taken_over: Sequence[Held]) -> list[tuple[Held, Effect]]:
        """What dead holders had done already, as far as it can be read."""
        if not taken_over:
            return []
        effects = self._parts.performer.verify([mine.going.proposal.action for mine in taken_over])
        return [(h, e) for h, e in zip(taken_over, effects, strict=True) if e.state in SETTLED]

    def _gate(self, group: Sequence[Held]) -> Callable[[Sequence[Action]], str | None]:
        """Asked right before each call: the stop and the lease, by what holds at that moment."""
        expires = min(mine.claim.expires_at for mine in group)
        playbook = group[0].intent.playbook

        def forbids(actions: Sequence[Action]) -> str | None:
            if self._parts.clock.now() >= expires:
                return "its lease has run out"
            try:
                controls = self._parts.controls.read()
            except DockwardenError as error:
                return f"stopped, because whether there is a stop cannot be read: {error}"
            clusters = {action.cluster_arn.rpartition("/")[2] for action in actions if action.cluster_arn}
            return next((why for name in clusters if (why := controls.stopped(playbook, name))), None)

        return forbids

    def _report(self, mine: Held, effect: Effect) -> None:
        """Say what came of an action, to the caller and to people."""
        proposal = mine.going.proposal
        if effect.retry:
            proposal.result.retry = effect.words
        verdict = Verdict.OBSERVE if mine.observed else Verdict.ACT
        if effect.state in (State.REFUSED, State.FAILED, State.UNKNOWN):
            verdict = Verdict.TELL
        reason = (
            mine.intent.reason if effect.state is State.OBSERVED else f"{mine.intent.reason}: {effect.words}"
        )
        _settle(proposal, verdict, reason, (proposal.action,))
        if not effect.retry:
            self._telling.action(mine.intent, proposal.action, effect)

    def _close(self, mine: Held, effect: Effect) -> None:
        """Write the receipt, or let go of a target that has to be tried again."""
        now = self._parts.clock.now()
        if effect.retry:
            self._ledger.release(mine.intent, mine.claim.fence, now)
            return
        receipt = Receipt(
            intent=mine.intent.id,
            state=effect.state,
            effect=effect.words,
            closed_at=now,
            fence=mine.claim.fence,
            session=effect.session,
        )
        self._ledger.close(mine.intent, receipt)


def _settle(proposal: Proposal, verdict: Verdict, reason: str, actions: tuple[Action, ...] = ()) -> None:
    decision = proposal.decision
    proposal.result.outcomes.append(
        Outcome(
            proposal.playbook.name, verdict, reason, proposal.action.target, decision.cause, None, actions
        )
    )


def _session(intents: Sequence[str]) -> str:
    """The role session name that leads from CloudTrail to the receipts: the intent's id, or the batch's."""
    return intents[0] if len(intents) == 1 else f"batch-{short_hash(*sorted(intents))}"
