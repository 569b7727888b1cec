"""Task definitions, behaviours and service settings from JSON; README.md describes the format."""

from __future__ import annotations

from typing import Any

from lab.drydock.errors import ScenarioError
from lab.drydock.model import Behaviour, CircuitBreaker, DeploymentAlarms, HealthCheck

DEFINITION = {
    "family": "family",
    "revision": "revision",
    "container": "container",
    "image": "image",
    "imageDigest": "digest",
    "cpu": "cpu",
    "memory": "memory",
    "networkMode": "network_mode",
    "exitCodeOnStop": "exit_code_on_stop",
    "command": "command",
    "environment": "environment",
    "secrets": "secrets",
    "healthCheck": "health_check",
    "containerPort": "port",
    "taskRoleArn": "task_role",
    "executionRoleArn": "execution_role",
    "logGroup": "log_group",
    "registeredBy": "registered_by",
    "behaviour": "behaviour",
}
BEHAVIOUR = {
    "kind": "kind",
    "afterSeconds": "after",
    "exitCode": "exit_code",
    "reason": "reason",
    "lines": "lines",
}
HEALTH_CHECK = {
    "command": "command",
    "interval": "interval",
    "timeout": "timeout",
    "retries": "retries",
    "startPeriod": "start_period",
}
DEPLOYMENT_ALARMS = {"alarmNames", "enable", "rollback"}
BREAKER = {"enable", "rollback", "resetOnHealthyTask", "thresholdConfiguration"}


def definition_members(item: dict[str, Any]) -> dict[str, Any]:
    """The members of a `TaskDefinition` that a description has, by their names here."""
    found = renamed(item, DEFINITION)
    if "command" in found:
        found["command"] = tuple(found["command"])
    if "behaviour" in found:
        found["behaviour"] = _behaviour(found["behaviour"])
    if "health_check" in found:
        found["health_check"] = _health_check(found["health_check"])
    return found


def _behaviour(item: dict[str, Any]) -> Behaviour:
    only(item, set(BEHAVIOUR))
    found = renamed(item, BEHAVIOUR)
    return Behaviour(**{**found, "lines": tuple(found.get("lines", ()))})


def _health_check(item: dict[str, Any]) -> HealthCheck:
    only(item, set(HEALTH_CHECK))
    found = renamed(item, HEALTH_CHECK)
    return HealthCheck(**{**found, "command": tuple(found.get("command", HealthCheck().command))})


def breaker(item: dict[str, Any]) -> CircuitBreaker:
    """A circuit breaker by the names of the API's `DeploymentCircuitBreaker`."""
    only(item, BREAKER)
    threshold = item.get("thresholdConfiguration") or {"type": "BOUNDED_PERCENT", "value": 50}
    return CircuitBreaker(
        enable=item["enable"],
        rollback=item["rollback"],
        reset_on_healthy_task=item.get("resetOnHealthyTask", True),
        threshold_type=threshold["type"],
        threshold_value=threshold["value"],
    )


def deployment_alarms(item: dict[str, Any]) -> DeploymentAlarms:
    """The alarms of a service by the names of the API's `DeploymentAlarms`, which requires all three."""
    only(item, DEPLOYMENT_ALARMS)
    return DeploymentAlarms(tuple(item["alarmNames"]), item["enable"], item["rollback"])


def renamed(item: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
    """The members that a description has, by their names here."""
    return {ours: item[theirs] for theirs, ours in names.items() if theirs in item}


def only(item: dict[str, Any], known: set[str]) -> None:
    """Raise `ScenarioError` for a member that is not known."""
    unknown = sorted(set(item) - known)
    if unknown:
        raise ScenarioError(
            f"unknown in a world description: {', '.join(unknown)} (known: {', '.join(sorted(known))})"
        )
