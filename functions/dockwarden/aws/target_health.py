"""DescribeTargetHealth: how a load balancer sees the tasks of a service."""

from collections.abc import Mapping, Sequence
from typing import Any

from dockwarden.aws.asking import asked
from dockwarden.facts.evidence import Target, TargetGroup
from dockwarden.parallel import side_by_side


def target_groups(elbv2: Any, arns: Sequence[str]) -> tuple[TargetGroup, ...]:
    """Every target group with all its targets, or why that one was not read."""
    return tuple(side_by_side(lambda arn: TargetGroup(arn, asked(lambda: _targets(elbv2, arn))), arns))


def _targets(elbv2: Any, arn: str) -> tuple[Target, ...]:
    # This operation has no pages: it answers with every target.
    answer = elbv2.describe_target_health(TargetGroupArn=arn)
    return tuple(map(_target, answer.get("TargetHealthDescriptions", [])))


def _target(data: Mapping[str, Any]) -> Target:
    target, health = data.get("Target", {}), data.get("TargetHealth", {})
    return Target(
        id=target.get("Id", ""),
        port=target.get("Port"),
        state=health.get("State"),
        reason=health.get("Reason"),
        description=health.get("Description"),
    )
