"""Statements of a template with the values that CloudFormation would put in, for tests that ask what they allow."""

from typing import Any

from tests.cdk.stacks import Synthesized, text

PSEUDO = {"<AWS::Partition>": "aws", "<AWS::Region>": "us-east-1", "<AWS::AccountId>": "111122223333"}
HOME = "arn:aws:ecs:us-east-1:111122223333"
_LOGS = "arn:aws:logs:us-east-1:111122223333:log-group"


def statements(found: Synthesized, role: Any) -> list[dict[str, Any]]:
    """What a role may, with account and Region filled in; resources of the stack stay `<LogicalId.Arn>`."""
    return [_filled(statement, found) for statement in found.statements(role)]


def log_stream(log_group: str) -> str:
    """The ARN of a stream of a log group of the stack, which is the resource of PutLogEvents."""
    return f"{_LOGS}:{log_group}:log-stream:2026/01/01/[1]0"


def _filled(value: Any, found: Synthesized) -> Any:
    match value:
        case {"Fn::GetAtt": [str(name), "Arn"]} if name in found.of_type("AWS::Logs::LogGroup"):
            return f"{_LOGS}:{name}:*"  # the ARN of a log group ends so, unlike any other
        case {"Ref": _} | {"Fn::GetAtt": _} | {"Fn::Join": _}:
            return _without_pseudo(text(value))
        case dict():
            return {name: _filled(part, found) for name, part in value.items()}
        case list():
            return [_filled(part, found) for part in value]
    return value


def _without_pseudo(found: str) -> str:
    for name, value in PSEUDO.items():
        found = found.replace(name, value)
    return found
