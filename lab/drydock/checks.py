"""Requests and answers against botocore's models: nothing unknown, nothing of a wrong type, nothing missing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from botocore.validate import ParamValidator

from lab.drydock.errors import AnswerInvalidError, AwsError

if TYPE_CHECKING:
    from botocore.model import OperationModel, Shape

# What each service calls a request that does not fit its model.
INVALID = {
    "ecs": "InvalidParameterException",
    "ec2": "InvalidParameterValue",
    "ecr": "InvalidParameterException",
    "cloudformation": "ValidationError",
    "logs": "InvalidParameterException",
}


def check_request(service: str, operation: OperationModel, params: dict[str, Any]) -> None:
    """Raise the service's validation error when a request does not fit the model."""
    found = _report(operation.input_shape, params)
    if found:
        raise AwsError(INVALID.get(service, "ValidationException"), found)


def check_answer(service: str, operation: OperationModel, answer: dict[str, Any]) -> None:
    """Raise `AnswerInvalidError` when an answer does not fit the model."""
    found = _report(operation.output_shape, answer)
    if found:
        raise AnswerInvalidError(f"drydock's answer to {service} {operation.name} is wrong: {found}")


def _report(shape: Shape | None, value: dict[str, Any]) -> str:
    if shape is None:
        return f"no members are allowed, but got {sorted(value)}" if value else ""
    plain = _without_absent(value)
    report = ParamValidator().validate(plain, shape)
    problems = [report.generate_report()] if report.has_errors() else _wrong_enums(shape, plain, "")
    return "; ".join(problems)


def _without_absent(value: Any) -> Any:
    """None stands for an absent member, as the serializer treats it."""
    if isinstance(value, dict):
        return {key: _without_absent(item) for key, item in value.items() if item is not None}
    return [_without_absent(item) for item in value] if isinstance(value, list) else value


def _wrong_enums(shape: Any, value: Any, path: str) -> list[str]:
    if shape.type_name == "structure":
        return [
            x for key, item in value.items() for x in _wrong_enums(shape.members[key], item, f"{path}.{key}")
        ]
    if shape.type_name == "list":
        return [x for i, item in enumerate(value) for x in _wrong_enums(shape.member, item, f"{path}[{i}]")]
    allowed = getattr(shape, "enum", None)
    if shape.type_name == "string" and allowed and value not in allowed:
        return [f"{path.lstrip('.')} is {value!r}, which is none of {list(allowed)}"]
    return []
