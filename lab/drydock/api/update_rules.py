"""What UpdateService refuses: by the state of the service, and by who deploys it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lab.drydock.api.operation import invalid
from lab.drydock.errors import AwsError

if TYPE_CHECKING:
    from lab.drydock.api.operation import Params
    from lab.drydock.model import Service

INSTEAD = {
    "CODE_DEPLOY": "Use AWS CodeDeploy to trigger a new deployment.",
    "EXTERNAL": "Use the CreateTaskSet API to create a new task set.",
}


def check_update(service: Service, params: Params) -> None:
    """Raise what AWS raises for a service that is not ACTIVE, or that something else deploys.

    The message for a task definition under CODE_DEPLOY is quoted in many reports; the others are assumptions.
    """
    if service.status != "ACTIVE":
        raise AwsError("ServiceNotActiveException", "Service was not ACTIVE.")
    if service.controller in INSTEAD:
        _refuse_deployment(service, params)
    if service.scheduling == "DAEMON" and "desiredCount" in params:
        raise invalid("The daemon scheduling strategy does not support a desired count for services.")


def _refuse_deployment(service: Service, params: Params) -> None:
    whose = f"on services with a {service.controller} deployment controller. {INSTEAD[service.controller]}"
    if params.get("taskDefinition"):
        raise invalid(f"Unable to update task definition {whose}")
    if params.get("forceNewDeployment"):
        raise invalid(f"Cannot force a new deployment {whose}")
