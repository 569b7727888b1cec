"""The arguments that `stop` and `resume` share: what is stopped."""

import argparse

from dockwarden.cli.parser import Parser
from dockwarden.cli.playbook_settings import named
from dockwarden.errors import SettingsError
from dockwarden.ledger.controls import Scope


def with_scope(parser: Parser) -> None:
    """Add the arguments that say what is meant; without any it is everything."""
    scope = parser.add_mutually_exclusive_group()
    scope.add_argument("--playbook", metavar="NAME", help="this playbook only")
    scope.add_argument("--cluster", metavar="NAME", help="this cluster only, by its name")
    parser.with_why()
    parser.with_installation()
    parser.with_json()


def scope_of(args: argparse.Namespace, *, must_exist: bool = True) -> tuple[Scope, str]:
    """What the arguments mean. Raises for an unknown playbook, or for an empty name, which is never "all".

    `must_exist` is False where a stop of a playbook that is gone must still be lifted.
    """
    for scope, name in (("playbook", args.playbook), ("cluster", args.cluster)):
        if name is not None and not name.strip():
            raise SettingsError(f"--{scope}", name, "a name; leave the option out to mean everything")
    if args.playbook is not None:
        return "playbook", named(args.playbook).name if must_exist else args.playbook
    if args.cluster is not None:
        # ARNs are what people have at hand; the guard compares names.
        return "cluster", args.cluster.rpartition("/")[2]
    return "everything", ""
