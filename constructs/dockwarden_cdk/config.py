"""The document that tells a function what the platform has set."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from aws_cdk import Aws

from dockwarden.errors import SettingsError
from dockwarden.playbook import Playbook
from dockwarden_cdk.settings import PlaybookSettings, Settings

_LONGEST = 3400
"""Lambda takes 4096 bytes of environment; the rest is for the other variables."""


def installation_config(
    settings: Settings, playbooks: Sequence[Playbook], act_roles: Mapping[str, str]
) -> dict[str, Any]:
    """The configuration as the functions and the command line read it. Raises SettingsError where it is too long."""
    config = {
        "account": Aws.ACCOUNT_ID,
        "region": Aws.REGION,
        "partition": Aws.PARTITION,
        "clusters": list(settings.clusters),
        "channel": settings.slack_channel or None,
        "playbooks": {p.name: _entry(settings.of(p.name), act_roles.get(p.name)) for p in playbooks},
    }
    if len(json.dumps(config)) > _LONGEST:
        raise SettingsError(
            "clusters",
            f"{len(settings.clusters)} names",
            "fewer: with them the functions' environment exceeds 4 KB",
        )
    return config


def _entry(playbook: PlaybookSettings, act_role: str | None) -> dict[str, Any]:
    return {
        "ceiling": playbook.highest.value,
        "default": playbook.usual.value,
        "act_role": act_role,
        "max_age": playbook.max_age,
        "settings": dict(playbook.settings),
    }
