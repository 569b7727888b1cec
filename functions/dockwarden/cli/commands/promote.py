"""Move a playbook up one mode in named places, below the platform's ceiling; or down.

A place is a cluster or CLUSTER/SERVICE. From its present mode there (without tags, which decide before this) it goes
up by one: observe, approve, enforce. What `dockwarden readiness` does not call ready is refused, unless you say
--anyway and why. What an undo or a wrong has moved down in a place is given back with this. All places are looked at
before the first is changed, and no place is never all of them.

examples:
  dockwarden promote spot_drain --to approve web-prod
  dockwarden promote rebalance_drain --to enforce web-prod web-next --why "a month without a wrong"
  dockwarden promote rebalance_drain --to enforce web-prod --anyway --why "it cannot wait for two weeks"
  dockwarden promote spot_drain --down web-prod
  dockwarden promote spot_drain --lift-everywhere --why "both were mistakes of mine"
      what two wrongs within seven days have moved down everywhere

exit code: 0; 1 where a place is unknown or not ready, 2 where a step is none or above the ceiling.
"""

import argparse

from dockwarden.cli.account import caller, clients_of
from dockwarden.cli.installation import Installation
from dockwarden.cli.lengths import length
from dockwarden.cli.looking_back import readiness_of
from dockwarden.cli.modes_shown import mode_in_place
from dockwarden.cli.parser import Parser
from dockwarden.cli.places import known, read_place
from dockwarden.cli.playbook_settings import named
from dockwarden.cli.screen import inert, line
from dockwarden.errors import DockwardenError, SettingsError
from dockwarden.guard.modes import Mode
from dockwarden.ledger.controls import Controls

_LOOKED_BACK = length("30d")


class NotReadyError(DockwardenError):
    """A playbook has not earned a mode in a place."""


def arguments(parser: Parser) -> None:
    """Add the arguments of `promote`."""
    parser.add_argument("playbook", metavar="PLAYBOOK", help="a name that `dockwarden playbooks` lists")
    parser.add_argument("places", metavar="PLACE", nargs="*", help="a cluster or CLUSTER/SERVICE, or the ARN")
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--to", choices=("approve", "enforce"), help="the mode to go up to")
    what.add_argument("--down", action="store_true", help="go down one mode; needs no readiness")
    what.add_argument("--lift-everywhere", action="store_true", help="lift what moved it down everywhere")
    parser.add_argument(
        "--anyway", action="store_true", help="also where it is not ready or not known; needs --why"
    )
    parser.with_why()
    parser.with_installation()
    parser.with_json()


def run(args: argparse.Namespace) -> int:
    """Move the playbook in every place, or in none."""
    playbook = named(args.playbook).name
    if (args.anyway or args.lift_everywhere) and not args.why.strip():
        raise SettingsError("--why", args.why, "the reason, which is recorded")
    if bool(args.places) is args.lift_everywhere:
        raise SettingsError("PLACE", "", "at least one place, and none with --lift-everywhere")
    read = [read_place(text, only=("service", "cluster")) for text in args.places]
    installation = Installation(clients_of(args), args.stack)
    places = list(dict.fromkeys(known(p, installation, anyway=args.anyway or args.down).name for p in read))
    if args.lift_everywhere:
        by, now = caller(installation.clients), installation.parts.clock.now()
        installation.parts.controls.lift(playbook, None, by, now, args.why)
        line({"playbook": playbook, "lifted": "everywhere"}) if args.json else print("lifted everywhere")
    else:
        _move(args, installation, playbook, places)
    return 0


def _move(args: argparse.Namespace, installation: Installation, playbook: str, places: list[str]) -> None:
    """Look at every place, then change every place."""
    config, controls = installation.config.of(playbook), installation.parts.controls
    now_set = controls.read()
    steps = {place: _step(args, installation, now_set, playbook, place) for place in places}
    if not (args.down or args.anyway):
        _must_be_ready(installation, playbook, steps)
    by, now = caller(installation.clients), installation.parts.clock.now()
    for place, mode in steps.items():
        setting = {"by": by, "now": now, "why": args.why}
        controls.set_mode(playbook, mode, config.ceiling, place=place, **setting)
        if not args.down and any((d.playbook, d.place) == (playbook, place) for d in now_set.demotions):
            controls.lift(playbook, place, by, now, args.why)
        _say(playbook, place, mode, as_json=args.json)


def _step(
    args: argparse.Namespace, installation: Installation, controls: Controls, playbook: str, place: str
) -> Mode:
    """The mode to set in a place. Raises SettingsError where it is not one step, or the ceiling is lower."""
    config = installation.config.of(playbook)
    ruling = mode_in_place(playbook, place, config, controls)
    present, modes = ruling.mode, list(Mode)
    if args.down:
        if present is Mode.OFF:
            raise SettingsError("--down", place, f"a place that is not off already ({ruling.why})")
        return modes[present.rank - 1]
    wanted = Mode(args.to)
    if wanted.rank > config.ceiling.rank:
        raise SettingsError(
            "--to", args.to, f"at most {config.ceiling}, the platform's ceiling for {playbook}"
        )
    if wanted.rank != present.rank + 1:
        raise SettingsError(
            "--to", args.to, f"one step up from {present}, which it is in {place} ({ruling.why})"
        )
    everywhere = any((d.playbook, d.place) == (playbook, None) for d in controls.demotions)
    if everywhere and wanted is Mode.ENFORCE:
        raise SettingsError("--to", args.to, f"--lift-everywhere first: {playbook} was moved down everywhere")
    return wanted


def _must_be_ready(installation: Installation, playbook: str, steps: dict[str, Mode]) -> None:
    """Refuse what has not earned it. Raises NotReadyError, which says what is missing in each place."""
    found = readiness_of(installation.parts, _LOOKED_BACK)
    of = {one.place: one for one in found if one.playbook == playbook}
    lacks: list[str] = []
    for place, mode in steps.items():
        missing = of[place].missing(mode) if place in of else ("nothing was decided there in 30 days",)
        if missing:
            lacks.append(f"{place}: {', '.join(missing)}")
    if lacks:
        raise NotReadyError(f"not ready: {'; '.join(lacks)} (--anyway with --why goes on)")


def _say(playbook: str, place: str, mode: Mode, *, as_json: bool) -> None:
    if as_json:
        line({"playbook": playbook, "place": place, "mode": str(mode)})
    else:
        print(inert(f"{playbook} in {place}: {mode}"))
