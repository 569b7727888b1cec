"""Secrets taken out of text that containers wrote, so that the rest can be shown to people."""

import re
from collections.abc import Sequence
from functools import cache

from dockwarden.redaction_parts import BEGIN, END, INVISIBLE
from dockwarden.redaction_rules import Rule, ends_in_key, written
from dockwarden.redaction_values import REDACTED

__all__ = ["REDACTED", "redact", "redact_lines"]

_PASSES = 4


def redact(text: str) -> str:
    """A text without what looks like a secret or a mail address, and without invisible characters.

    Redacting it again changes nothing. What no rule knows stays: a password in a sentence, a short random word.
    """
    for _ in range(_PASSES):
        before, text = text, _once(text)
        if text == before:
            break
    return text


def redact_lines(lines: Sequence[str]) -> tuple[str, ...]:
    """The lines of a log, redacted one by one and where a secret spans several: as many as there were."""
    found: list[str] = []
    waits = _pattern(ends_in_key())
    inside = waiting = False
    for line in lines:
        if inside or (waiting and line.strip()):
            found.append(REDACTED)
            inside = _is_open(line) or (inside and _pattern(END).search(line) is None)
            waiting = False
            continue
        shown = redact(line)
        inside = _is_open(line)
        # Redacting took every key out that begins in the line: what ends is one that began before.
        if ends := list(_pattern(END).finditer(shown)):
            _redact_body(found, lines)
            shown = redact(REDACTED + shown[ends[-1].end() :])
        found.append(shown)
        waiting = waiting or waits.search(shown) is not None
    return tuple(found)


def _is_open(line: str) -> bool:
    """Whether a key begins in a line that does not end in it."""
    visible = _pattern(INVISIBLE).sub("", line)
    ends = [end.end() for end in _pattern(END).finditer(visible)]
    return _pattern(BEGIN).search(visible, ends[-1] if ends else 0) is not None


def _redact_body(found: list[str], lines: Sequence[str]) -> None:
    """Redact the lines before the end of a key whose beginning nobody saw."""
    place = len(found) - 1
    while place >= 0 and re.fullmatch(r"\s*[A-Za-z0-9+/=]+\s*", lines[place]):
        found[place] = REDACTED
        place -= 1


def _once(text: str) -> str:
    text = _pattern(INVISIBLE).sub("", text)
    folded = text.casefold()
    for needs, rule, replace in _rules():
        # Compiled on first use, and not before it can find something: most texts need few of the rules.
        if any(need in folded for need in needs):
            text = _pattern(rule).sub(replace, text)
    return text


@cache
def _rules() -> tuple[Rule, ...]:
    return tuple(written())


@cache
def _pattern(rule: str) -> re.Pattern[str]:
    return re.compile(rule)
