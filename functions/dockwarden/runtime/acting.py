"""Actions that the guard let go: claimed, performed, told about and closed, each exactly once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from dockwarden.actions import Action
from dockwarden.errors import DockwardenError
from dockwarden.guard.modes import Mode
from dockwarden.guard.rulings import Ruling
from dockwarden.hashing import short_hash
from dockwarden.ledger.claims import Claim, Standing
from dockwarden.ledger.records import Intent, Lease, Receipt, UnreadableRecordError
from dockwarden.parallel import side_by_side
from dockwarden.performing import SETTLED, Effect, Gate, State
from dockwarden.playbook import Playbook
from dockwarden.runtime.arrivals import Proposal, Result
from dockwarden.runtime.finishing import Left, finish, outcome
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
    def enforced(self) -> bool:
        """Whether the call may be made: by the mode of now and by that of the intent."""
        return self.going.ruling.mode is Mode.ENFORCE and self.intent.mode == Mode.ENFORCE


class Acting:
    """Performs the actions of one batch."""

    def __init__(self, parts: Parts, telling: Telling) -> None:
        self._parts = parts
        self._telling = telling
        self._ledger = parts.actions

    def act(self, ruled: Sequence[tuple[Proposal, Ruling]]) -> None:
        """Claim, perform, tell and close; the results of the proposals say what came of it."""
        held = self._claimed(list(self._first_of_each(ruled)))
        effects = self._found([h for h in held if h.claim.standing is Standing.TAKEN_OVER])
        settled = {mine.intent.id for mine, _ in effects}
        left = [h for h in held if h.intent.id not in settled]
        effects += [(h, Effect(State.OBSERVED, "observed")) for h in left if not h.enforced]
        effects += self._performed([h for h in left if h.enforced])
        for mine, effect in effects:
            self._report(mine, effect)
        # People are told before the receipt is written: a function that dies in between tells them again,
        # which the notifier recognises; the other way round it would never tell them.
        self._telling.send()
        side_by_side(lambda done: self._close(*done), effects)

    def done_already(self, proposal: Proposal) -> str | None:
        """Which intent has dealt, or deals, with what a refused proposal is about: then nobody need be alarmed."""
        lease = self._lease(proposal.action.target)
        occurred_at = proposal.result.arrival.event.envelope.time
        if lease is None or occurred_at is None:
            return None
        same_work = (lease.playbook, lease.kind) == (proposal.playbook.name, proposal.action.KIND)
        window = timedelta(seconds=proposal.playbook.same_occurrence)
        if same_work and occurred_at - lease.occurred_at <= window:
            return f"a duplicate of {lease.intent}, {lease.state}"
        return None

    def finish_left(self, result: Result, playbook: Playbook, target: str) -> None:
        """Finish what a dead try of this playbook left open on a target that needs nothing done any more."""
        lease = self._lease(target)
        if lease is None or lease.state is not State.OPEN or lease.playbook != playbook.name:
            return
        now = self._parts.clock.now()
        claim = self._ledger.take_over(target, now, playbook.lane.function_timeout)
        intent = self._ledger.intent(lease.intent)
        if claim is None or intent is None:
            result.retry = f"its target is held by {lease.intent}"
        elif finish(self._parts, self._telling, [Left(intent, claim)]) == 0:
            result.retry = f"what became of {intent.id} could not be read"

    def _lease(self, target: str) -> Lease | None:
        try:
            return self._ledger.lease(target)
        except UnreadableRecordError:
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
        now, action, playbook = self._parts.clock.now(), proposal.action, proposal.playbook
        occurred_at = proposal.result.arrival.event.envelope.time or now
        name = short_hash(playbook.name, action.KIND, action.target, occurred_at.isoformat())
        return Intent(
            id=f"{playbook.name}-{name}",
            playbook=playbook.name,
            kind=action.KIND,
            target=action.target,
            subject=proposal.decision.subject,
            action=action.fields(),
            mode=ruling.mode,
            why=ruling.reason,
            reason=proposal.decision.reason,
            occurred_at=occurred_at,
            created_at=now,
            retried_until=now + timedelta(seconds=playbook.lane.retry_seconds),
            transcript=dict(proposal.transcript),
        )

    def _claimed(self, going: Sequence[Going]) -> list[Held]:
        """Those whose target is ours now; what stands in the way of the others is their outcome."""
        claims = side_by_side(self._claim, going)
        pairs = list(zip(going, claims, strict=True))
        return [held for go, claim in pairs if (held := self._hold(go, claim)) is not None]

    def _claim(self, going: Going) -> Claim | UnreadableRecordError:
        playbook = going.proposal.playbook
        try:
            # A function is cut off at its timeout, so that a lease of that length outlives its holder.
            return self._ledger.claim(
                going.intent,
                self._parts.clock.now(),
                playbook.lane.function_timeout,
                timedelta(seconds=playbook.same_occurrence),
            )
        except UnreadableRecordError as error:
            # One damaged record costs its own target and no other.
            return error

    def _hold(self, going: Going, claim: Claim | UnreadableRecordError) -> Held | None:
        proposal = going.proposal
        if isinstance(claim, UnreadableRecordError):
            _again(proposal, str(claim))
            return None
        match claim.standing:
            case Standing.CLAIMED:
                return Held(going, claim, going.intent)
            case Standing.TAKEN_OVER:
                return self._taken_over(going, claim)
            case Standing.DUPLICATE:
                _settle(proposal, Verdict.IGNORE, f"a duplicate of {claim.intent}, {claim.earlier}")
                return None
            case Standing.BUSY:
                _again(proposal, f"its target is held by {claim.intent}")
                return None

    def _taken_over(self, going: Going, claim: Claim) -> Held | None:
        """Go on with our own intent that a dead try left; somebody else's is finished first."""
        intent = self._ledger.intent(claim.intent)
        if intent is None:
            _again(going.proposal, f"the intent {claim.intent} is missing")
            return None
        if intent.id == going.intent.id:
            return Held(going, claim, intent)
        finish(self._parts, self._telling, [Left(intent, claim)])
        _again(going.proposal, f"{intent.id} had to be finished first")
        return None

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
        """Asked right before each call: the stop and the lease, by what holds at that moment."""
        expires = min(mine.claim.expires_at for mine in group)
        playbook = group[0].intent.playbook

        def forbids(actions: Sequence[Action]) -> Effect | None:
            if self._parts.clock.now() >= expires:
                return Effect(State.FAILED, "its lease has run out", retry=True)
            try:
                controls = self._parts.controls.read()
            except DockwardenError as error:
                why = f"stopped, because whether there is a stop cannot be read: {error}"
                return Effect(State.FAILED, why, retry=True)
            clusters = {a.cluster_arn.rpartition("/")[2] if a.cluster_arn else None for a in actions}
            for name in clusters:
                if (stopped := controls.stopped(playbook, name)) is not None:
                    return Effect(State.REFUSED, stopped)
            return None

        return forbids

    def _report(self, mine: Held, effect: Effect) -> None:
        """Say what came of an action, to the caller and to people."""
        proposal = mine.going.proposal
        if effect.retry:
            _again(proposal, effect.words)
            return
        if effect.state is State.GONE and self._parts.facts.mistaken(proposal.action):
            _again(proposal, f"{effect.words}; it is looked up anew")
            return
        verdict = {State.OBSERVED: Verdict.OBSERVE, **dict.fromkeys(SETTLED, Verdict.ACT)}.get(
            effect.state, Verdict.TELL
        )
        observed = effect.state is State.OBSERVED
        reason = mine.intent.reason if observed else f"{mine.intent.reason}: {effect.words}"
        _settle(proposal, verdict, reason, (proposal.action,))
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


def _again(proposal: Proposal, why: str) -> None:
    """Have an event brought back by its lane."""
    proposal.result.retry = why
    _settle(proposal, Verdict.IGNORE, f"not yet: {why}")


def _settle(proposal: Proposal, verdict: Verdict, reason: str, actions: tuple[Action, ...] = ()) -> None:
    proposal.result.outcomes.append(
        Outcome(
            playbook=proposal.playbook.name,
            verdict=verdict,
            reason=reason,
            target=proposal.action.target,
            cause=proposal.decision.cause,
            actions=actions,
        )
    )
