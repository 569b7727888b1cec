"""Lift a stop: name the same scope as `dockwarden stop` did.

Lifting one stop leaves the others; what still stands is printed.

examples:
  dockwarden resume --why "incident 4711 is over"
      lifts the stop of everything
  dockwarden resume --playbook spot_drain
  dockwarden resume --cluster web-prod
  dockwarden resume --service web-prod/web-api
"""

import argparse

from dockwarden.cli.account import caller, clients_of
from dockwarden.cli.installation import Installation
from dockwarden.cli.parser import Parser
from dockwarden.cli.screen import inert, line
from dockwarden.cli.stopping import scope_of, with_scope


def arguments(parser: Parser) -> None:
    """Add the arguments of `resume`."""
    with_scope(parser)


def run(args: argparse.Namespace) -> int:
    """Lift the stop and say what still stands."""
    scope, name = scope_of(args)
    installation = Installation(clients_of(args), args.stack)
    by, parts = caller(installation.clients), installation.parts
    parts.controls.resume(scope, name, by, parts.clock.now(), args.why)
    left = [stop.sentence() for stop in parts.controls.read().stops]
    if args.json:
        line({"resumed": scope, "name": name or None, "by": by, "why": args.why, "still_stopped": left})
    else:
        print(inert(f"resumed: {scope} {name}".strip()))
        print("\n".join(f"  still {inert(sentence)}" for sentence in left) or "  no stop stands")
    return 0
