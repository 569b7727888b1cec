"""A person's answer on its way: written into the ledger under their own identity, then told to the lane."""

import json
import sys
from collections.abc import Callable
from datetime import timedelta
from time import monotonic, sleep

from dockwarden.cli.account import ask, caller
from dockwarden.cli.installation import Installation
from dockwarden.cli.screen import inert, line, painted
from dockwarden.errors import DockwardenError, describe
from dockwarden.events.dockwarden_request import Request
from dockwarden.ledger.proposals import HeldAction, Standing
from dockwarden.playbook import load
from dockwarden.spans import span

WAITED = timedelta(seconds=90)
"""How long a command waits for the function; a lane's batch window and a cold start take some seconds."""

_PAUSE = 1.0


class NoProposalError(DockwardenError):
    """There is no proposal that could be answered under an id."""


def proposal(installation: Installation, proposal_id: str) -> HeldAction:
    """The proposal of an id. Raises NoProposalError where there is none."""
    held = installation.parts.proposals.get(proposal_id.strip())
    if held is None:
        raise NoProposalError(
            f"there is no proposal {describe(proposal_id)}; `dockwarden pending` lists them"
        )
    return held


def answered(installation: Installation, held: HeldAction, standing: Standing) -> HeldAction:
    """The proposal with the caller's answer. Raises NoProposalError, which says who was first.

    Who approves once more what they have approved, and nobody has settled, sends it once more: the first time
    may have ended between the ledger and the queue.
    """
    by, parts = caller(installation.clients), installation.parts
    if (held.standing, held.by) == (standing, by):
        return held
    must_wait(held, installation)
    found = parts.proposals.answer(held, standing, by, parts.clock.now())
    if (found.standing, found.by) != (standing, by):
        must_wait(found, installation)
    return found


def must_wait(held: HeldAction, installation: Installation) -> None:
    """Refuse a proposal that somebody has answered, or whose time is over. Raises NoProposalError."""
    now = installation.parts.clock.now()
    if held.standing is not Standing.WAITING:
        said = f", {inert(held.outcome)}" if held.outcome else ""
        at = f" at {held.at:%d %b %H:%M:%S} UTC" if held.at else ""
        raise NoProposalError(f"{held.id} was {_answered(held)} by {inert(held.by or 'somebody')}{at}{said}")
    if now >= held.until:
        raise NoProposalError(f"{held.id} lapsed {span(now - held.until)} ago; nothing was done")


def _answered(held: HeldAction) -> str:
    return "approved" if held.standing is Standing.SETTLED else str(held.standing)


def send(installation: Installation, held: HeldAction) -> None:
    """Tell the lane of its playbook that a person has asked for something; who and what stands in the ledger."""
    queue = installation.queues[f"lane {load(held.playbook).lane.name}"]
    request = {
        "source": Request.SOURCE,
        "detail-type": Request.DETAIL_TYPES[0],
        "detail": {"proposal": held.id},
    }
    client = installation.clients.client("sqs")
    ask("telling the lane", lambda: client.send_message(QueueUrl=queue, MessageBody=json.dumps(request)))


def outcome(
    installation: Installation,
    held: HeldAction,
    pause: Callable[[float], None] = sleep,
    now: Callable[[], float] = monotonic,
) -> HeldAction:
    """The proposal once it is settled or waits again; as it is where that takes too long."""
    until = now() + WAITED.total_seconds()
    found = held
    while now() < until:
        found = installation.parts.proposals.get(held.id) or found
        if found.standing is not Standing.APPROVED:
            break
        if sys.stderr.isatty():
            print(".", end="", file=sys.stderr, flush=True)
        pause(_PAUSE)
    return found


def report(found: HeldAction, *, as_json: bool) -> int:
    """Print what came of a request; the exit code: 0 done, 3 not done, 4 not known yet."""
    done = (found.outcome or "").startswith(("done", "already"))
    known = found.standing is not Standing.APPROVED
    if as_json:
        line(
            {
                "id": found.id,
                "standing": found.standing,
                "by": found.by,
                "outcome": found.outcome or found.held_for,
                "receipt": found.intent,
            }
        )
    elif not known:
        print(f"not settled after {span(WAITED)}; look at `dockwarden pending --all` and at the lane's log")
    else:
        sign = painted("done", "bold", "green") if done else painted("not done", "bold", "yellow")
        print(f"{sign}  {inert(found.sentence)}: {inert(found.outcome or 'held: ' + found.held_for)}")
        if found.intent:
            print(f"receipt  {inert(found.intent)}")
    return 0 if done else 3 if known else 4
