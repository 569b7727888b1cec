"""The function that registers pinned copies of task definitions: the only one that may pass roles on, off by default."""

import json

from aws_cdk import Aws, Duration
from aws_cdk import aws_iam as iam
from constructs import Construct

from dockwarden.pinned_actions import RollBackToPinnedCopy
from dockwarden.pinned_names import SUFFIX
from dockwarden.playbook import Playbook
from dockwarden_cdk.function import DockwardenFunction
from dockwarden_cdk.platform import Platform
from dockwarden_cdk.settings import Settings
from dockwarden_cdk.statements import allow, grant

HANDLER = "dockwarden.runtime.pinned_copy.handle"
NAME = "pinned-copy"
COPIES_ARN = f"arn:{Aws.PARTITION}:ecs:{Aws.REGION}:{Aws.ACCOUNT_ID}:task-definition/*{SUFFIX}:*"
"""Each in a family of ours."""


class PinnedCopyFunction(Construct):
    """A function that registers copies of task definitions which have no role but the listed ones.

    Its role reads task definitions, registers some in families that end in our suffix, tags what it registers, and
    passes the listed roles on to tasks of ECS. Nobody may call it but who is let.
    """

    def __init__(self, scope: Construct, id_: str, *, platform: Platform, roles: tuple[str, ...]) -> None:
        super().__init__(scope, id_)
        made = DockwardenFunction(
            self,
            "Lambda",
            platform=platform,
            name=NAME,
            description="Dockwarden: registers copies of task definitions with the images that worked",
            role_does="registers pinned copies of task definitions, and passes on the roles that are listed",
            handler=HANDLER,
            timeout=Duration.seconds(20),
            environment={"PINNED_ROLES": json.dumps(list(roles), separators=(",", ":"))},
        )
        self.role, self.function = made.role, made.function
        for statement in _statements(roles):
            grant(self.role, statement)

    def let_invoke(self, act_role: iam.Role) -> None:
        """Let an act role call it."""
        grant(act_role, allow("InvokePinnedCopy", ["lambda:InvokeFunction"], [self.function.function_arn]))


def uses_copies(playbook: Playbook) -> bool:
    """Whether a playbook rolls back to pinned copies."""
    return RollBackToPinnedCopy in playbook.may


def wanted(settings: Settings, playbooks: list[Playbook]) -> bool:
    """Whether the settings ask for the function, and somebody may call it at all."""
    acts = any(uses_copies(one) and settings.of(one.name).may_act for one in playbooks)
    return settings.pinned_copies is not None and bool(settings.clusters) and acts


def _statements(roles: tuple[str, ...]) -> list[iam.PolicyStatement]:
    """What its role may beside its log group.

    Service Authorization Reference: RegisterTaskDefinition has the resource type task-definition, DescribeTaskDefinition
    and ListTaskDefinitions have none; tags at creation need ecs:TagResource, with ecs:CreateAction (ECS Developer
    Guide, "Grant permission to tag resources on creation").
    """
    of_create = {"StringEquals": {"ecs:CreateAction": "RegisterTaskDefinition"}}
    to_tasks = {"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}}
    passing = [allow("PassListedRoles", ["iam:PassRole"], roles, to_tasks)] if roles else []
    return [
        allow("ReadTaskDefinitions", ["ecs:DescribeTaskDefinition", "ecs:ListTaskDefinitions"], ["*"]),
        allow("RegisterPinnedCopies", ["ecs:RegisterTaskDefinition"], [COPIES_ARN]),
        allow("TagPinnedCopies", ["ecs:TagResource"], [COPIES_ARN], of_create),
        *passing,
    ]
