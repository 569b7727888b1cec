"""Services of ECS as its API answers them, for what changes them."""

from typing import Any

from dockwarden.service_actions import RollBackService, StopServiceDeployment
from tests.fakes import ACCOUNT, REGION, cluster_arn

HOME = f"arn:aws:ecs:{REGION}:{ACCOUNT}"
SERVICE = f"{HOME}:service/prod/web"
WHOLE, NEXT = (f"{HOME}:service-deployment/prod/web/{name}" for name in ("first", "next"))
DEPLOYMENT = "ecs-svc/1000000000000000001"


def definition(number: int) -> str:
    return f"{HOME}:task-definition/web:{number}"


GOOD, BAD, OTHER = definition(41), definition(43), definition(44)


def roll_back(deployment: str = DEPLOYMENT) -> RollBackService:
    return RollBackService(cluster_arn(), SERVICE, GOOD, BAD, deployment)


def stop() -> StopServiceDeployment:
    return StopServiceDeployment(cluster_arn(), SERVICE, WHOLE, BAD)


def service(
    on: str = BAD, deployment: str = DEPLOYMENT, whole: str | None = None, **more: Any
) -> dict[str, Any]:
    """A service whose primary deployment is of a task definition."""
    primary = {"id": deployment, "status": "PRIMARY", "taskDefinition": on, "rolloutState": "COMPLETED"}
    return {
        "serviceArn": SERVICE,
        "serviceName": "web",
        "clusterArn": cluster_arn(),
        "status": "ACTIVE",
        "desiredCount": 4,
        "runningCount": 4,
        "taskDefinition": on,
        "deployments": [primary | more.pop("primary", {})],
        **({"currentServiceDeployment": whole} if whole else {}),
        **more,
    }


def services(*found: dict[str, Any]) -> dict[str, Any]:
    """DescribeServices with these, or with the failure that it tells of one that is missing."""
    failures = [] if found else [{"arn": SERVICE, "reason": "MISSING"}]
    return {"services": list(found), "failures": failures}


def deployments(status: str | None) -> dict[str, Any]:
    """DescribeServiceDeployments with one of a status, None for one that is missing."""
    if status is None:
        return {"serviceDeployments": [], "failures": [{"arn": WHOLE, "reason": "MISSING"}]}
    return {"serviceDeployments": [{"serviceDeploymentArn": WHOLE, "status": status}]}
