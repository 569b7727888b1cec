"""Keep hands off a service, a cluster or a host for a time, while somebody works there; without a TARGET list them.

What a playbook would do there is held meanwhile, also what is involuntary, and can be approved one by one. It ends
by itself. A service is also left alone by itself for a while after a person has changed it or opened ECS Exec: those
are listed as "noticed". What is no service's alone, such as a host, is held by its cluster's order, not by a service's.

examples:
  dockwarden hands-off
      what is in force
  dockwarden hands-off web-prod/web-api --for 2h --why "I am debugging it"
  dockwarden hands-off web-prod --for 30m
  dockwarden hands-off i-0123456789abcdef0 --for 1d
  dockwarden hands-off web-prod/web-api --end
      before its time; also what was noticed

exit code: 0, or 1 where the installation does not know the place (--anyway for a service or cluster of tomorrow).
"""

import argparse
from datetime import datetime

from dockwarden.cli.account import caller, clients_of
from dockwarden.cli.installation import Installation
from dockwarden.cli.lengths import length
from dockwarden.cli.parser import Parser
from dockwarden.cli.places import Place, known, read_place
from dockwarden.cli.screen import inert, line
from dockwarden.errors import SettingsError
from dockwarden.guard.orders import HandsOff
from dockwarden.ledger.records import stamp


def arguments(parser: Parser) -> None:
    """Add the arguments of `hands-off`."""
    parser.add_argument(
        "target",
        metavar="TARGET",
        nargs="?",
        help="CLUSTER/SERVICE, a cluster, an EC2 instance's id, or the ARN of one of these or a container instance",
    )
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--for", dest="span", metavar="SPAN", type=length, help="30m, 2h or 1d")
    what.add_argument("--end", action="store_true", help="end it now")
    parser.add_argument("--anyway", action="store_true", help="also for a place that is not known")
    parser.with_why()
    parser.with_installation()
    parser.with_json()


def run(args: argparse.Namespace) -> int:
    """Order it, end it, or list what is in force."""
    asked = args.span is not None or args.end
    if args.target is None and asked:
        raise SettingsError("TARGET", "", "a place; none is never everywhere (`dockwarden stop` is)")
    if args.target is not None and not asked:
        raise SettingsError("--for", "", "how long, such as 2h, or --end")
    place = read_place(args.target) if args.target is not None else None
    installation = Installation(clients_of(args), args.stack)
    if place is not None:
        place = known(place, installation, anyway=args.anyway or args.end)
        (_end if args.end else _order)(args, installation, place)
    else:
        _list(installation, as_json=args.json)
    return 0


def _order(args: argparse.Namespace, installation: Installation, place: Place) -> None:
    by, now = caller(installation.clients), installation.parts.clock.now()
    order = HandsOff(place.scope, place.name, now + args.span, by, args.why)
    installation.parts.controls.leave_alone(order, now)
    _show(order, now, noticed=False, as_json=args.json)


def _end(args: argparse.Namespace, installation: Installation, place: Place) -> None:
    """End what people ordered and what was noticed; that there is neither is success."""
    controls, now = installation.parts.controls, installation.parts.clock.now()
    by = caller(installation.clients)
    controls.take_up_again(place.scope, place.name, by, now, args.why)
    if any((order.scope, order.name) == (place.scope, place.name) for order in controls.noticed()):
        controls.overlook(place.scope, place.name, by, now, args.why)
    if args.json:
        line({"ended": place.scope, "name": place.name, "by": by, "why": args.why})
    else:
        print(inert(f"ended: hands off {place.name}"))


def _list(installation: Installation, *, as_json: bool) -> None:
    controls, now = installation.parts.controls, installation.parts.clock.now()
    found = [(order, False) for order in controls.read().hands_off]
    found += [(order, True) for order in controls.noticed()]
    in_force = [(order, noticed) for order, noticed in found if now < order.until]
    for order, noticed in in_force:
        _show(order, now, noticed=noticed, as_json=as_json)
    if not in_force and not as_json:
        print("nobody wants hands off anything")


def _show(order: HandsOff, now: datetime, *, noticed: bool, as_json: bool) -> None:
    if as_json:
        line(
            {
                "scope": order.scope,
                "name": order.name,
                "until": stamp(order.until),
                "by": order.by,
                "why": order.why,
                "noticed": noticed,
            }
        )
    else:
        print(inert(order.sentence(now)) + ("; noticed" if noticed else ""))
