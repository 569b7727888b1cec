"""The platform's settings of a playbook from a document: only those that exist, each of its own type."""

from dataclasses import fields
from typing import Any

from dockwarden.cli.nodes import Node
from dockwarden.errors import SettingsError, UnknownPlaybookError
from dockwarden.guard.modes import Mode
from dockwarden.playbook import Playbook, load, names, settings_of
from dockwarden.runtime.config import PlaybookConfig

_KEYS = frozenset({"ceiling", "default", "max_age", "settings"})


def named(name: str) -> Playbook:
    """The playbook of a name that somebody typed. Raises UnknownPlaybookError whatever it is."""
    if name not in names():
        raise UnknownPlaybookError(name, names())
    return load(name)


def known_playbook(name: str, node: Node) -> Playbook:
    """The playbook of a name that a document gives. Raises NodeError."""
    try:
        return named(name)
    except UnknownPlaybookError as error:
        raise node.fault(str(error)) from error


def playbook_config(name: str, node: Node, *, run_time: bool = False) -> PlaybookConfig:
    """The platform's settings of a playbook. Raises NodeError.

    Where `run_time` is set, a run-time `mode` may stand beside them, which is not read here.
    """
    node.only(_KEYS | {"mode"} if run_time else _KEYS)
    playbook = known_playbook(name, node)
    ceiling, default, max_age = (node.get(key) for key in ("ceiling", "default", "max_age"))
    settings = node.get("settings")
    return PlaybookConfig(
        ceiling=ceiling.mode() if ceiling else Mode.OBSERVE,
        default=default.mode() if default else Mode.OBSERVE,
        max_age=_age(playbook, max_age) if max_age else None,
        settings=_settings(playbook, settings) if settings else {},
    )


def _age(playbook: Playbook, node: Node) -> int | None:
    """An age in seconds, None for 0; like the deploy it refuses more than the playbook's own (invariant 53)."""
    found = node.whole()
    if found > playbook.max_age:
        raise node.wrong(f"at most the playbook's own, {playbook.max_age}")
    return found or None


def _settings(playbook: Playbook, node: Node) -> dict[str, object]:
    known = defaults(playbook)
    node.only(known.keys())
    given = {name: _like(known[name], node.need(name)) for name in known if node.get(name)}
    try:
        settings_of(playbook, given)
    except SettingsError as error:
        raise node.need(error.setting.rpartition(".")[2]).wrong(error.expected) from error
    return given


def defaults(playbook: Playbook) -> dict[str, Any]:
    """The settings of a playbook by name, each with its default; none where it has no settings."""
    if playbook.settings is None:
        return {}
    shipped = playbook.settings()
    return {field.name: getattr(shipped, field.name) for field in fields(shipped)}


def _like(default: Any, node: Node) -> object:
    """The value of a node, if it is of the type of a default; arrays are arrays of texts."""
    match default:
        case bool():
            if not isinstance(node.value, bool):
                raise node.wrong("true or false")
            return node.value
        case int():
            return node.whole()
        case str():
            return node.string()
        case tuple():
            return tuple(item.text() for item in node.items())
    if type(node.value) is not type(default):
        raise node.wrong(f"a value like {default!a}")
    return node.value
