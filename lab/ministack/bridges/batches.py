"""Batches of a queue's event source mapping: their size and their window."""

import time
from typing import Any

from lab.ministack.bridges.bridge import Bridge
from lab.ministack.private import service

RECEIVE = service("sqs", "_receive_messages_for_esm", "(queue_url: str, max_number: int) -> list[dict]")
COLLECT = service("sqs", "_collect_msgs", "(q: dict, max_n: int, vis_timeout: int) -> list")
EXPIRE = service("sqs", "_expire_retained", "(q: dict) -> None")
SWEEP = service("sqs", "_dlq_sweep", "(q: dict) -> None")
QUEUE = service("sqs", "_get_q", "(url: str, action: str | None = None) -> dict")
LOCK = service("sqs", "_queues_lock")
MAPPINGS = service("lambda_svc", "_esms")


def _install() -> None:
    def receive(queue_url: str, max_number: int) -> list[Any]:
        with LOCK.get():
            queue = QUEUE.get()(queue_url)
            EXPIRE.get()(queue)
            SWEEP.get()(queue)
            if not _is_due(queue, int(max_number)):
                return []
            visibility = int(queue["attributes"].get("VisibilityTimeout", "30"))
            return list(COLLECT.get()(queue, int(max_number), visibility))

    RECEIVE.replace(receive)


def _is_due(queue: dict[str, Any], size: int) -> bool:
    """A batch goes when it is full or when its oldest message has waited for the window."""
    window = _window(queue["attributes"].get("QueueArn", ""))
    now = time.time()
    visible = [message["visible_at"] for message in queue["messages"] if message["visible_at"] <= now]
    return len(visible) >= size or (bool(visible) and now - min(visible) >= window)


def _window(queue_arn: str) -> float:
    windows = [
        float(mapping.get("MaximumBatchingWindowInSeconds") or 0)
        for mapping in MAPPINGS.get().values()
        if mapping.get("EventSourceArn") == queue_arn
    ]
    return min(windows, default=0.0)


BRIDGE = Bridge(
    name="batches",
    aws="gathers up to BatchSize (10,000) messages for as long as MaximumBatchingWindowInSeconds",
    ministack="takes at most 10 whatever BatchSize says, and never waits",
    names=(RECEIVE, COLLECT, EXPIRE, SWEEP, QUEUE, LOCK, MAPPINGS),
    install=_install,
)
