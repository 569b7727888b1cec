"""The ledger's table."""

from aws_cdk import RemovalPolicy
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from constructs import Construct

from dockwarden_cdk.encryption import Encryption
from dockwarden_cdk.names import Names
from dockwarden_cdk.statements import allow, deny, grant

READS = ("dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:Query")
WRITES = ("dynamodb:DeleteItem", "dynamodb:PutItem")
INDEX_WRITES = ("dynamodb:PutItem",)
MESSAGE_ACTIONS = ("dynamodb:DeleteItem", "dynamodb:GetItem", "dynamodb:PutItem")

# Partitions of the ledger, as dockwarden.ledger names them; tests/cdk/test_ledger.py holds them together.
CONTROLS = {"ForAnyValue:StringEquals": {"dynamodb:LeadingKeys": ["CONTROL", "CHANGE"]}}
MESSAGES = {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["MESSAGE#*"]}}
INDEX = {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["INSTANCE#*"]}}


class Ledger(Construct):
    """One DynamoDB table, on demand, with point-in-time recovery and deletion protection; it outlives the stack.

    Keys are the strings `pk` and `sk`, items expire by `ttl`.
    """

    def __init__(self, scope: Construct, id_: str, *, names: Names, encryption: Encryption) -> None:
        super().__init__(scope, id_)
        self._encryption = encryption
        self.table = dynamodb.Table(
            self,
            "Table",
            table_name=names.of("ledger"),
            partition_key=dynamodb.Attribute(name="pk", type=dynamodb.AttributeType.STRING),
            sort_key=dynamodb.Attribute(name="sk", type=dynamodb.AttributeType.STRING),
            billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
            time_to_live_attribute="ttl",
            point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=True
            ),
            deletion_protection=True,
            removal_policy=RemovalPolicy.RETAIN,
            encryption=encryption.of_tables,
            encryption_key=encryption.key,
        )

    def grant_read_write(self, role: iam.Role) -> None:
        """Let a role keep the ledger: single items, batches, one partition; no scan, nothing of the table itself.

        Stops and modes it can only read: what people set, no function can lift.
        """
        table = [self.table.table_arn]
        grant(role, allow("ReadLedger", READS, table))
        grant(role, allow("WriteLedger", WRITES, table))
        grant(role, deny("NeverSetControls", WRITES, table, CONTROLS))
        self._encryption.grant_table(role)

    def grant_index(self, role: iam.Role) -> None:
        """Let a role read the ledger and fill the index of instances, and write nothing else."""
        table = [self.table.table_arn]
        grant(role, allow("ReadLedger", READS, table))
        grant(role, allow("WriteIndex", INDEX_WRITES, table, INDEX))
        self._encryption.grant_table(role)

    def grant_messages(self, role: iam.Role) -> None:
        """Let a role remember which card is which message, and nothing else of the ledger."""
        grant(role, allow("KeepMessages", MESSAGE_ACTIONS, [self.table.table_arn], MESSAGES))
        self._encryption.grant_table(role)
