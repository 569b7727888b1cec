"""What is measured on: one cluster, one container instance that the index knows, and the events about it."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from dockwarden.facts.fleet import ContainerInstance
from dockwarden.ledger.index import InstanceIndex
from dockwarden.ledger.memory import MemoryStore
from dockwarden.playbook import hushes, registry

ACCOUNT, REGION, CLUSTER = "111122223333", "eu-central-1", "shop"
KNOWN, FOREIGN = "i-0a1b2c3d4e5f60718", "i-0ffffffffffffffff"
CLUSTER_ARN = f"arn:aws:ecs:{REGION}:{ACCOUNT}:cluster/{CLUSTER}"
INSTANCE_ARN = f"arn:aws:ecs:{REGION}:{ACCOUNT}:container-instance/{CLUSTER}/0123456789abcdef0123456789abcdef"
ROLE_ARN = f"arn:aws:iam::{ACCOUNT}:role/dockwarden-act-spot-drain"

_REPLACED = Path(__file__).resolve().parents[1] / "events" / "ecs" / "task-stopped-by-scheduler.json"

CONFIG = {
    "account": ACCOUNT,
    "region": REGION,
    "partition": "aws",
    "clusters": [CLUSTER],
    "channel": "C0123456789",
    "playbooks": {"spot_drain": {"ceiling": "enforce", "default": "enforce", "act_role": ROLE_ARN}},
}


def index_item() -> str:
    """The ledger's own item of the known instance, as DynamoDB would store it."""
    store, now = MemoryStore(), datetime(2026, 11, 20, tzinfo=UTC)
    seen = ContainerInstance(INSTANCE_ARN, CLUSTER_ARN, KNOWN, "ACTIVE", version=3, registered_at=now)
    InstanceIndex(store).remember([seen], now)
    (item,) = store.items.values()
    return json.dumps({name: _attribute(value) for name, value in item.items()})


def environment(port: int) -> dict[str, str]:
    """What a lane's function finds in its environment, with the fake AWS in AWS's place."""
    return {
        "PATH": "/usr/bin:/bin",
        "HOME": "/nonexistent",
        "AWS_ACCESS_KEY_ID": "AKIAEXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_SESSION_TOKEN": "token",
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_RETRY_MODE": "standard",
        "AWS_LAMBDA_FUNCTION_NAME": "dockwarden-spot",
        "DOCKWARDEN_CONFIG": json.dumps(CONFIG),
        "DOCKWARDEN_LANE": "spot",
        "DOCKWARDEN_PLAYBOOKS": "spot_drain",
        "DOCKWARDEN_QUIET": json.dumps(hushes(list(registry().values()))),
        "LEDGER_TABLE": "dockwarden-ledger",
        "OUTBOX_URL": f"http://127.0.0.1:{port}/{ACCOUNT}/dockwarden-outbox.fifo",
        "POWERTOOLS_SERVICE_NAME": "dockwarden",
        "POWERTOOLS_METRICS_NAMESPACE": "Dockwarden",
    }


def warning(instance: str = KNOWN, **more: str) -> dict[str, Any]:
    """A Spot warning of this moment, as EventBridge sends it."""
    return {
        "version": "0",
        "id": "a5187a14-fe0d-c6fb-cfd9-476b0fe6258c",
        "detail-type": "EC2 Spot Instance Interruption Warning",
        "source": "aws.ec2",
        "account": ACCOUNT,
        "time": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "region": REGION,
        "resources": [f"arn:aws:ec2:{REGION}b:instance/{instance}"],
        "detail": {"instance-id": instance, "instance-action": "terminate"},
        **more,
    }


def replaced_task() -> dict[str, Any]:
    """A task that the service scheduler has stopped: the commonest event from which nothing follows."""
    read: dict[str, Any] = json.loads(_REPLACED.read_text(encoding="utf-8"))
    return read


def batch(*events: dict[str, Any]) -> str:
    """The events as SQS hands them to Lambda."""
    records = [
        {"messageId": f"m-{n}", "receiptHandle": "r", "body": json.dumps(event), "eventSource": "aws:sqs"}
        for n, event in enumerate(events)
    ]
    return json.dumps({"Records": records})


def _attribute(value: str | int | None) -> dict[str, Any]:
    if value is None:
        return {"NULL": True}
    return {"N": str(value)} if isinstance(value, int) else {"S": value}
