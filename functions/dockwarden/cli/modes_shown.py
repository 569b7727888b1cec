"""The mode that applies to a playbook before any tag of a cluster is looked at."""

from collections.abc import Mapping

from dockwarden.guard.modes import ModeRuling, ModeSetting, effective_mode
from dockwarden.runtime.config import PlaybookConfig


def mode_without_tags(name: str, config: PlaybookConfig, run_time: Mapping[str, str]) -> ModeRuling:
    """The mode of a playbook by its run-time setting and the platform's settings."""
    return effective_mode(
        config.ceiling,
        (
            ModeSetting("the run-time setting", run_time.get(name)),
            ModeSetting("the platform's default", config.default),
        ),
    )
