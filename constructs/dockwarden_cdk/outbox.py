"""The way to people: a FIFO outbox and the notifier that empties it."""

from aws_cdk import Aws, Duration
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from dockwarden.events.dockwarden_sweep import Sweep
from dockwarden_cdk.function import DockwardenFunction
from dockwarden_cdk.lane_queue import KEPT
from dockwarden_cdk.ledger import Ledger
from dockwarden_cdk.platform import Platform
from dockwarden_cdk.statements import allow, grant

HANDLER = "dockwarden.runtime.notifier.handle"
TIMEOUT = Duration.seconds(30)
VISIBILITY = Duration.seconds(60)
MOST_RECEIVES = 1000
"""The most that SQS knows: with 15 minutes between tries a card waits ten days for a token or for Slack."""

_CONSUME = (
    "sqs:ChangeMessageVisibility",  # the notifier itself says when a card is tried again
    "sqs:DeleteMessage",
    "sqs:GetQueueAttributes",
    "sqs:ReceiveMessage",
)


class Outbox(Construct):
    """A FIFO queue grouped by channel with its dead-letter queue, and the function that tells people on Slack.

    `secret` is the name or ARN of the secret with the token or webhook URL, which need not exist yet.
    """

    def __init__(
        self, scope: Construct, id_: str, *, platform: Platform, ledger: Ledger, secret: str
    ) -> None:
        super().__init__(scope, id_)
        self._encryption = platform.encryption
        self.dead_letters = self._queue("DeadLetters", platform, "outbox-dead-letters")
        waits_for_people = sqs.DeadLetterQueue(queue=self.dead_letters, max_receive_count=MOST_RECEIVES)
        self.queue = self._queue("Queue", platform, "outbox", waits_for_people)
        self._notifier = DockwardenFunction(
            self,
            "Notifier",
            platform=platform,
            name="notifier",
            description="Dockwarden: tells people, so that no chat ever delays an action",
            handler=HANDLER,
            timeout=TIMEOUT,
            environment={
                "LEDGER_TABLE": ledger.table.table_name,
                "OUTBOX_DLQ_URL": self.dead_letters.queue_url,
                "OUTBOX_URL": self.queue.queue_url,
                "SLACK_SECRET": secret,
            },
        )
        self.function, self.role = self._notifier.function, self._notifier.role
        ledger.grant_messages(self.role)
        self._grant_secret(secret)
        self._consume()

    def _queue(
        self, id_: str, platform: Platform, name: str, dead_letters: sqs.DeadLetterQueue | None = None
    ) -> sqs.Queue:
        physical = platform.names.of(name)
        return sqs.Queue(
            self,
            id_,
            queue_name=f"{physical}.fifo" if physical else None,
            fifo=True,
            visibility_timeout=VISIBILITY,
            retention_period=KEPT,
            encryption=platform.encryption.of_queues,
            encryption_master_key=platform.encryption.key,
            enforce_ssl=True,
            dead_letter_queue=dead_letters,
        )

    def grant_send(self, role: iam.Role) -> None:
        """Let a role hand over cards."""
        grant(role, allow("TellPeople", ["sqs:SendMessage"], [self.queue.queue_arn]))

    def _grant_secret(self, secret: str) -> None:
        grant(self.role, allow("ReadSlackSecret", ["secretsmanager:GetSecretValue"], [secret_arn(secret)]))
        self._encryption.grant_secret(self.role)

    def _consume(self) -> None:
        """One message at a time and channel: Slack takes one a second, and an edit must follow its message."""
        grant(self.role, allow("ReceiveFromOwnQueue", _CONSUME, [self.queue.queue_arn]))
        grant(self.role, allow("SetMessageAside", ["sqs:SendMessage"], [self.dead_letters.queue_arn]))
        self._encryption.grant_queues(self.role)
        self._grant_bus()
        lambda_.EventSourceMapping(
            self,
            "Source",
            target=self.function,
            event_source_arn=self.queue.queue_arn,
            batch_size=1,
            report_batch_item_failures=True,
        )

    def _grant_bus(self) -> None:
        """Let it say on the default bus what was done, under our own name and no other."""
        bus = f"arn:{Aws.PARTITION}:events:{Aws.REGION}:{Aws.ACCOUNT_ID}:event-bus/default"
        ours = {"StringEquals": {"events:source": Sweep.SOURCE}}
        grant(self.role, allow("SayOnTheBus", ["events:PutEvents"], [bus], ours))


def secret_arn(secret: str) -> str:
    """The ARN of a secret for IAM; Secrets Manager ends each ARN in six characters that nobody knows before."""
    if secret.startswith("arn:"):
        return secret
    return f"arn:{Aws.PARTITION}:secretsmanager:{Aws.REGION}:{Aws.ACCOUNT_ID}:secret:{secret}-??????"
