"""What a service and a service deployment are right now, read for a change that is about to be made or was made."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dockwarden.aws import services
from dockwarden.aws.clients import Clients
from dockwarden.aws.errors import AWS_ERRORS, code, passing
from dockwarden.facts.releases import ROLLING_BACK, not_rolled_back
from dockwarden.facts.services import ServiceState
from dockwarden.performing import Effect, State
from dockwarden.service_actions import OfService, revision_name

GONE = {
    "ClusterNotFoundException": "its cluster is gone",
    "ServiceNotFoundException": "the service is gone",
    "ServiceNotActiveException": "the service is not active any more",
    "ServiceDeploymentNotFoundException": "the service deployment is gone",
}
"""The errors of ECS that say that there is nothing to change any more (invariant 26)."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A service that is ACTIVE, and why nobody but its owner may roll it back, None where we may."""

    state: ServiceState
    not_ours: str | None

    @property
    def task_definition(self) -> str:
        """The task definition that ECS works towards."""
        primary = self.state.deployment()
        found = primary.task_definition_arn if primary is not None else None
        return found or self.state.task_definition_arn or ""

    @property
    def rollout_state(self) -> str | None:
        """How the deployment stands that ECS works towards, None where ECS does not say."""
        primary = self.state.deployment()
        return primary.rollout_state if primary is not None else None

    @property
    def deployment(self) -> str | None:
        """The id of the deployment that ECS works towards."""
        primary = self.state.deployment()
        return primary.id if primary is not None else None

    def is_on(self, task_definition: str) -> bool:
        """Whether it is on a task definition, which one may name with or without the rest of the ARN."""
        return revision_name(self.task_definition) == revision_name(task_definition)

    def named(self) -> str:
        """The deployment as ECS names it, in both of its ways."""
        whole = self.state.current_deployment_arn
        more = f", service deployment {whole.rpartition('/')[2]}" if whole else ""
        return f"{revision_name(self.task_definition)} as {self.deployment}{more}"


def seen(data: Mapping[str, Any]) -> Seen:
    """A service as boto3 brings it."""
    state = services.state(data)
    return Seen(state, not_rolled_back(state, data.get("resourceManagementType")))


def service_now(readers: Clients, action: OfService) -> Seen | Effect:
    """The service of an action, or what it means that there is none to be seen: GONE or UNKNOWN."""
    try:
        answer = readers.client("ecs").describe_services(cluster=action.cluster, services=[action.service])
    except AWS_ERRORS as error:
        return unread(error)
    for found in answer.get("services", []):
        if found.get("status") != "ACTIVE":
            return Effect(State.GONE, f"the service is {found.get('status')}")
        return seen(found)
    return _missing(answer, GONE["ServiceNotFoundException"])


def status_now(readers: Clients, service_deployment: str) -> str | Effect:
    """The status of a service deployment, or what it means that there is none to be seen: GONE or UNKNOWN."""
    try:
        answer = readers.client("ecs").describe_service_deployments(
            serviceDeploymentArns=[service_deployment]
        )
    except AWS_ERRORS as error:
        return unread(error)
    for found in answer.get("serviceDeployments", []):
        return str(found.get("status"))
    return _missing(answer, GONE["ServiceDeploymentNotFoundException"])


def unread(error: Exception) -> Effect:
    """What it means that a read failed."""
    if (gone := GONE.get(code(error))) is not None:
        return Effect(State.GONE, gone)
    return Effect(State.UNKNOWN, f"it could not be read ({code(error)})", retry=passing(error))


def _missing(answer: Mapping[str, Any], gone: str) -> Effect:
    """GONE where ECS says that it is missing; any other reason says nothing about that."""
    reasons = {str(failure.get("reason")) for failure in answer.get("failures", [])} - {"MISSING"}
    if reasons:
        return Effect(State.UNKNOWN, f"it could not be read ({min(reasons)})")
    return Effect(State.GONE, gone)


def taken_back_by_ecs(status: str | None) -> Effect | None:
    """What it means for an action that ECS itself takes the deployment back, or has (invariant 27)."""
    if status in ROLLING_BACK:
        return Effect(State.ALREADY, f"ECS itself takes the deployment back ({status})")
    if status == "ROLLBACK_SUCCESSFUL":
        return Effect(State.ALREADY, "ECS itself has taken the deployment back")
    if status == "ROLLBACK_FAILED":
        return Effect(State.REFUSED, "ECS itself took the deployment back and failed: a person has to look")
    return None
