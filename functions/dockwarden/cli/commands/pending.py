"""List what is held and waits for a person: what would be done, why it is held, whose it is, and until when.

What is held is told on Slack too. `dockwarden approve ID` lets it go, `dockwarden reject ID` ends it; what nobody
answers lapses at its deadline, and nothing is done. What was approved is listed as under way until it is settled: if
that takes long, whoever approved it does so once more, which sends it again.

examples:
  dockwarden pending
  dockwarden pending --all
      also what was answered or has lapsed within 30 days, with what came of it
  dockwarden pending --json | jq -r .id

exit code: 0
"""

import argparse
from datetime import datetime

from dockwarden.cli.account import clients_of
from dockwarden.cli.installation import Installation
from dockwarden.cli.parser import Parser
from dockwarden.cli.screen import complain, inert, line, painted
from dockwarden.ledger.proposals import HeldAction, Standing
from dockwarden.ledger.records import stamp
from dockwarden.spans import span

_SHOWN = (
    "id",
    "playbook",
    "subject",
    "sentence",
    "reason",
    "rule",
    "why",
    "owner",
    "standing",
    "by",
    "outcome",
)


def arguments(parser: Parser) -> None:
    """Add the arguments of `pending`."""
    parser.add_argument("--all", action="store_true", help="also what was answered or has lapsed")
    parser.with_installation()
    parser.with_json()


def run(args: argparse.Namespace) -> int:
    """Print every proposal that waits."""
    parts = Installation(clients_of(args), args.stack).parts
    now = parts.clock.now()
    kept, damaged = parts.proposals.listed()
    found = [held for held in kept if args.all or held.open(now) or _under_way(held)]
    for held in found:
        if args.json:
            shown = {name: getattr(held, name) for name in _SHOWN}
            line({**shown, "why": held.held_for, "until": stamp(held.until)})
        else:
            print(_readable(held, now))
    if not found and not args.json:
        print("nothing waits for a person")
    if damaged:
        complain(f"left out, because the ledger's records are damaged: {', '.join(damaged)}")
    return 0


def _readable(held: HeldAction, now: datetime) -> str:
    """A proposal in a few lines, as a card says it."""
    left = f"{span(held.until - now)} left" if held.open(now) else _ended(held)
    owner = f", owner {inert(held.owner)}" if held.owner else ""
    return "\n".join(
        (
            f"{painted(inert(held.id), 'bold')}  {inert(held.subject)}  {painted(left, 'yellow')}{owner}",
            f"  would   {inert(held.sentence)}",
            f"  because {inert(held.reason)}",
            f"  held    {inert(held.held_for)}",
            *(f"  also    {inert(why)}, in spite of which it was approved" for _, why in held.shown if why),
        )
    )


def _under_way(held: HeldAction) -> bool:
    """Whether a person has approved it, and what came of it is not known yet."""
    return held.standing is Standing.APPROVED


def _ended(held: HeldAction) -> str:
    if held.by is None:
        return "lapsed"
    if _under_way(held):
        return f"under way: approved by {inert(held.by)}"
    return f"{held.standing} by {inert(held.by)}" + (f": {inert(held.outcome)}" if held.outcome else "")
