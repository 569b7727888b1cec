"""Taking an action back: asked for by a person, and done only while it is still right."""

from datetime import timedelta

from dockwarden.actions import rebuilt
from dockwarden.errors import DockwardenError, describe
from dockwarden.guard.deeds import resource_of
from dockwarden.guard.orders import Bar, short_identity
from dockwarden.guard.rulings import Rule
from dockwarden.guard.whereabouts import whereabouts
from dockwarden.ledger.claims import done_since
from dockwarden.ledger.proposals import HeldAction, Standing
from dockwarden.ledger.records import Intent, Receipt, stamp
from dockwarden.performing import State
from dockwarden.playbook import Playbook
from dockwarden.runtime.parts import Parts
from dockwarden.verdicts import Decision, Verdict

_ASKED_FOR = timedelta(minutes=15)
"""How long an undo that was asked for stays good, should the function be slow."""

_BY_HAND = "what was brought back is for people to change"


class NothingToUndoError(DockwardenError):
    """There is nothing under an id that could be undone."""


def ask_undo(parts: Parts, undone_id: str, by: str, why: str) -> HeldAction:
    """Record that a person wants an action undone, and that it was wrong. Raises NothingToUndoError.

    From here on the same is not done again on that target until its next deployment, and its playbook asks first
    in that place: also where the undo itself comes too late.
    """
    now = parts.clock.now()
    intent, receipt = parts.actions.intent(undone_id), parts.actions.receipt(undone_id)
    if intent is None or receipt is None:
        raise NothingToUndoError(f"the ledger has no receipt {describe(undone_id)}; it keeps 400 days")
    if intent.undoes is not None:
        raise NothingToUndoError(f"{undone_id} is an undo itself, of {intent.undoes}; {_BY_HAND}")
    if receipt.state is not State.DONE:
        raise NothingToUndoError(f"{undone_id} changed nothing that could be undone: it is {receipt.state}")
    action = rebuilt(intent.kind, intent.action)
    inverse = action.inverse()
    if inverse is None:
        raise NothingToUndoError(f"nothing brings back what was before: {action.sentence()}")
    bar = Bar(intent.target, intent.kind, undone_id, by, action.deployment, intent.playbook)
    parts.controls.bar(bar, now)
    # It begins with the id, by which two wrongs are told apart.
    wrong = f"{undone_id} was to be undone"
    parts.trust.wrong(intent.playbook, whereabouts(action).trusted_as, by, wrong, now)
    held = HeldAction(
        id=f"undo-{undone_id}-{stamp(now)}",
        playbook=intent.playbook,
        kind=inverse.KIND,
        target=inverse.target,
        action=inverse.fields(),
        subject=intent.subject,
        sentence=inverse.sentence(),
        rule=Rule.MODE,
        why=why,
        reason=f"{by} undoes {undone_id}",
        until=now + _ASKED_FOR,
        created_at=now,
        undoes=undone_id,
        standing=Standing.APPROVED,
        by=by,
        at=now,
    )
    parts.proposals.keep(held)
    return held


def undoing(parts: Parts, held: HeldAction, playbook: Playbook) -> Decision | str:
    """The decision to undo an action, or why that is not right any more.

    Only what was certainly done, and is as we left it: nothing else has been done to the target by us or by
    others, and it still shows the effect. Somebody who was there since has the last word.
    """
    intent = parts.actions.intent(str(held.undoes))
    receipt = parts.actions.receipt(str(held.undoes))
    if intent is None or receipt is None or receipt.state is not State.DONE:
        return "there is no receipt that says it was done"
    if intent.undoes is not None:
        return f"it is an undo itself; {_BY_HAND}"
    if (since := _since(parts, intent, receipt)) is not None:
        return f"{since} to its target since"
    done = rebuilt(intent.kind, intent.action)
    inverse = done.inverse()
    if inverse is None:
        return f"nothing brings back what was before: {done.sentence()}"
    now = parts.performer.verify([done])[0]
    if now.state is not State.DONE:
        return f"its target is not as it was left: {now.words}"
    return Decision(
        verdict=Verdict.ACT,
        reason=f"{held.by} undoes {intent.id} of {playbook.name}",
        subject=intent.subject,
        target=inverse.target,
        actions=(inverse,),
        when_refused=Verdict.TELL,
    )


def _since(parts: Parts, intent: Intent, receipt: Receipt) -> str | None:
    """What was done to a target after an action, by us or by somebody else; None where nothing was, for all we know.

    What only failed, was refused or was observed there has changed nothing.
    """
    lease = parts.actions.lease(intent.target)
    if lease is None or done_since(lease.recent, receipt.closed_at):
        return f"{lease.intent if lease else 'something'} has been done"
    # CloudTrail knows whole seconds.
    began = intent.created_at.replace(microsecond=0)
    deeds = [deed for deed in parts.deeds.of(resource_of(intent.target)) if deed.at >= began]
    return f"{short_identity(deeds[-1].by)} has done {deeds[-1].kind}" if deeds else None
