"""The arguments that `stop` and `resume` share: what is stopped."""

import argparse

from dockwarden.cli.parser import Parser
from dockwarden.cli.places import read_place
from dockwarden.cli.screen import inert
from dockwarden.errors import DockwardenError, SettingsError, describe
from dockwarden.ledger.controls import Scope
from dockwarden.runtime.config import Config


class NotListedError(DockwardenError):
    """A stop was asked for something that the installation does not know, so that it would stop nothing."""


def with_scope(parser: Parser) -> None:
    """Add the arguments that say what is meant; without any it is everything."""
    scope = parser.add_mutually_exclusive_group()
    scope.add_argument("--playbook", metavar="NAME", help="this playbook only")
    scope.add_argument("--cluster", metavar="NAME", help="this cluster only, by its name")
    scope.add_argument("--service", metavar="CLUSTER/SERVICE", help="this service only, or its ARN")
    parser.with_why()
    parser.with_installation()
    parser.with_json()


def scope_of(args: argparse.Namespace) -> tuple[Scope, str]:
    """What the arguments mean. Raises SettingsError for an empty name, which is never "all"."""
    for scope, name in (("playbook", args.playbook), ("cluster", args.cluster), ("service", args.service)):
        if name is not None and not name.strip():
            raise SettingsError(f"--{scope}", name, "a name; leave the option out to mean everything")
    if args.playbook is not None:
        return "playbook", args.playbook
    if args.cluster is not None:
        # ARNs are what people have at hand; the guard compares names.
        return "cluster", args.cluster.rpartition("/")[2]
    if args.service is not None:
        return "service", read_place(args.service, only=("service",)).name
    return "everything", ""


def must_be_known(scope: Scope, name: str, config: Config) -> None:
    """Refuse a name that the installation does not know. Raises NotListedError with those that it does.

    Of a service only the cluster is known here: a stop must not wait for ECS.
    """
    if scope == "service":
        scope, name = "cluster", name.partition("/")[0]
    known = {"cluster": config.clusters, "playbook": tuple(config.playbooks)}.get(scope)
    if known is not None and name not in known:
        listed = inert(", ".join(known) or "none")
        fault = f"no {scope} {describe(name)} is in this installation, so nothing would be stopped; there are: {listed}"
        raise NotListedError(f"{fault} (--anyway sets the stop all the same)")
