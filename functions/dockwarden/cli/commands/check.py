"""Say what is missing before an installation can work, each with what to do about it.

Nothing is changed, and no secret is printed. What your own role may not read is said to be "not read", and the
other checks go on.

examples:
  dockwarden check
  dockwarden check --stack Dockwarden --region eu-central-1
  dockwarden check --slack
      also asks Slack whether it takes the token; nothing is posted
  dockwarden check --json | jq 'select(.level == "fail")'

exit code: 0, or 1 where something does not work.
"""

import argparse
from collections.abc import Iterator
from dataclasses import asdict

from dockwarden.cli import checks_of_aws, checks_of_settings
from dockwarden.cli.account import clients_of
from dockwarden.cli.findings import Check, Finding, Level, fail, findings_of
from dockwarden.cli.installation import Installation, NotInstalledError
from dockwarden.cli.parser import Parser
from dockwarden.cli.screen import inert, line, painted

_COLOURS = {Level.OK: ("green",), Level.WARN: ("bold", "yellow"), Level.FAIL: ("bold", "red")}

_CHECKS: dict[str, Check] = {
    "clusters": checks_of_settings.clusters,
    "mode": checks_of_settings.modes,
    "freeze": checks_of_settings.freezes,
    "slack": checks_of_settings.slack,
    "rules": checks_of_aws.rules,
    "event sources": checks_of_aws.mappings,
    "functions": checks_of_aws.functions,
    "queues": checks_of_aws.queues,
    "dead letters": checks_of_aws.dead_letters,
    "alarms": checks_of_aws.alarms,
    "index": checks_of_settings.index,
    "ledger": checks_of_settings.left_open,
}


def arguments(parser: Parser) -> None:
    """Add the arguments of `check`."""
    parser.add_argument(
        "--slack", action="store_true", help="ask Slack whether it takes the token (auth.test)"
    )
    parser.with_installation()
    parser.with_json()


def run(args: argparse.Namespace) -> int:
    """Print every finding as it is found; 1 where something does not work."""
    levels = []
    for finding in _findings(Installation(clients_of(args), args.stack), slack=args.slack):
        levels.append(finding.level)
        _show(finding, as_json=args.json)
    if not args.json:
        print("\n" + ", ".join(f"{levels.count(level)} {level}" for level in Level))
    return 1 if Level.FAIL in levels else 0


def _findings(installation: Installation, *, slack: bool) -> Iterator[Finding]:
    """Every finding; where there is no stack, there is nothing else to look at."""
    try:
        yield from checks_of_aws.stack(installation)
    except NotInstalledError as error:
        yield fail("stack", str(error), "see the README on deploying")
        return
    checks = _CHECKS | ({"slack token": checks_of_settings.slack_token} if slack else {})
    for about, check in checks.items():
        yield from findings_of(about, check, installation)


def _show(finding: Finding, *, as_json: bool) -> None:
    if as_json:
        line({**asdict(finding), "level": str(finding.level)})
        return
    print(
        f"{painted(f'{finding.level:<4}', *_COLOURS[finding.level])}  {finding.about}: {inert(finding.sentence)}"
    )
    if finding.todo is not None:
        print(f"      {painted('->', 'dim')} {inert(finding.todo)}")
