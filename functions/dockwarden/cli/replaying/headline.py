"""The sentence that a replay comes to, and the words that table and page share."""

from datetime import timedelta

from dockwarden.cli.replaying.judging import Replay
from dockwarden.verdicts import Verdict

_PAST = {
    Verdict.ACT: "acted",
    Verdict.OBSERVE: "observed",
    Verdict.HOLD: "held",
    Verdict.TELL: "told",
    Verdict.IGNORE: "ignored",
}
_ALWAYS = frozenset({Verdict.ACT, Verdict.HOLD, Verdict.TELL, Verdict.IGNORE})
_DAY, _WEEK = timedelta(days=1), timedelta(days=7)
_NEARLY = timedelta(hours=12)

RULES = {
    "facts": "something about it was not known",
    "playbook": "the playbook itself wanted a person to decide",
    "mode": "it waits for a person's approval",
    "budget": "a disruption budget had no room",
    "freeze": "a freeze window held",
    "hands-off": "somebody was at work there",
    "stack": "its CloudFormation stack was busy or not known",
    "mass-failure": "many services failed together",
    "cooldown": "its target was left alone for a while",
    "cap": "its target had its most actions",
    "opt-in": "whether it was opted in was not known",
}
"""What each of the guard's rules that hold means, for people; a rule that is not listed stands for itself."""


def headline(replay: Replay) -> str:
    """What would have been done in the time of the events, in one sentence."""
    if not replay.events:
        return "There was no event to decide about."
    counts = [
        _counted(verdict, replay.verdicts[verdict])
        for verdict in _PAST
        if verdict in _ALWAYS or replay.verdicts[verdict]
    ]
    return f"{_when(replay)} it would have {', '.join(counts)}."


def _counted(verdict: Verdict, count: int) -> str:
    if verdict is not Verdict.ACT:
        return f"{_PAST[verdict]} {count:,}"
    return "acted once" if count == 1 else f"acted {count:,} times"


def period(replay: Replay) -> str:
    """From when to when the events are."""
    if replay.first is None or replay.last is None:
        return "at times that cannot be read"
    if replay.first.date() == replay.last.date():
        return f"{replay.first:%d %b %Y, %H:%M} to {replay.last:%H:%M} UTC"
    return f"{replay.first:%d %b %Y, %H:%M} to {replay.last:%d %b %Y, %H:%M} UTC"


def _when(replay: Replay) -> str:
    if replay.first is None or replay.last is None:
        return "About these events"
    length = replay.last - replay.first
    if abs(length - _WEEK) <= _NEARLY:
        return "In this week"
    if abs(length - _DAY) <= timedelta(hours=1):
        return "On this day"
    if length >= 2 * _DAY:
        return f"In these {round(length / _DAY)} days"
    hours = round(length / timedelta(hours=1))
    if hours > 1:
        return f"In these {hours} hours"
    minutes = max(1, round(length / timedelta(minutes=1)))
    return "In this minute" if minutes == 1 else f"In these {minutes} minutes"


def agreement(replay: Replay) -> str:
    """How far it is the same as what was done, in one sentence; empty where nothing can be compared."""
    total, differing = len(replay.compared), len(replay.differing)
    if not total:
        return ""
    what = "decision" if total == 1 else "decisions"
    if not differing:
        return f"Of {total:,} recorded {what}, all are the same now."
    return f"Of {total:,} recorded {what}, {total - differing:,} are the same now and {differing:,} differ."
