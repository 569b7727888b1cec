"""The document that tells a function what the platform has set."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from aws_cdk import Aws

from dockwarden.errors import SettingsError, Unquoted
from dockwarden.guard.freeze_settings import written
from dockwarden.guard.settings import GuardSettings
from dockwarden.playbook import Playbook
from dockwarden_cdk.settings import PlaybookSettings, Settings

_LONGEST = 3400
"""Lambda takes 4096 bytes of environment; the rest is for the other variables."""


def installation_config(
    settings: Settings,
    playbooks: Sequence[Playbook],
    act_roles: Mapping[str, str],
    *,
    pinned_copies: str | None = None,
) -> dict[str, Any]:
    """The configuration as the functions and the command line read it.

    `pinned_copies` is the ARN of the function that registers pinned copies, None where there is none.
    """
    return {
        "account": Aws.ACCOUNT_ID,
        "region": Aws.REGION,
        "partition": Aws.PARTITION,
        "clusters": list(settings.clusters),
        "channel": settings.slack_channel or None,
        **({"channels": list(settings.slack_channels)} if settings.slack_channels else {}),
        **({"pinned_copies": pinned_copies} if pinned_copies else {}),
        "freezes": [written(entry) for entry in settings.freeze],
        "guard": _changed(settings.guard),
        "playbooks": {p.name: _entry(settings.of(p.name), act_roles.get(p.name)) for p in playbooks},
    }


def check_length(config: Mapping[str, Any]) -> None:
    """Refuse more than a function's environment has room for. Raises SettingsError, which says how much fits."""
    _refuse_many_freezes(config)
    clusters: list[str] = config["clusters"]
    spare, fitting = _LONGEST - len(json.dumps({**config, "clusters": []})), 0
    while fitting < len(clusters) and len(json.dumps(clusters[: fitting + 1])) - len("[]") <= spare:
        fitting += 1
    if fitting < len(clusters):
        raise SettingsError(
            "clusters",
            Unquoted(f"{len(clusters)} names"),
            f"at most {fitting} of these, because a function's environment holds 4 KB; list the others in a "
            "second installation, as docs/deploy-policy.md says",
        )


def _refuse_many_freezes(config: Mapping[str, Any]) -> None:
    """Freezes that fill the environment by themselves are a fault of their own, with or without clusters."""
    bare = {**config, "clusters": []}
    room = _LONGEST - len(json.dumps({**bare, "freezes": []}))
    taken = len(json.dumps(bare["freezes"])) - len("[]")
    if taken > room:
        raise SettingsError(
            "freeze",
            Unquoted(f"{len(bare['freezes'])} freezes of {taken} characters"),
            f"at most {max(room, 0)} characters, because a function's environment holds 4 KB; shorten names, "
            "join windows, or name fewer places",
        )


def _changed(guard: GuardSettings) -> dict[str, Any]:
    """The settings of the guard that are not the defaults, which the functions know themselves."""
    usual = asdict(GuardSettings())
    return {name: value for name, value in asdict(guard).items() if value != usual[name]}


def _entry(playbook: PlaybookSettings, act_role: str | None) -> dict[str, Any]:
    return {
        "ceiling": playbook.highest.value,
        "default": playbook.usual.value,
        "act_role": act_role,
        "max_age": playbook.max_age,
        "settings": dict(playbook.settings),
    }
