"""Task definitions: describe."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lab.drydock.api.operation import Answer, Operation, Params
from lab.drydock.errors import AwsError
from lab.drydock.views import definition_arn, present

if TYPE_CHECKING:
    from lab.drydock.model import TaskDefinition
    from lab.drydock.world import World


def find_definition(world: World, name: str) -> TaskDefinition:
    """The revision that an ARN, `family:revision` or a family (its latest) names."""
    family, _, number = name.rsplit("/", 1)[-1].partition(":")
    revisions = world.definitions.get(family, {})
    wanted = int(number) if number.isdecimal() else max(revisions, default=0)
    if wanted not in revisions:
        # ClientException with this text is what many reports of a missing task definition quote.
        raise AwsError("ClientException", "Unable to describe task definition.")
    return revisions[wanted]


def describe_task_definition(world: World, params: Params) -> Answer:
    """`DescribeTaskDefinition`: of no name but that of the latest revision or of one."""
    return {"taskDefinition": _view(world, find_definition(world, params["taskDefinition"]))}


def _view(world: World, definition: TaskDefinition) -> dict[str, Any]:
    return present(
        {
            "taskDefinitionArn": definition_arn(world.names, definition),
            "containerDefinitions": [_container(world, definition)],
            "family": definition.family,
            "revision": definition.revision,
            "status": "ACTIVE",
            "networkMode": definition.network_mode,
            "taskRoleArn": definition.task_role,
            "executionRoleArn": definition.execution_role,
            "volumes": [],
            "placementConstraints": [],
            "compatibilities": ["EC2", "FARGATE"] if definition.network_mode == "awsvpc" else ["EC2"],
            "cpu": str(definition.cpu),
            "memory": str(definition.memory),
            "registeredAt": definition.registered_at,
            "registeredBy": definition.registered_by,
        }
    )


def _container(world: World, definition: TaskDefinition) -> dict[str, Any]:
    ports = [{"containerPort": definition.port, "protocol": "tcp"}] if definition.port else []
    return present(
        {
            "name": definition.container,
            "image": definition.image,
            "cpu": 0,
            "essential": True,
            "command": list(definition.command) or None,
            "portMappings": ports,
            "environment": [{"name": k, "value": v} for k, v in definition.environment.items()],
            "secrets": [{"name": k, "valueFrom": v} for k, v in definition.secrets.items()],
            "mountPoints": [],
            "volumesFrom": [],
            "healthCheck": _health_check(definition),
            "logConfiguration": _logging(world, definition),
        }
    )


def _health_check(definition: TaskDefinition) -> dict[str, Any] | None:
    check = definition.health_check
    if check is None:
        return None
    return {
        "command": list(check.command),
        "interval": check.interval,
        "timeout": check.timeout,
        "retries": check.retries,
        "startPeriod": check.start_period,
    }


def _logging(world: World, definition: TaskDefinition) -> dict[str, Any] | None:
    if definition.log_group is None:
        return None
    options = {
        "awslogs-group": definition.log_group,
        "awslogs-region": world.names.region,
        "awslogs-stream-prefix": definition.family,
    }
    return {"logDriver": "awslogs", "options": options}


OPERATIONS = {"DescribeTaskDefinition": Operation(describe_task_definition)}
