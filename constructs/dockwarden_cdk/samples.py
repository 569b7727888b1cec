"""Settings that templates are checked and reviewed with."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from dockwarden.guard.modes import Mode
from dockwarden.playbook import names
from dockwarden_cdk.settings import PinnedCopies, PlaybookSettings, Settings


def enforcing(*clusters: str) -> Settings:
    """Every playbook may act in these clusters."""
    return Settings(
        clusters=clusters,
        slack_channel="C0123456789",
        playbooks={name: PlaybookSettings(ceiling=Mode.ENFORCE) for name in names()},
    )


def reviewed(cluster: str) -> Settings:
    """What the permissions for review are read from: all that there can be."""
    role = f"arn:aws:iam::{'1' * 12}:role/TASK-ROLE"
    return replace(enforcing(cluster), pinned_copies=PinnedCopies(roles=(role,)))


def strict_account() -> Settings:
    """What an account asks that has rules for keys, roles and names."""
    return Settings(
        clusters=("production",),
        playbooks={"spot_drain": PlaybookSettings(ceiling=Mode.APPROVE, max_age=60)},
        slack_channel="C0123456789",
        alarm_email="oncall@example.com",
        customer_managed_key=True,
        permissions_boundary="developer-boundary",
        role_path="/platform/",
        name_prefix="acme-dockwarden",
        tags={"team": "platform"},
        bootstrap_qualifier="acme",
        architecture="x86_64",
        log_retention_days=365,
        archive_days=30,
    )


SAMPLES: Mapping[str, Settings] = MappingProxyType(
    {
        "shipped: observe, no cluster": Settings(),
        "enforce in two clusters": enforcing("alpha", "beta"),
        "pinned copies": reviewed("alpha"),
        "strict account: own key, boundary, prefix": strict_account(),
    }
)
"""The settings of `make templates`, by what they stand for."""
