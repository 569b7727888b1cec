"""What every role, queue and function of an installation has in common."""

from dataclasses import dataclass

from aws_cdk import Aws
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from dockwarden_cdk.code import FunctionCode
from dockwarden_cdk.encryption import Encryption
from dockwarden_cdk.names import Names
from dockwarden_cdk.settings import Settings
from dockwarden_cdk.statements import POLICY

RUNTIME = lambda_.Runtime.PYTHON_3_13
"""Pinned: the asset ships bytecode for this minor version of Python."""


@dataclass(frozen=True, slots=True)
class Platform:
    """The defaults of an installation, in one place."""

    settings: Settings
    names: Names
    code: FunctionCode
    encryption: Encryption

    @property
    def architecture(self) -> lambda_.Architecture:
        """The processor of the functions."""
        arm = self.settings.architecture == "arm64"
        return lambda_.Architecture.ARM_64 if arm else lambda_.Architecture.X86_64

    @property
    def retention(self) -> logs.RetentionDays:
        """How long log lines are kept."""
        return _RETENTIONS[self.settings.log_retention_days]

    def role(
        self, scope: Construct, id_: str, *, name: str, description: str, assumed_by: iam.IPrincipal
    ) -> iam.Role:
        """A role with the installation's path and boundary, and nothing allowed yet: see `statements.grant`.

        Its policy is a construct of ours, because the CDK moves what it thinks too long of its own one into
        managed policies, which whoever deploys may not be allowed to make.
        """
        role = iam.Role(
            scope,
            id_,
            role_name=self.names.role(name),
            description=description,
            assumed_by=assumed_by,
            path=self.settings.role_path,
            permissions_boundary=self._boundary(scope, f"{id_}Boundary"),
        )
        iam.Policy(role, POLICY, roles=[role])
        return role

    def _boundary(self, scope: Construct, id_: str) -> iam.IManagedPolicy | None:
        policy = self.settings.permissions_boundary
        if not policy:
            return None
        if not policy.startswith("arn:"):
            policy = f"arn:{Aws.PARTITION}:iam::{Aws.ACCOUNT_ID}:policy/{policy}"
        return iam.ManagedPolicy.from_managed_policy_arn(scope, id_, policy)


_RETENTIONS = {
    1: logs.RetentionDays.ONE_DAY,
    3: logs.RetentionDays.THREE_DAYS,
    5: logs.RetentionDays.FIVE_DAYS,
    7: logs.RetentionDays.ONE_WEEK,
    14: logs.RetentionDays.TWO_WEEKS,
    30: logs.RetentionDays.ONE_MONTH,
    60: logs.RetentionDays.TWO_MONTHS,
    90: logs.RetentionDays.THREE_MONTHS,
    120: logs.RetentionDays.FOUR_MONTHS,
    150: logs.RetentionDays.FIVE_MONTHS,
    180: logs.RetentionDays.SIX_MONTHS,
    365: logs.RetentionDays.ONE_YEAR,
    400: logs.RetentionDays.THIRTEEN_MONTHS,
    545: logs.RetentionDays.EIGHTEEN_MONTHS,
    731: logs.RetentionDays.TWO_YEARS,
    1096: logs.RetentionDays.THREE_YEARS,
    1827: logs.RetentionDays.FIVE_YEARS,
    2192: logs.RetentionDays.SIX_YEARS,
    2557: logs.RetentionDays.SEVEN_YEARS,
    2922: logs.RetentionDays.EIGHT_YEARS,
    3288: logs.RetentionDays.NINE_YEARS,
    3653: logs.RetentionDays.TEN_YEARS,
}
