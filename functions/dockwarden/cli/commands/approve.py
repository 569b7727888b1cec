"""Let one held action go: under your own identity, and only while it is still right.

Your answer is recorded with who you are; the function then decides again by what it reads at that moment. A stop,
the ceiling, a budget, a lease or anything that you were not shown holds all the same, and the proposal then waits
with that reason. Whoever answers second sees who was first.

examples:
  dockwarden pending
  dockwarden approve rollback-0123456789abcdef
  dockwarden approve rebalance_drain-0123456789abcdef
  dockwarden approve rebalance_drain-0123456789abcdef --no-wait

exit code: 0 done; 1 no such proposal, or it was answered already; 3 not done, with the reason; 4 not known yet.
"""

import argparse

from dockwarden.cli.account import clients_of
from dockwarden.cli.answering import answered, outcome, proposal, report, send
from dockwarden.cli.installation import Installation
from dockwarden.cli.parser import Parser
from dockwarden.ledger.proposals import Standing


def arguments(parser: Parser) -> None:
    """Add the arguments of `approve`."""
    parser.add_argument("id", metavar="ID", help="the id of a proposal, as `dockwarden pending` lists it")
    parser.add_argument("--no-wait", action="store_true", help="do not wait for what comes of it")
    parser.with_why()
    parser.with_installation()
    parser.with_json()


def run(args: argparse.Namespace) -> int:
    """Approve a proposal and say what came of it."""
    installation = Installation(clients_of(args), args.stack)
    held = answered(installation, proposal(installation, args.id), Standing.APPROVED)
    send(installation, held)
    return report(held if args.no_wait else outcome(installation, held), as_json=args.json)
