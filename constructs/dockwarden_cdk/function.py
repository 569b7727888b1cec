"""A Lambda function of ours: its log group, its role and nothing that is allowed by default."""

from collections.abc import Mapping

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from dockwarden_cdk.platform import RUNTIME, Platform
from dockwarden_cdk.statements import allow, grant

EVERYWHERE: Mapping[str, str] = {
    "AWS_RETRY_MODE": "standard",
    "POWERTOOLS_METRICS_NAMESPACE": "Dockwarden",
    "POWERTOOLS_SERVICE_NAME": "dockwarden",
}
"""Environment of every function."""

_LONGEST_DESCRIPTION = 256


class DockwardenFunction(Construct):
    """A function on the shared code, with a log group that the stack owns and a role that may write there only.

    `environment` is added to EVERYWHERE; `memory` is in MB and 512 by default. `role_does` says what the role is for.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        platform: Platform,
        name: str,
        description: str,
        handler: str,
        timeout: Duration,
        environment: Mapping[str, str],
        memory: int = 512,
        role_does: str = "reads only",
    ) -> None:
        super().__init__(scope, id_)
        self.log_group = self._log_group(platform, name)
        self.role = platform.role(
            self,
            "Role",
            name=name,
            description=f"Dockwarden {name}: {role_does}",
            assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"),
        )
        self._grant_logs()
        self.function = lambda_.Function(
            self,
            "Function",
            function_name=platform.names.of(name),
            description=description[:_LONGEST_DESCRIPTION],
            runtime=RUNTIME,
            architecture=platform.architecture,
            code=platform.code.code,
            handler=handler,
            role=self.role,
            log_group=self.log_group,
            timeout=timeout,
            memory_size=memory,
            environment={**EVERYWHERE, **environment},
        )

    def _log_group(self, platform: Platform, name: str) -> logs.LogGroup:
        return logs.LogGroup(
            self,
            "Logs",
            log_group_name=platform.names.of(name),
            retention=platform.retention,
            encryption_key=platform.encryption.key,
            removal_policy=RemovalPolicy.DESTROY,
        )

    def _grant_logs(self) -> None:
        own = [self.log_group.log_group_arn]
        grant(self.role, allow("WriteOwnLogs", ["logs:CreateLogStream", "logs:PutLogEvents"], own))
