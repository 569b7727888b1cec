"""Show or set how far a playbook may go at run time, below the platform's ceiling.

The most specific setting decides, never above the ceiling: the tag dockwarden:mode of the service, then that of the
cluster, then this run-time setting (first that of the place, by `dockwarden promote`), then the platform's default.
`off` anywhere wins; what is no mode, or cannot be read, means observe. A change needs no deploy, holds from the next
event on, and is recorded with your ARN (`dockwarden changes`).

examples:
  dockwarden mode spot_drain
      which mode applies, and why; in which places `dockwarden promote` has set another one
  dockwarden mode spot_drain enforce --why "two weeks of observing agree"
  dockwarden mode spot_drain off
"""

import argparse

from dockwarden.cli.account import caller, clients_of
from dockwarden.cli.installation import Installation
from dockwarden.cli.modes_shown import mode_without_tags, places_of
from dockwarden.cli.parser import Parser
from dockwarden.cli.playbook_settings import named
from dockwarden.cli.screen import inert, line
from dockwarden.guard.modes import Mode
from dockwarden.ledger.controls import NOWHERE


def arguments(parser: Parser) -> None:
    """Add the arguments of `mode`."""
    parser.add_argument("playbook", metavar="PLAYBOOK", help="a name that `dockwarden playbooks` lists")
    parser.add_argument(
        "mode", metavar="MODE", nargs="?", choices=[str(mode) for mode in Mode], help="the mode to set"
    )
    parser.with_why()
    parser.with_installation()
    parser.with_json()


def run(args: argparse.Namespace) -> int:
    """Set the mode where one was given, and show which applies."""
    playbook = named(args.playbook).name
    installation = Installation(clients_of(args), args.stack)
    ceiling, controls = installation.config.of(playbook).ceiling, installation.parts.controls
    if args.mode is not None:
        by, now = caller(installation.clients), installation.parts.clock.now()
        controls.set_mode(playbook, args.mode, ceiling, by=by, now=now, why=args.why)
    _show(installation, playbook, as_json=args.json)
    return 0


def _show(installation: Installation, playbook: str, *, as_json: bool) -> None:
    config, controls = installation.config.of(playbook), installation.parts.controls.read()
    ruling = mode_without_tags(playbook, config, controls.modes)
    stops = [stop.sentence() for stop in controls.stops if stop.applies(playbook, NOWHERE)]
    places = places_of(playbook, controls)
    demotions = [found.sentence() for found in controls.demotions if found.playbook == playbook]
    if as_json:
        shown = {
            "playbook": playbook,
            "mode": str(ruling.mode),
            "why": ruling.why,
            "ceiling": str(config.ceiling),
            "places": places,
            "demotions": demotions,
            "stops": stops,
        }
        line(shown)
        return
    print(f"{playbook}: {ruling.mode} ({inert(ruling.why)}; ceiling {config.ceiling})")
    for place, mode in places.items():
        print(f"  in {inert(place)}: {inert(mode)}")
    for sentence in (*demotions, *stops):
        print(f"  {inert(sentence)}")
