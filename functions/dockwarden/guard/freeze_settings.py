"""Reads freezes as settings write them: strictly where they are written, and frozen where they are deployed."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from dockwarden.errors import SettingsError, describe
from dockwarden.guard.calendar_texts import read_once, read_weekly, read_yearly, read_zone
from dockwarden.guard.calendars import Once, Recurring
from dockwarden.guard.freezes import Freeze, Unreadable, WhileAlarm

KEYS = (
    *("name", "zone", "from", "until", "weekly", "yearly", "alarm"),
    *("clusters", "services", "playbooks"),
)
_KINDS = {"from": "once", "until": "once", "weekly": "again", "yearly": "again", "alarm": "alarm"}
_WHEN = "from and until; or weekly, yearly or both; or alarm: one of the three"
_SOME_FREE = "some time that is free; what may never act has the ceiling observe"
_LONGEST_NAME = 60
_LONGEST_ALARM = 255
_NAME = re.compile(r"[A-Za-z0-9_-]{1,255}")
_SERVICE = re.compile(r"[A-Za-z0-9_-]{1,255}/[A-Za-z0-9_-]{1,255}")


def read_freezes(document: object) -> tuple[Freeze, ...]:
    """The freezes of a list of tables. Raises SettingsError, which names the freeze and its key."""
    if not isinstance(document, list | tuple):
        raise SettingsError("freeze", document, "a list of freezes, each a table [[freeze]]")
    freezes = tuple(_freeze(number, entry) for number, entry in enumerate(document, 1))
    names = [freeze.name for freeze in freezes]
    for name in names:
        if names.count(name) > 1:
            raise SettingsError("freeze", name, "a name that no other freeze has")
    return freezes


def deployed_freezes(document: object) -> tuple[Freeze, ...]:
    """The freezes of a deployed configuration; one that cannot be read freezes everything (invariant 64)."""
    entries = document if isinstance(document, list) else [document]
    return tuple(_or_unreadable(number, entry) for number, entry in enumerate(entries, 1))


def written(entry: Mapping[str, object]) -> dict[str, Any]:
    """A freeze as JSON has it: TOML's dates and times become texts."""
    return {key: value.isoformat() if isinstance(value, date) else value for key, value in entry.items()}


def _or_unreadable(number: int, entry: object) -> Freeze:
    try:
        return _freeze(number, entry)
    except SettingsError as error:
        return Freeze(f"number {number}", Unreadable(str(error)))


def _freeze(number: int, entry: object) -> Freeze:
    if not isinstance(entry, Mapping):
        raise SettingsError(f"freeze {number}", entry, "a table [[freeze]]")
    where = f"freeze {number}"
    name = _text(f"{where}, name", entry.get("name"), _LONGEST_NAME, "a name for people")
    where = f"freeze {describe(name)}"
    for key in entry:
        if key not in KEYS:
            raise SettingsError(
                f"{where}, {describe(key)}", entry[key], f"no such key; there are: {', '.join(KEYS)}"
            )
    if "clusters" in entry and "services" in entry:
        raise SettingsError(
            f"{where}, services", entry["services"], "no clusters beside it: a service names its own"
        )
    return Freeze(
        name=name,
        when=_when(where, entry),
        clusters=_filter(where, entry, "clusters", _NAME, "names of clusters"),
        services=_filter(where, entry, "services", _SERVICE, "services as cluster/service"),
        playbooks=_filter(where, entry, "playbooks", _NAME, "names of playbooks"),
    )


def _when(where: str, entry: Mapping[str, Any]) -> Once | Recurring | WhileAlarm:
    kinds = {kind for key, kind in _KINDS.items() if key in entry}
    if len(kinds) != 1:
        raise SettingsError(where, ", ".join(key for key in _KINDS if key in entry) or None, _WHEN)
    if kinds == {"alarm"}:
        if "zone" in entry:
            raise SettingsError(f"{where}, zone", entry["zone"], "nothing, because an alarm needs none")
        expected = "the name of a CloudWatch alarm"
        return WhileAlarm(_text(f"{where}, alarm", entry["alarm"], _LONGEST_ALARM, expected))
    zone = read_zone(f"{where}, zone", entry.get("zone"))
    if kinds == {"once"}:
        return Once(zone, read_once(where, zone, entry.get("from"), entry.get("until")))
    weekly = read_weekly(f"{where}, weekly", entry["weekly"]) if "weekly" in entry else None
    yearly = read_yearly(f"{where}, yearly", entry["yearly"]) if "yearly" in entry else None
    made = Recurring(zone, weekly, yearly)
    if made.always:
        raise SettingsError(where, entry.get("weekly", entry.get("yearly")), _SOME_FREE)
    return made


def _filter(
    where: str, entry: Mapping[str, object], key: str, fits: re.Pattern[str], what: str
) -> tuple[str, ...] | None:
    """The names of a filter, None where it is absent; an empty one must never come to mean all (invariant 65)."""
    if key not in entry:
        return None
    listed = entry[key]
    if not isinstance(listed, list | tuple) or not listed:
        raise SettingsError(f"{where}, {key}", listed, f"a list of {what}, never empty; without it, all")
    for name in listed:
        if not isinstance(name, str) or not fits.fullmatch(name):
            raise SettingsError(f"{where}, {key}", name, f"{what}, one by one, never a pattern")
    return tuple(listed)


def _text(setting: str, value: object, longest: int, what: str) -> str:
    if not isinstance(value, str) or not value.strip() or not value.isprintable() or len(value) > longest:
        raise SettingsError(setting, value, f"{what}, of at most {longest} characters")
    return value
