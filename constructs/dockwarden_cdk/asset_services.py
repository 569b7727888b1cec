"""The AWS operations that the Lambda code calls; the models of everything else stay out of the asset."""

from collections.abc import Mapping
from types import MappingProxyType

# tests/cdk/test_asset_services.py holds this table against the code, in both directions.
SERVICES: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "cloudformation": frozenset({"DescribeStacks"}),
        "cloudtrail": frozenset({"LookupEvents"}),
        "cloudwatch": frozenset({"DescribeAlarms", "GetMetricData"}),
        "codedeploy": frozenset({"GetDeployment", "StopDeployment"}),
        "dynamodb": frozenset(
            {"BatchGetItem", "DeleteItem", "GetItem", "PutItem", "Query", "TransactWriteItems"}
        ),
        "ecr": frozenset({"DescribeImages"}),
        "ecs": frozenset(
            {
                "DescribeClusters",
                "DescribeContainerInstances",
                "DescribeServiceDeployments",
                "DescribeServiceRevisions",
                "DescribeServices",
                "DescribeTaskDefinition",
                "DescribeTasks",
                "ListContainerInstances",
                "ListServiceDeployments",
                "ListServices",
                "ListTaskDefinitions",
                "ListTasks",
                "RegisterTaskDefinition",
                "StopServiceDeployment",
                "UpdateContainerInstancesState",
                "UpdateService",
            }
        ),
        "elbv2": frozenset({"DescribeTargetHealth"}),
        "events": frozenset({"PutEvents"}),
        "lambda": frozenset({"Invoke"}),
        "logs": frozenset({"GetLogEvents"}),
        "secretsmanager": frozenset({"GetSecretValue"}),
        "sqs": frozenset({"ChangeMessageVisibility", "SendMessage", "SendMessageBatch"}),
        "sts": frozenset({"AssumeRole"}),
    }
)
