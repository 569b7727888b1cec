"""Queues: where events wait, and where those go that could not be handled."""

from collections.abc import Sequence

from aws_cdk import Aws, Duration
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from dockwarden.lanes import Lane as LaneDeclaration
from dockwarden_cdk.names import kebab
from dockwarden_cdk.platform import Platform

KEPT = Duration.days(14)
"""The longest that SQS keeps a message: what waits or has failed is there when somebody looks."""


class LaneQueue(Construct):
    """The queue of a lane and its dead-letter queue, both encrypted and reached over TLS only."""

    def __init__(self, scope: Construct, id_: str, *, platform: Platform, lane: LaneDeclaration) -> None:
        super().__init__(scope, id_)
        name = kebab(lane.name)
        self.dead_letters = dead_letter_queue(
            self, "DeadLetters", platform=platform, name=f"{name}-dead-letters"
        )
        self.queue = sqs.Queue(
            self,
            "Queue",
            queue_name=platform.names.of(name),
            visibility_timeout=Duration.seconds(lane.visibility_timeout),
            retention_period=KEPT,
            encryption=platform.encryption.of_queues,
            encryption_master_key=platform.encryption.key,
            enforce_ssl=True,
            dead_letter_queue=sqs.DeadLetterQueue(
                queue=self.dead_letters, max_receive_count=lane.max_receives
            ),
        )


def dead_letter_queue(scope: Construct, id_: str, *, platform: Platform, name: str) -> sqs.Queue:
    """A queue for what could not be delivered or handled."""
    return sqs.Queue(
        scope,
        id_,
        queue_name=platform.names.of(name),
        retention_period=KEPT,
        encryption=platform.encryption.of_queues,
        encryption_master_key=platform.encryption.key,
        enforce_ssl=True,
    )


def allow_rules(queue: sqs.Queue, sid: str, rule_names: Sequence[str]) -> None:
    """Let rules of this account and region send to a queue, and nothing else of EventBridge."""
    arns = [f"arn:{Aws.PARTITION}:events:{Aws.REGION}:{Aws.ACCOUNT_ID}:rule/{name}" for name in rule_names]
    queue.add_to_resource_policy(
        iam.PolicyStatement(
            sid=sid,
            principals=[iam.ServicePrincipal("events.amazonaws.com")],
            actions=["sqs:SendMessage"],
            resources=[queue.queue_arn],
            conditions={
                "ArnEquals": {"aws:SourceArn": arns},
                "StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID},
            },
        )
    )
