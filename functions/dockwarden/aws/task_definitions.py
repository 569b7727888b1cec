"""DescribeTaskDefinition: revisions of task definitions, each read once, since they never change."""

from collections.abc import Callable, Mapping
from typing import Any

from dockwarden.facts.evidence import RestartPolicy

_MOST = 32
_PERIOD = 300  # where the definition names none


class TaskDefinitions:
    """Task definitions by ARN, as boto3 brings them. They hold values of variables: nothing here prints them."""

    def __init__(self, ecs: Callable[[], Any]) -> None:
        self._ecs = ecs
        self._known: dict[str, Mapping[str, Any]] = {}

    def read(self, arn: str) -> Mapping[str, Any]:
        """One revision. Raises what boto3 raises."""
        if (known := self._known.get(arn)) is not None:
            return known
        found: Mapping[str, Any] = self._ecs().describe_task_definition(taskDefinition=arn)["taskDefinition"]
        if len(self._known) >= _MOST:
            self._known.clear()
        self._known[arn] = found
        return found


def restart_policy(definition: Mapping[str, Any], container: str) -> RestartPolicy | None:
    """The policy by which ECS restarts a container inside its task, None where it does not."""
    for found in definition.get("containerDefinitions", []):
        policy = found.get("restartPolicy", {})
        if found.get("name") == container and policy.get("enabled"):
            return RestartPolicy(container, policy.get("restartAttemptPeriod", _PERIOD))
    return None
