"""Reading `dockwarden.toml`."""

import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from typing import Any

from constructs import Construct

from dockwarden.errors import SettingsError
from dockwarden.guard.settings_reading import read_guard
from dockwarden_cdk.settings import PinnedCopies, PlaybookSettings, Settings

DEFAULT_FILE = "dockwarden.toml"


@contextmanager
def in_one_sentence() -> Iterator[None]:
    """End the synthesis with the one sentence of a SettingsError, which a traceback would hide."""
    try:
        yield
    except SettingsError as error:
        raise SystemExit(str(error)) from error


def settings_of_app(app: Construct) -> Settings:
    """The settings in the file that the context key `settings` names, else in dockwarden.toml.

    Ends the synthesis with the one sentence of a SettingsError, which a traceback would hide.
    """
    named: Any = app.node.try_get_context("settings")
    path = Path(str(named or DEFAULT_FILE))
    try:
        return read_settings(path)
    except SettingsError as error:
        raise SystemExit(f"{path}: {error}") from error


def read_settings(path: Path) -> Settings:
    """The settings in a TOML file. Raises SettingsError, which names the file or the setting."""
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError("file", str(path), f"a file that can be read ({error.strerror})") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError("file", str(path), f"valid TOML ({error})") from error
    return from_document(document)


def from_document(document: Mapping[str, Any]) -> Settings:
    """The settings of a parsed file. Raises SettingsError."""
    _only_fields("", document, Settings)
    given = dict(document)
    for name in ("clusters", "slack_channels"):
        if isinstance(given.get(name), list):
            given[name] = tuple(given[name])
    if "guard" in given:
        given["guard"] = read_guard(given["guard"])
    if "pinned_copies" in given:
        given["pinned_copies"] = _pinned_copies(given["pinned_copies"])
    playbooks = given.pop("playbooks", {})
    if not isinstance(playbooks, Mapping):
        raise SettingsError(
            "playbooks", playbooks, "a table for each playbook, such as [playbooks.spot_drain]"
        )
    return Settings(playbooks={name: _playbook(name, entry) for name, entry in playbooks.items()}, **given)


def _pinned_copies(entry: object) -> PinnedCopies:
    if not isinstance(entry, Mapping) or "roles" not in entry:
        raise SettingsError("pinned_copies", entry, "a table [pinned_copies] with roles, a list of ARNs")
    _only_fields("pinned_copies.", entry, PinnedCopies)
    roles = entry["roles"]
    return PinnedCopies(roles=tuple(roles) if isinstance(roles, list) else roles)


def _playbook(name: str, entry: object) -> PlaybookSettings:
    if not isinstance(entry, Mapping):
        raise SettingsError(f"playbooks.{name}", entry, f"a table [playbooks.{name}]")
    _only_fields(f"playbooks.{name}.", entry, PlaybookSettings)
    return PlaybookSettings(**entry)


def _only_fields(where: str, document: Mapping[str, Any], kind: type) -> None:
    """Refuse a name that nobody reads: a typo in a setting must not be silent."""
    known = [field.name for field in fields(kind)]
    for name in document:
        if name not in known:
            raise SettingsError(
                f"{where}{name}", document[name], f"no such setting; there are: {', '.join(known)}"
            )
