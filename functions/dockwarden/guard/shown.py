"""Whether what holds an action now is what a person was shown: sentences without what passes with time. Pure."""

import re

_PASSING = re.compile(r" for [^,()\"]+ yet\b| is [A-Z_]+$")
"""How long yet, and how far a stack is: the same order, a moment later."""


def same(shown: str, now: str) -> bool:
    """Whether two sentences name the same order of the same people for the same place."""
    return _PASSING.sub("", shown, count=1) == _PASSING.sub("", now, count=1)
