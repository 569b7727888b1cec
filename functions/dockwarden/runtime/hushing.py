"""What the playbooks of a lane say of an event before any of them is imported."""

import json
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from typing import cast

from dockwarden.events.parse import Event
from dockwarden.quiet import Hush, Quiet

Hushes = Mapping[str, Mapping[str, str]]
"""By the name of a class of events: where each playbook that hears it has its Hush, as `module:function`."""


def read_hushes(text: str) -> Hushes:
    """What the deploy has written into the environment; nothing where that is unreadable, so that all is heard."""
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    if not isinstance(found, dict):
        return {}
    return {name: places for name, places in found.items() if isinstance(places, dict)}


def hushed(event: Event, hushes: Hushes) -> list[tuple[str, Quiet]] | None:
    """What each playbook that hears an event says of it where nothing follows for any of them, else None."""
    said: list[tuple[str, Quiet]] = []
    for playbook, place in hushes.get(type(event).__name__, {}).items():
        try:
            quiet = _hush(place)(event)
        except Exception:  # noqa: BLE001  a third party's may raise anything: the engine says so of its own event
            return None
        if quiet is None:
            return None
        said.append((playbook, quiet))
    return said or None


@cache
def _hush(place: str) -> Hush:
    module, _, name = place.partition(":")
    return cast("Hush", getattr(import_module(module), name))
