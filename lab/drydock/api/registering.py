"""Task definitions: register, deregister, delete, list."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lab.drydock import registrations
from lab.drydock.api.operation import Answer, Operation, Params, at_most, invalid, page, tag_list
from lab.drydock.api.task_definitions import definition_view, find_definition
from lab.drydock.described import HEALTH_CHECK, renamed
from lab.drydock.errors import AwsError
from lab.drydock.images import reference
from lab.drydock.task_definition import Behaviour, HealthCheck, TaskDefinition
from lab.drydock.views import definition_arn

if TYPE_CHECKING:
    from lab.drydock.world import World

MAX_DELETE = 10
MEMBERS = {
    "family",
    "containerDefinitions",
    "taskRoleArn",
    "executionRoleArn",
    "networkMode",
    "cpu",
    "memory",
    "tags",
    # Taken and not kept, as nothing here depends on them.
    "requiresCompatibilities",
    "runtimePlatform",
    "volumes",
    "placementConstraints",
}
CONTAINER = {
    "name",
    "image",
    "command",
    "environment",
    "secrets",
    "healthCheck",
    "portMappings",
    "logConfiguration",
    "versionConsistency",
    "cpu",
    "memory",
    "memoryReservation",
    "essential",
    "mountPoints",
    "volumesFrom",
    "systemControls",
}


def register_task_definition(world: World, params: Params) -> Answer:
    """`RegisterTaskDefinition`: the next revision of a family, with one container."""
    containers = list(params["containerDefinitions"])
    _known(set(params) - MEMBERS, "RegisterTaskDefinition")
    if len(containers) != 1:
        raise invalid("drydock models task definitions with one container.")
    (container,) = containers
    _known(set(container) - CONTAINER, "containerDefinitions")
    made = world.register(_definition(world, params, container))
    return {"taskDefinition": definition_view(world, made), "tags": tag_list(made.tags)}


def _known(unknown: set[str], where: str) -> None:
    if unknown:
        raise invalid(f"drydock does not model {', '.join(sorted(unknown))} of {where}.")


def _definition(world: World, params: Params, container: dict[str, Any]) -> TaskDefinition:
    family = params["family"]
    ports = container.get("portMappings") or []
    options = (container.get("logConfiguration") or {}).get("options") or {}
    check = container.get("healthCheck")
    return TaskDefinition(
        family,
        max(world.definitions.get(family, {}), default=0) + 1,
        container=container.get("name", "app"),
        image=container["image"],
        cpu=int(params.get("cpu") or container.get("cpu") or 256),
        memory=int(params.get("memory") or container.get("memory") or 512),
        network_mode=params.get("networkMode") or "bridge",
        command=tuple(container.get("command") or ()),
        environment={one["name"]: one["value"] for one in container.get("environment") or []},
        secrets={one["name"]: one["valueFrom"] for one in container.get("secrets") or []},
        health_check=_health_check(check) if check else None,
        port=ports[0]["containerPort"] if ports else None,
        task_role=params.get("taskRoleArn"),
        execution_role=params.get("executionRoleArn"),
        log_group=options.get("awslogs-group"),
        registered_at=world.now(),
        registered_by=world.caller.arn if world.caller else None,
        version_consistency=container.get("versionConsistency") or "enabled",
        tags={one["key"]: one.get("value", "") for one in params.get("tags") or []},
        **_what_it_does(world, container["image"]),
    )


def _health_check(check: dict[str, Any]) -> HealthCheck:
    found = renamed(check, HEALTH_CHECK)
    return HealthCheck(**{**found, "command": tuple(found["command"])})


def _what_it_does(world: World, image: str) -> dict[str, Any]:
    """What an image outside ECR contains: the digest and behaviour of the newest definition that names it."""
    same = [one for found in world.definitions.values() for one in found.values() if one.image == image]
    if not same or reference(world, image) is not None:
        return {"behaviour": Behaviour()}
    newest = max(same, key=lambda one: (one.registered_at or world.now(), one.revision))
    return {"digest": newest.digest, "behaviour": newest.behaviour}


def deregister_task_definition(world: World, params: Params) -> Answer:
    """`DeregisterTaskDefinition`: of a revision that is named with its number."""
    if ":" not in params["taskDefinition"].rsplit("/", 1)[-1]:
        raise invalid("Unexpected number of separators")
    definition = find_definition(world, params["taskDefinition"])
    if registrations.status_of(world, definition) != registrations.ACTIVE:
        raise AwsError("ClientException", "The specified task definition is inactive.")
    registrations.deregister(world, definition)
    return {"taskDefinition": definition_view(world, definition)}


def delete_task_definitions(world: World, params: Params) -> Answer:
    """`DeleteTaskDefinitions`: at most ten; those that are still ACTIVE are failures."""
    answer: Answer = {"taskDefinitions": [], "failures": []}
    for name in at_most(params, "taskDefinitions", MAX_DELETE):
        try:
            definition = find_definition(world, name)
            registrations.delete(world, definition)
            answer["taskDefinitions"].append(definition_view(world, definition))
        except AwsError as error:
            answer["failures"].append({"arn": name, "reason": error.message})
    return answer


def list_task_definitions(world: World, params: Params) -> Answer:
    """`ListTaskDefinitions`: ACTIVE ones when nothing else is asked for, by family and number, a hundred a page."""
    status, family = params.get("status") or registrations.ACTIVE, params.get("familyPrefix")
    found = [
        one
        for name in sorted(world.definitions)
        for _number, one in sorted(world.definitions[name].items())
        if family in (None, name) and registrations.status_of(world, one) == status
    ]
    if params.get("sort") == "DESC":
        found.reverse()
    arns = [definition_arn(world.names, one) for one in found]
    return page(params, arns, "taskDefinitionArns", default=100)


def _family(params: Params) -> list[str]:
    return [params["family"]]


def _named(params: Params) -> list[str]:
    return [params["taskDefinition"]]


def _all_named(params: Params) -> list[str]:
    return list(params.get("taskDefinitions") or [])


OPERATIONS = {
    "RegisterTaskDefinition": Operation(register_task_definition, mutating=True, targets=_family),
    "DeregisterTaskDefinition": Operation(deregister_task_definition, mutating=True, targets=_named),
    "DeleteTaskDefinitions": Operation(delete_task_definitions, mutating=True, targets=_all_named),
    "ListTaskDefinitions": Operation(list_task_definitions),
}
