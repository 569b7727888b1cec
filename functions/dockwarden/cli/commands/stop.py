"""Stop everything, one playbook, one cluster, or one service, from the next call on.

The stop is read again right before every call that would change something, so it also ends what is under way.
What a stop means for each playbook is said by `dockwarden playbooks`. It holds until `dockwarden resume`.
A cluster or playbook that the installation does not know is refused, because such a stop would stop nothing.

examples:
  dockwarden stop --why "incident 4711"
      everything
  dockwarden stop --playbook spot_drain --why "draining makes it worse"
  dockwarden stop --cluster web-prod
  dockwarden stop --service web-prod/web-api

exit code: 0, or 1 where the installation knows no such cluster or playbook.
"""

import argparse

from dockwarden.cli.account import caller, clients_of
from dockwarden.cli.installation import Installation
from dockwarden.cli.parser import Parser
from dockwarden.cli.screen import inert, line
from dockwarden.cli.stopping import must_be_known, scope_of, with_scope


def arguments(parser: Parser) -> None:
    """Add the arguments of `stop`."""
    with_scope(parser)
    parser.add_argument(
        "--anyway", action="store_true", help="also for a name that the installation does not know"
    )


def run(args: argparse.Namespace) -> int:
    """Set the stop and say what now stands."""
    scope, name = scope_of(args)
    installation = Installation(clients_of(args), args.stack)
    if not args.anyway:
        must_be_known(scope, name, installation.config)
    by, parts = caller(installation.clients), installation.parts
    stop = parts.controls.stop(scope, name, by, parts.clock.now(), args.why)
    if args.json:
        line({"stopped": scope, "name": name or None, "by": by, "since": stop.since, "why": args.why})
    else:
        print(inert(stop.sentence()))
    return 0
