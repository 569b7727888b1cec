"""End a proposal: nothing is done, and nobody is asked again about this event.

Your answer is recorded with who you are. Whoever answers second sees who was first.

examples:
  dockwarden reject rebalance_drain-0123456789abcdef --why "it is being replaced anyway"
  dockwarden reject rollback-0123456789abcdef --why "the fix is on its way"

exit code: 0; 1 no such proposal, or it was answered already.
"""

import argparse

from dockwarden.cli.account import clients_of
from dockwarden.cli.answering import answered, proposal
from dockwarden.cli.installation import Installation
from dockwarden.cli.parser import Parser
from dockwarden.cli.screen import inert, line
from dockwarden.ledger.proposals import Standing


def arguments(parser: Parser) -> None:
    """Add the arguments of `reject`."""
    parser.add_argument("id", metavar="ID", help="the id of a proposal, as `dockwarden pending` lists it")
    parser.with_why()
    parser.with_installation()
    parser.with_json()


def run(args: argparse.Namespace) -> int:
    """Reject a proposal."""
    installation = Installation(clients_of(args), args.stack)
    held = answered(installation, proposal(installation, args.id), Standing.REJECTED)
    if args.json:
        line({"id": held.id, "standing": held.standing, "by": held.by})
    else:
        print(f"rejected: {inert(held.sentence)}")
    return 0
