"""The CloudWatch alarms of a service, and what each says about one deployment of it; pure."""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from dockwarden.facts.services import ServiceState

ALARMS_TAG = "dockwarden:alarms"
"""The tag of a service that names alarms, with spaces or commas in between."""

_OK, _ALARM = "OK", "ALARM"


class AlarmVerdict(StrEnum):
    """What an alarm says about a deployment; an inconclusive one speaks neither for nor against it."""

    FAILING = "failing"
    FINE = "fine"
    INCONCLUSIVE = "inconclusive"


@dataclass(frozen=True, slots=True)
class Alarm:
    """An alarm as CloudWatch shows it: OK, ALARM or INSUFFICIENT_DATA; `state` is None where there is none of the name.

    `since` is when it came into its state, None where CloudWatch does not say.
    """

    name: str
    state: str | None
    since: datetime | None = None

    @property
    def alarmed(self) -> bool:
        """Whether it is in the state ALARM."""
        return self.state == _ALARM

    def is_older_than(self, began: datetime | None) -> bool:
        """Whether it is known that it came into its state before something began."""
        return self.since is not None and began is not None and self.since < began

    def verdict(self, began: datetime | None) -> AlarmVerdict:
        """What it says about a deployment that began then; an ALARM counts only if it is known to be the younger one."""
        if self.state == _OK:
            return AlarmVerdict.FINE
        if not self.alarmed or self.since is None or began is None or self.is_older_than(began):
            return AlarmVerdict.INCONCLUSIVE
        return AlarmVerdict.FAILING


@dataclass(frozen=True, slots=True)
class ServiceAlarms:
    """The alarms of a service, and since when the deployment runs that they are held against.

    `began` is None where ECS does not show that deployment any more.
    """

    alarms: tuple[Alarm, ...]
    began: datetime | None

    def verdict(self, alarm: Alarm) -> AlarmVerdict:
        """What one of the alarms says about the deployment."""
        return alarm.verdict(self.began)


def alarm_names(service: ServiceState) -> tuple[str, ...]:
    """The alarms of a service: those that its deployments watch, then those of its tag, each once."""
    tagged = re.split(r"[\s,]+", service.tag(ALARMS_TAG) or "")
    return tuple(dict.fromkeys(name for name in (*service.alarm_names, *tagged) if name))
