"""Say what an uninstall leaves behind, and print the commands for it; nothing is deleted by this command.

While a drain or a rollback is under way it refuses, because nobody would finish or report it; --leave prints the
commands all the same. Taking Dockwarden away never touches your services.

examples:
  dockwarden uninstall
  dockwarden uninstall --stack Dockwarden --leave
  dockwarden uninstall --json

exit code: 0, or 1 where something is still under way.
"""

import argparse
import shlex
from collections.abc import Mapping
from typing import Any

from dockwarden.cli.account import ask, clients_of
from dockwarden.cli.installation import Installation
from dockwarden.cli.parser import Parser
from dockwarden.cli.screen import inert, line, painted
from dockwarden.runtime.remaining import remaining

_KEPT_POLICIES = ("Retain", "RetainExceptOnCreate", "Snapshot")


def arguments(parser: Parser) -> None:
    """Add the arguments of `uninstall`."""
    parser.add_argument(
        "--leave", action="store_true", help="print the commands although something is under way"
    )
    parser.with_installation()
    parser.with_json()


def run(args: argparse.Namespace) -> int:
    """Print what stands in the way, what stays, and what to run."""
    installation = Installation(clients_of(args), args.stack)
    table = installation.output("LedgerTable")
    in_the_way = remaining(installation.parts)
    stays = _stays(installation)
    refused = bool(in_the_way) and not args.leave
    commands = [] if refused else _commands(installation)
    for_good = [] if refused else _for_good(installation, table, stays)
    if args.json:
        shown = {"refused": refused, "under_way": in_the_way, "stays": stays, "commands": commands}
        line({**shown, "commands_for_good": for_good})
    else:
        _show(in_the_way, stays, commands, for_good)
    return 1 if refused else 0


def _stays(installation: Installation) -> list[dict[str, str]]:
    """What the stack's template keeps, and what was never part of the stack."""
    kept = [
        {"what": found["type"], "name": found["name"], "why": "the stack keeps it"}
        for found in _retained(installation)
    ]
    secret = {
        "what": "secret",
        "name": installation.output("SlackSecret"),
        "why": "you made it, not the stack",
    }
    asset = {"what": "assets", "name": "the CDK's bootstrap bucket", "why": "shared with your other stacks"}
    return [*kept, secret, asset]


def _retained(installation: Installation) -> list[dict[str, str]]:
    """The resources that CloudFormation does not delete with the stack."""
    client, stack = installation.clients.client("cloudformation"), installation.stack
    answer = ask("reading the stack's template", lambda: client.get_template(StackName=stack))
    template = answer["TemplateBody"]
    if not isinstance(template, Mapping):  # boto3 decodes JSON, not YAML
        return [{"type": "AWS::DynamoDB::Table", "name": installation.output("LedgerTable")}]
    kept = {
        logical: found["Type"]
        for logical, found in template["Resources"].items()
        if found.get("DeletionPolicy") in _KEPT_POLICIES
    }
    names = ask("reading the stack's resources", lambda: _names(client, stack))
    return [{"type": type_, "name": names.get(logical, logical)} for logical, type_ in kept.items()]


def _names(client: Any, stack: str) -> dict[str, str]:
    """The physical names of a stack's resources by their logical ids."""
    pages = client.get_paginator("list_stack_resources").paginate(StackName=stack)
    return {
        found["LogicalResourceId"]: found.get("PhysicalResourceId", "")
        for page in pages
        for found in page["StackResourceSummaries"]
    }


def _commands(installation: Installation) -> list[str]:
    """The commands that remove the stack, in their order."""
    at, stack = f"--region {installation.clients.region}", shlex.quote(installation.stack)
    return [
        f"aws cloudformation delete-stack {at} --stack-name {stack}",
        f"aws cloudformation wait stack-delete-complete {at} --stack-name {stack}",
    ]


def _for_good(installation: Installation, table: str, stays: list[dict[str, str]]) -> list[str]:
    """The commands that remove what the stack keeps, in their order: nothing brings that back."""
    at = f"--region {installation.clients.region}"
    name, secret = map(shlex.quote, (table, installation.output("SlackSecret")))
    keys = [shlex.quote(found["name"]) for found in stays if found["what"] == "AWS::KMS::Key"]
    return [
        f"aws dynamodb update-table {at} --table-name {name} --no-deletion-protection-enabled",
        f"aws dynamodb delete-table {at} --table-name {name}",
        # After the table, which nobody could read without it.
        *(f"aws kms schedule-key-deletion {at} --key-id {key}" for key in keys),
        f"aws secretsmanager delete-secret {at} --secret-id {secret}",
    ]


def _show(
    in_the_way: list[str], stays: list[dict[str, str]], commands: list[str], for_good: list[str]
) -> None:
    """The readable form."""
    for sentence in in_the_way:
        print(f"{painted('under way', 'bold', 'yellow')}  {inert(sentence)}")
    print("What stays after the stack is gone:")
    for found in stays:
        print(f"  {inert(found['what'])} {inert(found['name'])}: {inert(found['why'])}")
    if not commands:
        print("Not now: wait until nothing is under way, or give --leave.")
        return
    print("To uninstall:")
    print("\n".join(f"  {inert(command, 1000)}" for command in commands))
    print(
        "  # Only if the records of what was done, and the token, may go for good; nothing brings them back:"
    )
    print("\n".join(f"  {inert(command, 1000)}" for command in for_good))
