"""The AWS operations that the Lambda code calls; the models of everything else stay out of the asset."""

from collections.abc import Mapping
from types import MappingProxyType

# tests/cdk/test_asset_services.py holds this table against the code, in both directions.
SERVICES: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "dynamodb": frozenset(
            {"BatchGetItem", "DeleteItem", "GetItem", "PutItem", "Query", "TransactWriteItems"}
        ),
        "ecs": frozenset(
            {
                "DescribeClusters",
                "DescribeContainerInstances",
                "ListContainerInstances",
                "UpdateContainerInstancesState",
            }
        ),
        "secretsmanager": frozenset({"GetSecretValue"}),
        "sqs": frozenset({"ChangeMessageVisibility", "SendMessage", "SendMessageBatch"}),
        "sts": frozenset({"AssumeRole"}),
    }
)
