"""The findings of cdk-nag's AwsSolutions that are accepted, all in one place, each with its reason.

Only the template checks need this, so it is no part of a synthesis: call `acknowledge` where cdk-nag runs.
"""

from collections.abc import Iterator

from aws_cdk import Acknowledgment, Validations
from constructs import IConstruct

from dockwarden.permissions import Permission, Place
from dockwarden.playbook import registry
from dockwarden_cdk.lane_function import read_permissions
from dockwarden_cdk.stack import DockwardenStack

RUNTIME = "python3.13 is pinned: the asset ships bytecode for it; it is raised with the asset, by a test and a release"
UNDELIVERED = "a rule's dead-letter queue: nothing consumes it but people, and an alarm watches it"
WILDCARD = "a container instance's id is not known before it exists; the condition ecs:cluster narrows it"


def acknowledge(stack: DockwardenStack) -> None:
    """Accept the known findings of a stack, each on the construct that it is about."""
    functions = [
        stack.outbox.function,
        stack.fill.worker.function,
        *(lane.function.function for lane in stack.lanes),
    ]
    for function in functions:
        _accept(function, "AwsSolutions-L1", RUNTIME)
    for queue in [
        stack.sweep.dead_letters,
        *(r.dead_letters for lane in stack.lanes for r in lane.rules.values()),
    ]:
        _accept(queue, "AwsSolutions-SQS3", UNDELIVERED)
    for permission, resource in _wildcards(stack):
        _accept(stack, f"AwsSolutions-IAM5[Resource::{resource}]", f"{permission.why}: {WILDCARD}")


def _accept(construct: IConstruct, finding: str, reason: str) -> None:
    Validations.of(construct).acknowledge(Acknowledgment(id=f"AwsSolutions::{finding}", reason=reason))


def _wildcards(stack: DockwardenStack) -> Iterator[tuple[Permission, str]]:
    """The declared resources that end in a wildcard, as cdk-nag writes them, where a condition narrows them."""
    place = Place("<AWS::Partition>", "<AWS::Region>", "<AWS::AccountId>", stack.settings.clusters)
    playbooks = list(registry().values())
    permissions = read_permissions(playbooks) + [
        p for playbook in playbooks for p in playbook.act_permissions()
    ]
    seen: set[str] = set()
    for permission in permissions:
        for resource in (arn for template in permission.resources for arn in place.fill(template)):
            if resource.endswith("/*") and permission.conditions and resource not in seen:
                seen.add(resource)
                yield permission, resource
