"""The findings of cdk-nag's AwsSolutions that are accepted, all in one place, each with its reason.

Only the template checks need this, so it is no part of a synthesis: call `acknowledge` where cdk-nag runs.
"""

from aws_cdk import Acknowledgment, Validations
from constructs import IConstruct

from dockwarden.facts.alarm_states import AlarmStates
from dockwarden.facts.capacity import Capacity
from dockwarden.facts.scopes import Scopes
from dockwarden.facts.stacks import Stacks
from dockwarden.permissions import Permission, Place
from dockwarden.pinned_names import SUFFIX
from dockwarden.playbook import registry
from dockwarden_cdk.stack import DockwardenStack

RUNTIME = "python3.13 is pinned: the asset ships bytecode for it; it is raised with the asset, by a test and a release"
UNDELIVERED = "a rule's dead-letter queue: nothing consumes it but people, and an alarm watches it"
COPIES = (
    "copies of archived events: only `dockwarden replay` reads them, and what it leaves is gone after a day"
)
WILDCARD = "its id is not known before it exists; the condition ecs:cluster narrows it"
FAMILIES = (
    "each pinned copy is in a family of its own, whose name begins with that of its original and ends in ours"
)
UNNAMEABLE = "it only reads, only where a cluster is listed, and no resource or condition of IAM is narrower"


def acknowledge(stack: DockwardenStack) -> None:
    """Accept the known findings of a stack, each on the construct that it is about."""
    functions = [
        stack.outbox.function,
        stack.fill.worker.function,
        *(lane.function.function for lane in stack.lanes),
        *([stack.pinned.function] if stack.pinned is not None else []),
    ]
    for function in functions:
        _accept(function, "AwsSolutions-L1", RUNTIME)
    for queue in [
        stack.sweep.dead_letters,
        *(r.dead_letters for lane in stack.lanes for r in lane.rules.values()),
    ]:
        _accept(queue, "AwsSolutions-SQS3", UNDELIVERED)
    if stack.archive is not None:
        _accept(stack.archive.dead_letters, "AwsSolutions-SQS3", UNDELIVERED)
        _accept(stack.archive.queue, "AwsSolutions-SQS3", COPIES)
    if stack.pinned is not None:
        copies = f"arn:<AWS::Partition>:ecs:<AWS::Region>:<AWS::AccountId>:task-definition/*{SUFFIX}:*"
        _accept(stack, f"AwsSolutions-IAM5[Resource::{copies}]", FAMILIES)
    for resource, reasons in _wildcards(stack).items():
        _accept(stack, f"AwsSolutions-IAM5[Resource::{resource}]", "; ".join(reasons))


def _accept(construct: IConstruct, finding: str, reason: str) -> None:
    Validations.of(construct).acknowledge(Acknowledgment(id=f"AwsSolutions::{finding}", reason=reason))


def _wildcards(stack: DockwardenStack) -> dict[str, list[str]]:
    """The declared resources with a wildcard, as cdk-nag writes them, each with why it has to have one."""
    place = Place("<AWS::Partition>", "<AWS::Region>", "<AWS::AccountId>", stack.settings.clusters)
    playbooks = list(registry().values())
    declared = [
        p for playbook in playbooks for p in (*playbook.read_permissions(), *playbook.act_permissions())
    ]
    found: dict[str, list[str]] = {}
    for permission in [
        *declared,
        *Scopes.PERMISSIONS,
        *Capacity.PERMISSIONS,
        *AlarmStates.PERMISSIONS,
        *Stacks.PERMISSIONS,
    ]:
        for resource in (arn for template in permission.resources for arn in place.fill(template)):
            if "*" in resource and (permission.conditions or permission.for_clusters):
                reasons = found.setdefault(resource, [])
                reasons += [] if (reason := _reason(permission)) in reasons else [reason]
    return found


def _reason(permission: Permission) -> str:
    """Why a statement has a wildcard: its condition names the clusters, or IAM has nothing narrower to name."""
    actions = ", ".join(permission.actions)
    return f"{actions} to {permission.why}: {WILDCARD if permission.conditions else UNNAMEABLE}"
