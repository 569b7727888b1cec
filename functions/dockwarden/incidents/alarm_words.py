"""What the alarms of a service say, in words of a card: what speaks loudest first. Pure."""

from collections.abc import Iterator
from datetime import datetime

from dockwarden.facts.alarms import Alarm, AlarmVerdict, ServiceAlarms

_MOST = 5
_NO_DATA = "INSUFFICIENT_DATA"
_LOUDEST = (AlarmVerdict.FAILING, AlarmVerdict.INCONCLUSIVE, AlarmVerdict.FINE)


def alarm_lines(found: ServiceAlarms) -> Iterator[tuple[str, str]]:
    """The line about a service's alarms; none where it has no alarm."""
    # An ALARM that proves nothing is still said before an alarm that has no data.
    loudest = sorted(found.alarms, key=lambda one: (_LOUDEST.index(found.verdict(one)), not one.alarmed))
    said = [_said(alarm, found.began) for alarm in loudest[:_MOST]]
    left = len(loudest) - len(said)
    if said:
        yield "Alarms", "; ".join([*said, *([f"and {left} more"] if left else [])])


def _said(alarm: Alarm, began: datetime | None) -> str:
    if alarm.alarmed:
        before = ", before the deployment began" if alarm.is_older_than(began) else ""
        return f"{alarm.name} in ALARM{_since(alarm.since, began)}{before}"
    if alarm.state is None:
        return f"{alarm.name} is no metric or composite alarm that CloudWatch knows"
    if alarm.state == _NO_DATA:
        return f"{alarm.name} has no data"
    return f"{alarm.name} is {alarm.state}"


def _since(since: datetime | None, began: datetime | None) -> str:
    """Since when; with its day where that is not the day of the deployment, else an old alarm would seem new."""
    if since is None:
        return ""
    day = "" if began is not None and since.date() == began.date() else f"{since:%d %b %Y}, "
    return f" since {day}{since:%H:%M} UTC"
