"""The mode that applies to a playbook before any tag is looked at: anywhere, and in a place."""

from collections.abc import Mapping

from dockwarden.guard.modes import ModeRuling, ModeSetting, effective_mode
from dockwarden.guard.whereabouts import Whereabouts
from dockwarden.ledger.controls import Controls
from dockwarden.runtime.config import PlaybookConfig


def mode_without_tags(name: str, config: PlaybookConfig, run_time: Mapping[str, str]) -> ModeRuling:
    """The mode of a playbook by its run-time setting and the platform's settings."""
    return _ruling(config, run_time.get(name), None)


def mode_in_place(name: str, place: str, config: PlaybookConfig, controls: Controls) -> ModeRuling:
    """The mode of a playbook in a cluster or `cluster/service`, with what has moved it down there."""
    cluster, _, service = place.partition("/")
    where = Whereabouts(cluster, service or None, place)
    return _ruling(config, controls.mode(name, where), controls.demoted(name, where))


def _ruling(config: PlaybookConfig, run_time: str | None, demoted: str | None) -> ModeRuling:
    settings = (
        ModeSetting("the run-time setting", run_time),
        ModeSetting("the platform's default", config.default),
    )
    return effective_mode(config.ceiling, settings, demoted)


def places_of(name: str, controls: Controls) -> dict[str, str]:
    """The run-time modes of a playbook in single places, by place."""
    found = (key.partition("@") for key in controls.modes)
    return {
        place: controls.modes[f"{name}@{place}"] for of, _, place in sorted(found) if of == name and place
    }
