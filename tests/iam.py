"""IAM's evaluation of identity policies, as far as the statements of this project use it.

Source: IAM User Guide, "Policy evaluation logic" (an explicit deny, then an allow, else denied), "IAM JSON policy
elements" (Action, Resource, Condition operators), "Conditions with multiple context keys or values". What it does not
know (NotAction, policy variables, other operators) is an error, so that nothing is judged by half.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Statement = Mapping[str, Any]

_KNOWN = {"Sid", "Effect", "Action", "Resource", "Condition"}
_OPERATOR = re.compile(r"(?:(?P<set>ForAllValues|ForAnyValue):)?(?P<name>\w+?)(?P<if_exists>IfExists)?")


@dataclass(frozen=True, slots=True)
class Request:
    """What IAM is asked: an action on a resource, with the context keys that the service fills."""

    action: str
    resource: str
    context: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def allows(statements: Sequence[Statement], request: Request) -> bool:
    """Whether some statement allows a request and none denies it."""
    return {s["Effect"] for s in statements if applies(s, request)} == {"Allow"}


def applies(statement: Statement, request: Request) -> bool:
    """Whether a statement is about a request."""
    unknown = set(statement) - _KNOWN
    if unknown or "${" in str(statement):
        raise ValueError(f"this evaluator does not know {sorted(unknown) or 'policy variables'}")
    return (
        any(_like(request.action.lower(), action.lower()) for action in _listed(statement["Action"]))
        and any(_arn_like(request.resource, arn) for arn in _listed(statement["Resource"]))
        and all(
            _holds(operator, request.context, key, _listed(values))
            for operator, tests in statement.get("Condition", {}).items()
            for key, values in tests.items()
        )
    )


def _holds(operator: str, context: Mapping[str, tuple[str, ...]], key: str, wanted: list[str]) -> bool:
    found = _OPERATOR.fullmatch(operator)
    compare = _COMPARE.get(found["name"]) if found else None
    if found is None or compare is None:
        raise ValueError(f"this evaluator does not know the operator {operator}")
    values = next((v for name, v in context.items() if name.lower() == key.lower()), ())
    if not values:  # a key that the request lacks
        return found["set"] == "ForAllValues" or found["if_exists"] is not None
    matches = [any(compare(value, pattern) for pattern in wanted) for value in values]
    if len(values) > 1 and found["set"] is None:
        raise ValueError(f"{key} has many values: the policy needs ForAllValues or ForAnyValue")
    return any(matches) if found["set"] == "ForAnyValue" else all(matches)


def _like(text: str, pattern: str) -> bool:
    """Whether a text matches a pattern with `*` and `?`."""
    regex = "".join({"*": ".*", "?": "."}.get(char, re.escape(char)) for char in pattern)
    return re.fullmatch(regex, text, re.DOTALL) is not None


def _arn_like(arn: str, pattern: str) -> bool:
    """Whether an ARN matches, part by part: a wildcard does not reach over the first five colons."""
    if pattern == "*":
        return True
    parts, patterns = arn.split(":", 5), pattern.split(":", 5)
    return len(parts) == len(patterns) and all(map(_like, parts, patterns))


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


_COMPARE = {
    "StringEquals": str.__eq__,
    "StringLike": _like,
    "ArnEquals": _arn_like,  # IAM treats ArnEquals and ArnLike alike
    "ArnLike": _arn_like,
}
