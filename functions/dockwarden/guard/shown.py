"""Whether what holds an action now is what a person was shown: sentences without what passes with time. Pure."""

import re

_PASSING = re.compile(r" for [^,()\"]+ yet\b| is [A-Z_]+$")
"""How long yet, and how far a stack is: the same order, a moment later."""

_LENGTHS = re.compile(r"\b\d+ (?:s|min(?: \d+ s)?|h|days)\b")
_COUNTS = re.compile(r"\b\d+ of its \d+ tasks\b")


def same(shown: str, now: str) -> bool:
    """Whether two sentences name the same order of the same people for the same place."""
    return _PASSING.sub("", shown, count=1) == _PASSING.sub("", now, count=1)


def lasting(objection: str) -> str:
    """What a playbook has against something, without what changes from minute to minute: lengths of time and counts."""
    return _COUNTS.sub("… of its tasks", _LENGTHS.sub("…", objection))
