"""Rank playbooks and places by how far they have earned more trust, best first.

It counts what would have been done or was done, what people did to the same target within two hours (as CloudTrail
tells; needs a trail), what they approved and rejected, and what they marked right or wrong. Nothing is ready as long
as something was wrong within seven days. What is wanted for a mode: docs/safety.md, "Trust".

examples:
  dockwarden readiness
      of the last 30 days
  dockwarden readiness --since 90d
  dockwarden readiness --json | jq -r 'select(.ready_for == "enforce") | .place'

exit code: 0
"""

import argparse

from dockwarden.cli.account import clients_of
from dockwarden.cli.installation import Installation
from dockwarden.cli.lengths import length
from dockwarden.cli.looking_back import left_out, readiness_of
from dockwarden.cli.modes_shown import mode_in_place
from dockwarden.cli.parser import Parser
from dockwarden.cli.screen import columns, complain, inert, line, painted
from dockwarden.guard.modes import Mode
from dockwarden.guard.readiness import Readiness


def arguments(parser: Parser) -> None:
    """Add the arguments of `readiness`."""
    parser.add_argument(
        "--since", metavar="SPAN", type=length, default=length("30d"), help="how far to look back (30d)"
    )
    parser.with_installation()
    parser.with_json()


def run(args: argparse.Namespace) -> int:
    """Print each playbook in each place."""
    installation = Installation(clients_of(args), args.stack)
    found = readiness_of(installation.parts, args.since)
    controls = installation.parts.controls.read() if found else None
    modes = [
        mode_in_place(one.playbook, one.place, installation.config.of(one.playbook), controls).mode
        for one in found
        if controls is not None
    ]
    if damaged := left_out(installation.parts, args.since):
        complain(f"left out, because the ledger's records are damaged: {', '.join(damaged)}")
    if args.json:
        for one, mode in zip(found, modes, strict=True):
            line(_plain(one, mode))
        return 0
    rows = [_row(one, mode) for one, mode in zip(found, modes, strict=True)]
    print(
        "\n".join(columns(rows, "")) if rows else "nothing was decided in that time, so nothing can be said"
    )
    return 0


def _row(one: Readiness, mode: Mode) -> list[str]:
    colour = "green" if one.ready_for.rank > mode.rank else "yellow"
    return [painted(inert(one.place), "bold"), one.playbook, f"now {mode}", painted(one.sentence(), colour)]


def _plain(one: Readiness, mode: Mode) -> dict[str, object]:
    counts = {name: getattr(one, name) for name in Readiness.__dataclass_fields__}
    missing = {str(wanted): list(one.missing(wanted)) for wanted in (Mode.APPROVE, Mode.ENFORCE)}
    return {**counts, "mode": str(mode), "ready_for": str(one.ready_for), "missing": missing}
