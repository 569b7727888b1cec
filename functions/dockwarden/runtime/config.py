"""What the platform has set for this installation, as the deploy wrote it into the functions' environment."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from dockwarden.errors import SettingsError
from dockwarden.guard.modes import Mode, read_mode
from dockwarden.guard.settings import GuardSettings, most_of

if TYPE_CHECKING:
    from dockwarden.guard.freezes import Freeze


@dataclass(frozen=True, slots=True)
class PlaybookConfig:
    """The platform's settings of one playbook; anything missing or unreadable means observe.

    `act_role` is the ARN of the role under which changes are made, None where the ceiling allows none.
    `max_age` is in seconds, None for the playbook's own.
    """

    ceiling: Mode = Mode.OBSERVE
    default: str = Mode.OBSERVE
    act_role: str | None = None
    max_age: int | None = None
    settings: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Config:
    """An installation: where it is, which clusters are opted in, what each playbook may do, where people are told.

    `pinned_copies` is the ARN of the function that registers pinned copies, None where that is not switched on.
    """

    account: str
    region: str
    partition: str = "aws"
    clusters: tuple[str, ...] = ()
    playbooks: Mapping[str, PlaybookConfig] = field(default_factory=dict)
    channel: str | None = None
    channels: tuple[str, ...] = ()
    guard: GuardSettings = field(default_factory=GuardSettings)
    freezes: "tuple[Freeze, ...]" = ()
    pinned_copies: str | None = None

    def of(self, playbook: str) -> PlaybookConfig:
        """The settings of a playbook; one that nobody configured only observes."""
        return self.playbooks.get(playbook, PlaybookConfig())

    def cluster_arns(self) -> dict[str, str]:
        """The ARNs of the opted-in clusters by name, built from the configuration and never from an event."""
        place = f"arn:{self.partition}:ecs:{self.region}:{self.account}:cluster/"
        return {name: place + name for name in self.clusters}


def read_config(text: str) -> Config:
    """The configuration of a JSON document.

    Raises SettingsError where the document is none or says not where it is installed; a playbook whose
    entry cannot be read gets the ceiling observe (invariant 64).
    """
    try:
        document = json.loads(text)
        return Config(
            account=document["account"],
            region=document["region"],
            partition=document.get("partition", "aws"),
            clusters=_clusters(document.get("clusters")),
            playbooks={name: _playbook(entry) for name, entry in document.get("playbooks", {}).items()},
            channel=document.get("channel") or None,
            channels=tuple(name for name in document.get("channels") or () if isinstance(name, str)),
            guard=_guard(document.get("guard", {})),
            freezes=_freezes(document.get("freezes", [])),
            pinned_copies=_text(document.get("pinned_copies")),
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise SettingsError("DOCKWARDEN_CONFIG", text, "the JSON document that the deploy writes") from error


def _clusters(entry: Any) -> tuple[str, ...]:
    """The names of a list; what is no list opts nothing in, and a text is no list of its letters (invariant 65)."""
    names = entry if isinstance(entry, list) else []
    return tuple(name for name in names if isinstance(name, str) and name)


def _text(entry: Any) -> str | None:
    return entry if isinstance(entry, str) and entry else None


def _freezes(entries: Any) -> "tuple[Freeze, ...]":
    """The freezes; a cold start without any imports nothing to read them."""
    if entries == []:
        return ()
    from dockwarden.guard.freeze_settings import deployed_freezes  # noqa: PLC0415 - as the docstring says

    return deployed_freezes(entries)


def _guard(entry: Any) -> GuardSettings:
    """The guard's settings; one of another type than its default keeps that, one out of bounds gets the nearest."""
    shipped = GuardSettings()
    given = entry if isinstance(entry, dict) else {}
    known = {name: type(getattr(shipped, name)) for name in shipped.__dataclass_fields__}
    fit = {name: v for name, v in given.items() if name in known and type(v) is known[name]}
    bound = {name: max(1, min(v, most_of(name))) for name, v in fit.items() if type(v) is int}
    return GuardSettings(**{**fit, **bound})


def _playbook(entry: Any) -> PlaybookConfig:
    """One playbook's entry; a ceiling that is no mode becomes observe."""
    if not isinstance(entry, dict):
        return PlaybookConfig()
    max_age, settings = entry.get("max_age"), entry.get("settings")
    return PlaybookConfig(
        ceiling=read_mode(entry.get("ceiling")) or Mode.OBSERVE,
        default=str(entry.get("default", Mode.OBSERVE)),
        act_role=entry.get("act_role") or None,
        max_age=max_age if isinstance(max_age, int) and max_age > 0 else None,
        settings=settings if isinstance(settings, dict) else {},
    )
