"""Freeze windows: when nothing is changed of free will, by the calendar or while an alarm fires. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from dockwarden.facts.unknown import NotRead
from dockwarden.guard.calendars import Once, Recurring, zone_named
from dockwarden.guard.orders import covers
from dockwarden.guard.tag_orders import FREEZE_TAG, HANDS_OFF_TAG, freeze_tag, hands_off_tag
from dockwarden.guard.whereabouts import Whereabouts
from dockwarden.spans import span

__all__ = [
    "FREEZE_TAG",
    "HANDS_OFF_TAG",
    "Freeze",
    "Unreadable",
    "WhileAlarm",
    "alarms_of",
    "freeze_tag",
    "frozen",
    "hands_off_tag",
    "zones_of",
]

_CALM = frozenset({"OK", "INSUFFICIENT_DATA"})
"""States of an alarm that does not fire; one without data has nothing to say against an action."""


@dataclass(frozen=True, slots=True)
class WhileAlarm:
    """For as long as a CloudWatch alarm is in the state ALARM, or nobody can tell."""

    alarm: str


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Always: somebody has asked for a freeze, and nobody can read which."""

    why: str


@dataclass(frozen=True, slots=True)
class Freeze:
    """What holds everything voluntary at some time, in some places; None in place of a filter means all.

    `services` are named as `cluster/service`.
    """

    name: str
    when: Once | Recurring | WhileAlarm | Unreadable
    clusters: tuple[str, ...] | None = None
    services: tuple[str, ...] | None = None
    playbooks: tuple[str, ...] | None = None

    @property
    def alarm(self) -> str | None:
        """The CloudWatch alarm whose state it asks for, None where it asks for none."""
        return self.when.alarm if isinstance(self.when, WhileAlarm) else None

    @property
    def zone(self) -> str | None:
        """The time zone on whose clocks it looks, None where it looks on none."""
        return self.when.zone if isinstance(self.when, Once | Recurring) else None

    def covers(self, where: Whereabouts, playbook: str) -> bool:
        """Whether it is about a playbook in a place; a cluster that is not known is every cluster."""
        return (
            (self.playbooks is None or playbook in self.playbooks)
            and (self.clusters is None or any(covers("cluster", name, where) for name in self.clusters))
            and (self.services is None or any(covers("service", name, where) for name in self.services))
        )

    def holds(self, now: datetime, alarms: Mapping[str, str | NotRead]) -> str | None:
        """Why it holds now, or None."""
        match self.when:
            case WhileAlarm(alarm):
                why = _alarm_fires(alarm, alarms.get(alarm, NotRead("nobody has asked for its state")))
                return f'frozen by "{self.name}", {why}' if why else None
            case Unreadable(why):
                return f'frozen, because the freeze "{self.name}" cannot be read: {why}'
        until = self.when.until(now)
        return None if until is None else f'frozen by "{self.name}" {_for(until, self.when.zone, now)}'


def frozen(
    freezes: Sequence[Freeze],
    where: Whereabouts,
    playbook: str,
    now: datetime,
    alarms: Mapping[str, str | NotRead],
) -> str | None:
    """Why a playbook may not act of free will in a place now, or None; the first freeze that holds says so.

    `alarms` are the states by name; one that is missing counts as not read, which freezes.
    """
    reasons = (freeze.holds(now, alarms) for freeze in freezes if freeze.covers(where, playbook))
    return next((why for why in reasons if why is not None), None)


def alarms_of(freezes: Iterable[Freeze]) -> tuple[str, ...]:
    """The CloudWatch alarms that freezes ask for, each once."""
    return tuple(sorted({freeze.alarm for freeze in freezes if freeze.alarm is not None}))


def zones_of(freezes: Iterable[Freeze]) -> tuple[str, ...]:
    """The time zones that freezes name, each once."""
    return tuple(sorted({freeze.zone for freeze in freezes if freeze.zone is not None}))


def _alarm_fires(alarm: str, state: str | NotRead) -> str | None:
    if isinstance(state, NotRead):
        return f"because the state of the CloudWatch alarm {alarm} could not be read ({state.why})"
    if state in _CALM:
        return None
    return f"while the CloudWatch alarm {alarm} is in {state}"


def _for(until: datetime, zone: str, now: datetime) -> str:
    """How long yet, and until when on the clocks of the zone and in UTC."""
    utc = f"{until.astimezone(UTC):%d %b %Y, %H:%M} UTC"
    local = f"{until.astimezone(zone_named(zone)):%a %d %b %Y, %H:%M} {zone}"
    left = f"for {span(until - now)} yet, until"
    return f"{left} {utc}" if zone == "UTC" else f"{left} {local} ({utc})"
