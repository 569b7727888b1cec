"""The role under which one playbook changes things."""

from aws_cdk import aws_iam as iam
from constructs import Construct

from dockwarden.permissions import Place
from dockwarden.playbook import Playbook
from dockwarden_cdk.names import kebab
from dockwarden_cdk.platform import Platform
from dockwarden_cdk.statements import declared, grant


class ActRole(Construct):
    """What a playbook's actions need and nothing else, for one function, in sessions that name their intent.

    The session's name is the id of the intent or of the batch, so that each line in CloudTrail leads to
    its receipt; the trust policy refuses any other.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        platform: Platform,
        playbook: Playbook,
        place: Place,
        trusted: iam.Role,
    ) -> None:
        super().__init__(scope, id_)
        sessions = {"StringLike": {"sts:RoleSessionName": [f"{playbook.name}-*", "batch-*"]}}
        self.role = platform.role(
            self,
            "Role",
            name=f"{kebab(playbook.name)}-act",
            description=f"Dockwarden {playbook.name}: makes its changes, after the guard said go",
            assumed_by=iam.PrincipalWithConditions(iam.ArnPrincipal(trusted.role_arn), sessions),
        )
        for statement in declared(playbook.act_permissions(), place):
            grant(self.role, statement)
