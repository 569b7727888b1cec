"""Take an action back, while that is still right: a drained host is set to ACTIVE again, a
service that was rolled back is rolled forward.

The undo goes the way of every other action: stop, ceiling, cap and lease hold. It is refused where the target is
not as the action left it, or somebody was there since. An undo also says that the action was wrong: the same is
not done again on that target until its next deployment, and the playbook asks first in that place from then on
(two within seven days: everywhere). `dockwarden promote` gives it back.

examples:
  dockwarden ledger
  dockwarden undo spot_drain-0123456789abcdef --why "the host was about to be replaced by hand"
  dockwarden undo rollback-0123456789abcdef --why "the new revision was not to blame"

exit code: 0 undone; 1 nothing under that id that could be undone; 3 not undone, with the reason; 4 not known yet.
"""

import argparse

from dockwarden.cli.account import caller, clients_of
from dockwarden.cli.answering import outcome, report, send
from dockwarden.cli.installation import Installation
from dockwarden.cli.parser import Parser
from dockwarden.runtime.undo import ask_undo


def arguments(parser: Parser) -> None:
    """Add the arguments of `undo`."""
    parser.add_argument(
        "id", metavar="ID", help="the id of a receipt, as messages and `dockwarden ledger` have it"
    )
    parser.add_argument("--no-wait", action="store_true", help="do not wait for what comes of it")
    parser.with_why()
    parser.with_installation()
    parser.with_json()


def run(args: argparse.Namespace) -> int:
    """Ask for an undo and say what came of it."""
    installation = Installation(clients_of(args), args.stack)
    held = ask_undo(installation.parts, args.id.strip(), caller(installation.clients), args.why)
    send(installation, held)
    return report(held if args.no_wait else outcome(installation, held), as_json=args.json)
