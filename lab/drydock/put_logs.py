"""The lines of containers into the CloudWatch Logs of the local AWS, by PutLogEvents."""

from __future__ import annotations

import queue
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

if TYPE_CHECKING:
    from collections.abc import Callable

    from lab.drydock.logs import LogLine


class PutLogsSink:
    """Sends lines in order from a thread of its own; groups and streams are made when their first line comes.

    `lost` counts what could not be sent, `last_error` says why.
    """

    def __init__(self, *, endpoint: str, region: str, account: str) -> None:
        self.lost = 0
        self.last_error: str | None = None
        self._known: set[tuple[str, str]] = set()
        self._queue: queue.Queue[LogLine | None] = queue.Queue()
        make: Any = boto3.client
        self._client = make(
            "logs",
            endpoint_url=endpoint,
            region_name=region,
            aws_access_key_id=account,
            aws_secret_access_key="not-a-secret",  # noqa: S106 - the local AWS takes any
            config=Config(retries={"total_max_attempts": 3}, connect_timeout=2, read_timeout=10),
        )
        self._thread = threading.Thread(target=self._loop, name="drydock-put-logs", daemon=True)
        self._thread.start()

    def __call__(self, line: LogLine) -> None:
        """Take a line; it is sent soon."""
        self._queue.put(line)

    def close(self) -> None:
        """Send what waits, then end."""
        self._queue.put(None)
        self._thread.join(timeout=15)
        self._client.close()

    def _loop(self) -> None:
        while (line := self._queue.get()) is not None:
            try:
                self._send(line)
            except (BotoCoreError, ClientError) as error:
                self.lost += 1
                self.last_error = str(error)

    def _send(self, line: LogLine) -> None:
        where = {"logGroupName": line.group, "logStreamName": line.stream}
        if (line.group, line.stream) not in self._known:
            self._make(self._client.create_log_group, logGroupName=line.group)
            self._make(self._client.create_log_stream, **where)
            self._known.add((line.group, line.stream))
        event = {"timestamp": line.timestamp, "message": line.message}
        self._client.put_log_events(**where, logEvents=[event])

    def _make(self, create: Callable[..., object], **names: str) -> None:
        with suppress(self._client.exceptions.ResourceAlreadyExistsException):
            create(**names)
