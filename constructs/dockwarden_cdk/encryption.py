"""Which keys encrypt what is stored, and who may use a customer-managed one."""

from aws_cdk import Aws, RemovalPolicy
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from dockwarden_cdk.statements import allow, grant

_USE = ["kms:Decrypt", "kms:GenerateDataKey"]
_DATA_USE = [
    "kms:Decrypt",
    "kms:DescribeKey",
    "kms:Encrypt",
    "kms:GenerateDataKey",
    "kms:ReEncryptFrom",
    "kms:ReEncryptTo",
]


class Encryption(Construct):
    """Encryption at rest of table, queues, topic and log groups.

    `customer_managed_key` is False (the default: keys that AWS owns), True (a key is made, which stays
    when the stack goes, because the table stays too) or the ARN of a key, whose policy must then allow
    what `docs/deploy-policy.md` says.
    """

    def __init__(self, scope: Construct, id_: str, *, customer_managed_key: bool | str = False) -> None:
        super().__init__(scope, id_)
        self.key: kms.IKey | None = None
        if isinstance(customer_managed_key, str):
            self.key = kms.Key.from_key_arn(self, "Key", customer_managed_key)
        elif customer_managed_key:
            self.key = self._make_key()

    def _make_key(self) -> kms.Key:
        key = kms.Key(
            self,
            "Key",
            description="Dockwarden: ledger, queues, alarms and logs",
            enable_key_rotation=True,
            removal_policy=RemovalPolicy.RETAIN,
        )
        for statement in self._service_statements():
            key.add_to_resource_policy(statement)
        return key

    def _service_statements(self) -> list[iam.PolicyStatement]:
        """What AWS's own services need: rules write to queues, alarms to the topic, functions to logs.

        EventBridge gets its two actions without a condition, as AWS documents them for encrypted queues: a
        condition on a key that it does not send would lose every event. The queues' policies name the rules.
        """
        here = {"StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID}}
        groups = f"arn:{Aws.PARTITION}:logs:{Aws.REGION}:{Aws.ACCOUNT_ID}:log-group:*"
        logs = {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": groups}}
        return [
            _service("RulesWriteToQueues", "events.amazonaws.com", _USE, {}),
            _service("AlarmsWriteToTopic", "cloudwatch.amazonaws.com", _USE, here),
            _service("LogsAreWritten", f"logs.{Aws.REGION}.amazonaws.com", _DATA_USE, logs),
        ]

    def allow_archive(self, bus_arn: str) -> None:
        """Let EventBridge use a key that was made here for an archive of a bus, as its User Guide asks for."""
        if self.key is None:
            return
        of_bus = {"StringEquals": {"kms:EncryptionContext:aws:events:event-bus:arn": bus_arn}}
        principal = "events.amazonaws.com"
        for statement in (
            _service("ArchiveIsWritten", principal, [*_USE, "kms:ReEncryptFrom", "kms:ReEncryptTo"], of_bus),
            _service("ArchiveFindsKey", principal, ["kms:DescribeKey"], {}),
        ):
            # Says nothing to a key of the platform's own, whose policy is theirs.
            self.key.add_to_resource_policy(statement)

    @property
    def of_queues(self) -> sqs.QueueEncryption:
        """How queues are encrypted."""
        return sqs.QueueEncryption.KMS if self.key else sqs.QueueEncryption.SQS_MANAGED

    @property
    def of_tables(self) -> dynamodb.TableEncryption:
        """How tables are encrypted."""
        return dynamodb.TableEncryption.CUSTOMER_MANAGED if self.key else dynamodb.TableEncryption.DEFAULT

    def grant_table(self, role: iam.Role) -> None:
        """Let a role use a table under the key, through DynamoDB only.

        These are the actions that the DynamoDB Developer Guide asks for on the side of whoever uses a table,
        but for CreateGrant, which only whoever makes a table needs.
        """
        self._grant(role, "UseKeyForLedger", _DATA_USE, "dynamodb")

    def grant_queues(self, role: iam.Role) -> None:
        """Let a role send to and receive from queues under the key, through SQS only."""
        self._grant(role, "UseKeyForQueues", _USE, "sqs")

    def grant_secret(self, role: iam.Role) -> None:
        """Let a role decrypt a secret that is under the same key, through Secrets Manager only."""
        self._grant(role, "ReadSlackSecretKey", ["kms:Decrypt"], "secretsmanager")

    def _grant(self, role: iam.Role, sid: str, actions: list[str], service: str) -> None:
        if self.key is not None:
            through = {"StringEquals": {"kms:ViaService": f"{service}.{Aws.REGION}.{Aws.URL_SUFFIX}"}}
            grant(role, allow(sid, actions, [self.key.key_arn], through))


def _service(
    sid: str, principal: str, actions: list[str], conditions: dict[str, dict[str, str]]
) -> iam.PolicyStatement:
    return iam.PolicyStatement(
        sid=sid,
        principals=[iam.ServicePrincipal(principal)],
        actions=actions,
        resources=["*"],  # in a key's policy this is the key itself
        conditions=conditions,
    )
