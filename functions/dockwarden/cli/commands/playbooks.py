"""List the playbooks: trigger, ceiling and mode, what each may read and do, what a stop means, its settings.

These are the shipped defaults (ceiling observe, so that nothing can be changed), or what --settings says before
a deploy, or with --stack what is deployed and set at run time.

examples:
  dockwarden playbooks
  dockwarden playbooks --settings dockwarden.toml
  dockwarden playbooks --stack Dockwarden
  dockwarden playbooks --json | jq -r '.name + " " + .mode'
"""

import argparse
from collections.abc import Iterable, Mapping
from typing import Any

from dockwarden.cli.modes_shown import mode_without_tags
from dockwarden.cli.parser import Parser
from dockwarden.cli.playbook_settings import defaults
from dockwarden.cli.screen import inert, line, painted
from dockwarden.cli.toml_file import read_toml
from dockwarden.permissions import Permission
from dockwarden.playbook import Playbook, registry
from dockwarden.runtime.config import PlaybookConfig

_USES = {"PINNED": "pinned copy"}


def arguments(parser: Parser) -> None:
    """Add the arguments of `playbooks`."""
    parser.with_installation()
    parser.set_defaults(stack=None)
    parser.add_argument(
        "--settings", metavar="FILE", help="a dockwarden.toml whose ceilings and settings to show"
    )
    parser.with_json()


def run(args: argparse.Namespace) -> int:
    """Print every playbook."""
    configs, run_time = _configured(args)
    for number, playbook in enumerate(registry().values()):
        shown = _shown(playbook, configs.get(playbook.name, PlaybookConfig()), run_time)
        if args.json:
            line(shown)
        else:
            print(("\n" if number else "") + _readable(shown))
    return 0


def _configured(args: argparse.Namespace) -> tuple[Mapping[str, PlaybookConfig], Mapping[str, str]]:
    """The settings of the stack or file that the arguments name, else the shipped ones."""
    if args.stack is not None:
        return _deployed(args)
    return (read_toml(args.settings) if args.settings is not None else {}), {}


def _deployed(args: argparse.Namespace) -> tuple[Mapping[str, PlaybookConfig], Mapping[str, str]]:
    """The platform's and the run-time settings of a stack."""
    # Imported here: the shipped list needs no AWS.
    from dockwarden.cli.account import clients_of  # noqa: PLC0415
    from dockwarden.cli.installation import Installation  # noqa: PLC0415

    installation = Installation(clients_of(args), args.stack)
    return installation.config.playbooks, installation.parts.controls.read().modes


def _shown(playbook: Playbook, config: PlaybookConfig, run_time: Mapping[str, str]) -> dict[str, Any]:
    """A playbook as JSON."""
    ruling = mode_without_tags(playbook.name, config, run_time)
    return {
        "name": playbook.name,
        "summary": playbook.summary,
        "triggers": [{"source": t.SOURCE, "detail_types": list(t.DETAIL_TYPES)} for t in playbook.triggers],
        "lane": playbook.lane.name,
        "ceiling": str(config.ceiling),
        "mode": str(ruling.mode),
        "mode_why": ruling.why,
        "max_age": config.max_age or playbook.max_age,
        "reads": _iam(playbook.read_permissions()),
        "may": [{"kind": action.KIND, "iam": _iam(action.PERMISSIONS)} for action in playbook.may],
        "when_stopped": playbook.when_stopped,
        "settings": defaults(playbook) | dict(config.settings),
    }


def _iam(permissions: Iterable[Permission]) -> list[str]:
    return list(dict.fromkeys(action for permission in permissions for action in permission.actions))


def _readable(shown: Mapping[str, Any]) -> str:
    """A playbook as lines for people."""
    triggers = ", ".join(name for trigger in shown["triggers"] for name in trigger["detail_types"])
    may = ", ".join(_operation(action["kind"]) for action in shown["may"]) or "nothing"
    settings = ", ".join(f"{name} = {_value(value)}" for name, value in shown["settings"].items()) or "none"
    rows = (
        ("trigger", triggers),
        ("mode", f"{shown['mode']} (ceiling {shown['ceiling']}; {shown['mode_why']})"),
        (
            "acts on",
            f"events up to {shown['max_age']} s old"
            if shown["may"]
            else "nothing; it only remembers or tells",
        ),
        ("may read", ", ".join(shown["reads"]) or "nothing"),
        ("may do", may),
        ("stopped", shown["when_stopped"]),
        ("settings", settings),
        ("lane", shown["lane"]),
    )
    head = f"{painted(shown['name'], 'bold')}  {inert(shown['summary'])}"
    return "\n".join([head, *(f"  {painted(f'{label:<9}', 'dim')} {inert(text)}" for label, text in rows)])


def _operation(kind: str) -> str:
    """The AWS operation of a kind of action, and in brackets which use of it, as people call that."""
    operation, _, use = kind.partition(":")
    return f"{operation} ({_USES.get(use, use.lower())})" if use else operation


def _value(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
