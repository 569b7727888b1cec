"""What the measured processes run: `python -I -S -B child.py CASE LIBRARIES [ARGUMENT]`, nothing else on the path."""

import json
import os
import sys
import time
from typing import Any


class Context:
    """As much of Lambda's context as the handler reads."""

    aws_request_id = "00000000-0000-0000-0000-000000000000"


def import_boto3(_: str) -> None:
    """The unit that cold starts are measured in."""
    import boto3  # noqa: F401, PLC0415


def lane(events: str) -> object:
    """The shipped handler with one batch of SQS."""
    from dockwarden.runtime.lane import handle  # noqa: PLC0415

    answer = handle(json.loads(events), Context())
    assert answer == {"batchItemFailures": []}, answer
    return None


def boto3_drain(role_arn: str) -> None:
    """The calls of a drain by the handler, one after another, in plain boto3: no guard, no ledger's logic, no log."""
    import boto3  # noqa: PLC0415

    session: Any = boto3.Session()
    dynamodb, ecs = session.client("dynamodb"), session.client("ecs")
    key = {"pk": {"S": "INSTANCE#i-0a1b2c3d4e5f60718"}, "sk": {"S": "CONTAINER_INSTANCE"}}
    table = os.environ["LEDGER_TABLE"]
    found = dynamodb.batch_get_item(RequestItems={table: {"Keys": [key], "ConsistentRead": True}})
    item = found["Responses"][table][0]
    arn, cluster = item["arn"]["S"], item["cluster_arn"]["S"]
    _controls(dynamodb, table)
    ecs.describe_clusters(clusters=[cluster], include=["TAGS"])
    _write(dynamodb, table, arn)
    answer = session.client("sts").assume_role(RoleArn=role_arn, RoleSessionName="bench", DurationSeconds=900)
    keys = answer["Credentials"]
    acting = session.client(
        "ecs",
        aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"],
        aws_session_token=keys["SessionToken"],
    )
    _controls(dynamodb, table)
    acting.update_container_instances_state(cluster=cluster, containerInstances=[arn], status="DRAINING")
    entry = {"Id": "0", "MessageBody": "drained", "MessageGroupId": "c", "MessageDeduplicationId": "d"}
    session.client("sqs").send_message_batch(QueueUrl=os.environ["OUTBOX_URL"], Entries=[entry])
    _write(dynamodb, table, arn)


def _controls(dynamodb: Any, table: str) -> None:
    values = {":pk": {"S": "CONTROL"}}
    dynamodb.query(TableName=table, KeyConditionExpression="pk = :pk", ExpressionAttributeValues=values)


def _write(dynamodb: Any, table: str, arn: str) -> None:
    put = {"TableName": table, "Item": {"pk": {"S": arn}, "sk": {"S": "LEASE"}}}
    dynamodb.transact_write_items(TransactItems=[{"Put": put}, {"Put": put}, {"Put": put}])


def boto3_look_up(_: str) -> None:
    """The calls of the handler for an instance that the index does not know, in plain boto3."""
    import boto3  # noqa: PLC0415

    session: Any = boto3.Session()
    table = os.environ["LEDGER_TABLE"]
    key = {"pk": {"S": "INSTANCE#i-0ffffffffffffffff"}, "sk": {"S": "CONTAINER_INSTANCE"}}
    session.client("dynamodb").batch_get_item(RequestItems={table: {"Keys": [key], "ConsistentRead": True}})
    session.client("ecs").list_container_instances(
        cluster="shop", filter="ec2InstanceId == i-0ffffffffffffffff"
    )


def c7n_stop(event: str) -> None:
    """Cloud Custodian with a policy that stops the task of an event: one read, one change."""
    from importlib import import_module  # noqa: PLC0415

    import_module("c7n.handler").dispatch_event(json.loads(event), Context())


def own_cpu(seconds: str) -> dict[str, float]:
    """Events a second and core without AWS: what Dockwarden itself costs."""
    from importlib import import_module  # noqa: PLC0415

    sys.path.append(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))  # noqa: PTH100, PTH120
    rates: dict[str, float] = import_module("benchmarks.own_cpu").measure(float(seconds))
    return rates


def peak_kilobytes() -> int:
    """The most memory that this process ever had; its parent's share is not in it, as it is in getrusage."""
    with open("/proc/self/status", encoding="ascii") as status:  # noqa: PTH123  pathlib would cost imports
        return int(next(line for line in status if line.startswith("VmHWM")).split()[1])


CASES = {case.__name__: case for case in (import_boto3, lane, boto3_drain, boto3_look_up, c7n_stop, own_cpu)}


def main() -> None:
    """Run a case and say what it cost."""
    name, libraries, argument = sys.argv[1:]
    sys.path.insert(0, libraries)
    result = CASES[name](argument)
    cpu = time.process_time()
    botocore = "botocore.session" in sys.modules or "botocore.client" in sys.modules
    told = {"cpu": cpu, "peak_kb": peak_kilobytes(), "botocore": botocore, "result": result}
    print("\n@bench " + json.dumps(told), flush=True)
    os._exit(0)


if __name__ == "__main__":
    main()
