"""List what Dockwarden did, would have done, or could not do: one line for each receipt, newest last.

Every change has a record that was written before it and never changes: what, why, before, after, and what takes it
back. `dockwarden receipt ID` shows one whole, with the transcript of its decision; `dockwarden undo ID` takes it
back while that is still right.

examples:
  dockwarden ledger
      of the last 7 days
  dockwarden ledger --since 36h --playbook spot_drain
  dockwarden ledger --playbook rollback
  dockwarden ledger --target i-0123456789abcdef0 --json
  dockwarden ledger spot_drain-0123456789abcdef
      the same as `dockwarden receipt`

exit code: 0, or 1 where the ledger holds nothing under an id.
"""

import argparse
from collections.abc import Iterator
from datetime import datetime

from dockwarden.cli.account import clients_of
from dockwarden.cli.commands import receipt as one_receipt
from dockwarden.cli.installation import Installation
from dockwarden.cli.lengths import length
from dockwarden.cli.parser import Parser
from dockwarden.cli.screen import columns, inert, line, painted
from dockwarden.ledger.ledger import ActionLedger
from dockwarden.ledger.records import Intent, Receipt, stamp

_COLOURS = {"done": "green", "observed": "cyan", "refused": "yellow", "failed": "red", "unknown": "red"}


def arguments(parser: Parser) -> None:
    """Add the arguments of `ledger`."""
    parser.add_argument("id", metavar="ID", nargs="?", help="show this one whole")
    parser.add_argument(
        "--since", metavar="SPAN", type=length, default=length("7d"), help="30m, 36h or 7d (7d)"
    )
    parser.add_argument("--playbook", metavar="NAME", help="of this playbook only")
    parser.add_argument("--target", metavar="TEXT", help="whose target or subject holds this text")
    parser.with_installation()
    parser.with_json()


def run(args: argparse.Namespace) -> int:
    """Print each receipt, or one of them whole."""
    if args.id is not None:
        return one_receipt.run(args)
    parts = Installation(clients_of(args), args.stack).parts
    now = parts.clock.now()
    found = [pair for pair in _receipts(parts.actions, now - args.since, now) if _wanted(pair[0], args)]
    if args.json:
        for intent, closed in found:
            line(_plain(intent, closed))
        return 0
    rows = [_row(intent, closed) for intent, closed in found]
    print("\n".join(columns(rows, "")) if rows else "nothing was done in that time")
    return 0


def _receipts(ledger: ActionLedger, since: datetime, now: datetime) -> Iterator[tuple[Intent, Receipt]]:
    for intent_id in ledger.closed_since(since, now):
        intent, closed = ledger.intent(intent_id), ledger.receipt(intent_id)
        if intent is not None and closed is not None:
            yield intent, closed


def _wanted(intent: Intent, args: argparse.Namespace) -> bool:
    by_playbook = args.playbook in (None, intent.playbook)
    return by_playbook and (args.target is None or args.target in f"{intent.target} {intent.subject}")


def _plain(intent: Intent, closed: Receipt) -> dict[str, object]:
    return {
        "id": intent.id,
        "at": stamp(closed.closed_at),
        "state": closed.state,
        "playbook": intent.playbook,
        "action": intent.kind,
        "target": intent.target,
        "subject": intent.subject,
        "mode": intent.mode,
        "reason": intent.reason,
        "before": intent.before,
        "after": closed.effect,
        "inverse": closed.inverse,
        "by": intent.by,
        "undoes": intent.undoes,
    }


def _row(intent: Intent, closed: Receipt) -> list[str]:
    by = f" (by {inert(intent.by)})" if intent.by else ""
    return [
        f"{closed.closed_at:%Y-%m-%d %H:%M:%S}Z",
        painted(f"{closed.state:<8}", _COLOURS.get(closed.state, "dim")),
        inert(intent.subject),
        inert(closed.effect, 70) + by,
        painted(inert(intent.id), "dim"),
    ]
