"""Task definitions: describe, and find the one that may be deployed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lab.drydock import registrations
from lab.drydock.api.operation import Answer, Operation, Params, tag_list, wants_tags
from lab.drydock.errors import AwsError
from lab.drydock.views import definition_arn, present

if TYPE_CHECKING:
    from lab.drydock.model import TaskDefinition
    from lab.drydock.world import World


def find_definition(
    world: World, name: str, missing: str = "Unable to describe task definition."
) -> TaskDefinition:
    """The revision that an ARN, `family:revision` or a family (its latest ACTIVE one) names."""
    family, _, number = name.rsplit("/", 1)[-1].partition(":")
    revisions = world.definitions.get(family, {})
    wanted = int(number) if number.isdecimal() else registrations.latest(world, family)
    if wanted not in revisions:
        # ClientException with the default text is what many reports of a missing task definition quote.
        raise AwsError("ClientException", missing)
    return revisions[wanted]


def describe_task_definition(world: World, params: Params) -> Answer:
    """`DescribeTaskDefinition`: a revision, or the latest ACTIVE one of a family; tags when they are asked for."""
    definition = find_definition(world, params["taskDefinition"])
    tags = {"tags": tag_list(definition.tags)} if wants_tags(params) else {}
    return {"taskDefinition": definition_view(world, definition), **tags}


def find_deployable(world: World, name: str) -> TaskDefinition:
    """The revision that a service is to run; raises AWS's error for one that is not ACTIVE (public reports)."""
    definition = find_definition(world, name, missing="TaskDefinition not found.")
    if registrations.status_of(world, definition) != registrations.ACTIVE:
        raise AwsError("ClientException", "TaskDefinition is inactive")
    return definition


def definition_view(world: World, definition: TaskDefinition) -> dict[str, Any]:
    """A task definition as four operations answer it."""
    return present(
        {
            "taskDefinitionArn": definition_arn(world.names, definition),
            "containerDefinitions": [_container(world, definition)],
            "family": definition.family,
            "revision": definition.revision,
            "status": registrations.status_of(world, definition),
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
            "deregisteredAt": registrations.deregistered_at(world, definition),
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
            "versionConsistency": None if definition.version_consistency == "enabled" else "disabled",
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
