"""Say why a task stopped or a service fails: one sentence, what says so, and the next step.

examples:
  dockwarden why event.json
      an event, or an array of events in their order of arrival; nothing is asked of any account
  dockwarden why web --cluster web-prod
      a service on your account: its stopped tasks, its state, logs, deployer and targets
  dockwarden why arn:aws:ecs:eu-central-1:111122223333:task/web-prod/0123456789abcdef0123456789abcdef
      a task, which ECS remembers for about an hour after it has stopped

What has a / or a . in it and is no ARN is a file, - is standard input, and everything else is a service. A service
without --cluster is looked for in all clusters of the account and region, or in those of an installation with --stack.

It reads, and never changes anything: under your own identity, and without Dockwarden being installed. What could not
be read is said as not read. With --stack, the incident that the installation keeps open is named, too.

exit code: 0, also where nothing failed; 1 where there is no such service or task, or AWS does not answer; 2 where the
input is malformed.
"""

import argparse

from dockwarden.cli.cards_shown import as_line, nothing, show
from dockwarden.cli.documents import read_json
from dockwarden.cli.explaining import Explained, explain
from dockwarden.cli.parser import Parser
from dockwarden.cli.screen import complain, inert, line


def arguments(parser: Parser) -> None:
    """Add the arguments of `why`."""
    parser.add_argument("subject", metavar="EVENT.json|-|SERVICE|ARN", help="a file, a service, or a task")
    parser.add_argument("--cluster", metavar="NAME", help="the cluster of the service or task")
    parser.add_argument("--stack", help="the installation whose clusters and incidents are looked at")
    parser.with_account()
    parser.with_json()


def run(args: argparse.Namespace) -> int:
    """Explain a file, or something in the account."""
    if not _is_file(args.subject):
        # Imported here: a file must not wait for boto3.
        from dockwarden.cli.explaining_live import explain_live  # noqa: PLC0415

        return _shown(explain_live(args), as_json=args.json)
    document = read_json(args.subject)
    events = document if isinstance(document, list) else [document]
    if not events:
        return complain("the array of events is empty, so there is nothing to explain")
    return _shown(explain(events), as_json=args.json)


def _is_file(subject: str) -> bool:
    # Names of services have neither; an ARN has the slash.
    return subject == "-" or (not subject.startswith("arn:") and ("." in subject or "/" in subject))


def _shown(found: Explained, *, as_json: bool) -> int:
    """Print what was found; the exit code."""
    if found.card is not None:
        if as_json:
            line(as_line(found.card, failed=found.failed, cause=found.cause, incident=found.incident))
        else:
            show(found.card)
    elif not found.faults or found.cause is not None:
        if as_json:
            line(nothing(found.sentence, found.cause))
        else:
            print(f"{inert(found.sentence[:1].upper() + found.sentence[1:])}.")
    code = 0
    for fault in found.faults:
        code = complain(fault)
    return code
