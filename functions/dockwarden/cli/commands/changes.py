"""List what people changed at run time: when, who, what, and why; oldest first.

examples:
  dockwarden changes
  dockwarden changes --json | tail -5
"""

import argparse

from dockwarden.cli.account import clients_of
from dockwarden.cli.installation import Installation
from dockwarden.cli.parser import Parser
from dockwarden.cli.screen import columns, inert, line

_SHOWN = ("at", "by", "what", "why")


def arguments(parser: Parser) -> None:
    """Add the arguments of `changes`."""
    parser.with_installation()
    parser.with_json()


def run(args: argparse.Namespace) -> int:
    """Print every recorded change."""
    changes = Installation(clients_of(args), args.stack).parts.controls.changes()
    if args.json:
        for change in changes:
            line({key: change.get(key) for key in _SHOWN})
        return 0
    rows = [[inert(change.get(key) or "") for key in _SHOWN] for change in changes]
    print("\n".join(columns(rows, "")) if rows else "nothing was changed at run time")
    return 0
