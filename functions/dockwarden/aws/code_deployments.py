"""GetDeployment of CodeDeploy: one deployment as it is now."""

from collections.abc import Mapping
from typing import Any, ClassVar

from dockwarden.aws.asking import asked
from dockwarden.aws.clients import Clients
from dockwarden.facts.code_deploy import CodeDeployment, CodeDeployments
from dockwarden.facts.unknown import NotRead
from dockwarden.permissions import Permission


class AwsCodeDeployments:
    """Answers CodeDeployments."""

    PERMISSIONS: ClassVar[tuple[Permission, ...]] = CodeDeployments.PERMISSIONS

    def __init__(self, clients: Clients) -> None:
        self._clients = clients

    def deployment(self, deployment_id: str) -> CodeDeployment | NotRead:
        """A deployment by its id: one call."""
        return asked(lambda: read(self._clients, deployment_id))


def read(clients: Clients, deployment_id: str) -> CodeDeployment:
    """A deployment by its id. Raises what boto3 raises."""
    answer = clients.client("codedeploy").get_deployment(deploymentId=deployment_id)
    found: Mapping[str, Any] = answer.get("deploymentInfo", {})
    back: Mapping[str, Any] = found.get("rollbackInfo", {})
    return CodeDeployment(
        id=found.get("deploymentId", deployment_id),
        status=found.get("status"),
        platform=found.get("computePlatform"),
        application=found.get("applicationName"),
        group=found.get("deploymentGroupName"),
        rollback=back.get("rollbackDeploymentId"),
        takes_back=back.get("rollbackTriggeringDeploymentId"),
    )
