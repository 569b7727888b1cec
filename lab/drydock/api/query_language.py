"""The part of ECS's cluster query language that drydock understands.

Source: developer guide, "cluster query language": `subject operator argument`, joined by `and`. `or`, `not`,
parentheses, `exists` and `=~` are refused with a clear message instead of being guessed at.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from lab.drydock.api.operation import invalid

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

CLAUSE = re.compile(
    r"^\s*(?P<subject>[\w.:-]+?)\s*"
    r"(?:(?P<sign>==|!=|>=|<=|>|<)|\b(?P<word>equals|not_equals|greater_than_equal|less_than_equal|greater_than|"
    r"less_than|in|not_in)\b)\s*(?P<argument>\[[^\]]*\]|[^\[\]\s]+)\s*$"
)
SIGNS = {
    "equals": "==",
    "not_equals": "!=",
    "greater_than": ">",
    "greater_than_equal": ">=",
    "less_than": "<",
    "less_than_equal": "<=",
}
ORDER: dict[str, Callable[[float, float], bool]] = {
    ">": lambda have, want: have > want,
    ">=": lambda have, want: have >= want,
    "<": lambda have, want: have < want,
    "<=": lambda have, want: have <= want,
}


def matches(expression: str, subject: Mapping[str, Any]) -> bool:
    """Whether a container instance, as API members and `attribute:<name>` keys, fits a filter expression."""
    return all(_clause(part, subject) for part in re.split(r"\band\b", expression))


def _clause(text: str, subject: Mapping[str, Any]) -> bool:
    found = CLAUSE.match(text)
    if found is None:
        raise invalid(
            f"Invalid filter expression: {text.strip()!r} (drydock models comparisons joined by 'and')."
        )
    have = _text(subject.get(found["subject"]))
    sign = found["sign"] or SIGNS.get(found["word"], found["word"])
    return _compare(sign, have, [item.strip() for item in found["argument"].strip("[]").split(",")])


def _compare(sign: str, have: str | None, wanted: list[str]) -> bool:
    if sign in ("==", "in"):
        return have in wanted
    if sign in ("!=", "not_in"):
        return have not in wanted
    return have is not None and ORDER[sign](_number(have), _number(wanted[0]))


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError as error:
        raise invalid(f"Invalid filter expression: {text!r} is no number.") from error


def _text(value: Any) -> str | None:
    if value is None:
        return None
    return str(value).lower() if isinstance(value, bool) else str(value)
