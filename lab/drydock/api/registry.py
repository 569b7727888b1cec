"""Every operation that drydock answers; anything else is an unknown operation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lab.drydock.api import (
    alarms,
    clusters,
    code_deploy,
    container_instances,
    ec2,
    images,
    log_events,
    metric_data,
    registering,
    service_deployments,
    services,
    stacks,
    stopping,
    target_health,
    task_definitions,
    tasks,
    trail_events,
)
from lab.drydock.errors import AwsError

if TYPE_CHECKING:
    from lab.drydock.api.operation import Operation

# Services without operations are known, so that a call to them is refused here and not sent to AWS.
OPERATIONS: dict[str, dict[str, Operation]] = {
    "ecs": {
        **clusters.OPERATIONS,
        **container_instances.OPERATIONS,
        **services.OPERATIONS,
        **service_deployments.OPERATIONS,
        **stopping.OPERATIONS,
        **task_definitions.OPERATIONS,
        **registering.OPERATIONS,
        **tasks.OPERATIONS,
    },
    "ec2": ec2.OPERATIONS,
    "ecr": images.OPERATIONS,
    "cloudformation": stacks.OPERATIONS,
    "codedeploy": code_deploy.OPERATIONS,
    "autoscaling": {},
    "elbv2": target_health.OPERATIONS,
    "logs": log_events.OPERATIONS,
    "cloudtrail": trail_events.OPERATIONS,
    "cloudwatch": {**alarms.OPERATIONS, **metric_data.OPERATIONS},
    "inspector2": {},
}


def find(service: str, name: str) -> Operation:
    """The operation of a service; raises AWS's `UnknownOperationException` when drydock does not model it."""
    try:
        return OPERATIONS[service][name]
    except KeyError as error:
        text = f"drydock does not model {service} {name}; it answers {', '.join(sorted(OPERATIONS[service])) or 'nothing'}"
        raise AwsError("UnknownOperationException", text) from error
