"""Events onto the default bus of the local AWS, by PutEvents."""

from __future__ import annotations

import json
import queue
import threading
from datetime import datetime
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

if TYPE_CHECKING:
    from lab.drydock.emitter import Event

TOKEN_HEADER = "X-Drydock-Emitter"  # noqa: S105 - the name of a header
IDS_HEADER = "X-Drydock-Event-Ids"
BATCH = 10  # PutEvents takes ten entries
TRIES = 3


class PutEventsSink:
    """Sends events in order from a thread of its own, so that the model never waits for the bus.

    PutEvents sets id and time itself on AWS. The virtual time goes into `Time`; the ids go, comma separated and in
    the order of the entries, into the header `X-Drydock-Event-Ids`, for a bus that can take them over.
    What could not be sent after three tries is counted in `lost` with the last reason: AWS's own delivery of
    these events is best effort too, but here it must be seen.
    """

    def __init__(self, *, endpoint: str, region: str, account: str, token: str | None) -> None:
        self.sent = 0
        self.lost = 0
        self.last_error: str | None = None
        self._token = token
        self._queue: queue.Queue[Event | None] = queue.Queue()
        self._client = boto3.client(
            "events",
            endpoint_url=endpoint,
            region_name=region,
            aws_access_key_id=account,
            aws_secret_access_key="test",  # noqa: S106 - the local AWS's, which takes any unless it enforces IAM
            config=Config(retries={"total_max_attempts": TRIES}, connect_timeout=2, read_timeout=10),
        )
        self._thread = threading.Thread(target=self._loop, name="drydock-put-events", daemon=True)
        self._thread.start()

    def __call__(self, event: Event) -> None:
        """Take an event; it is sent soon."""
        self._queue.put(event)

    def close(self) -> None:
        """Send what waits, then end."""
        self._queue.put(None)
        self._thread.join(timeout=15)
        self._client.close()

    def _loop(self) -> None:
        while (first := self._queue.get()) is not None:
            batch = [first]
            while len(batch) < BATCH:
                try:
                    following = self._queue.get_nowait()
                except queue.Empty:
                    break
                if following is None:
                    self._send(batch)
                    return
                batch.append(following)
            self._send(batch)

    def _send(self, batch: list[Event]) -> None:
        self._client.meta.events.register("before-call.events.PutEvents", self._headers(batch), "headers")
        try:
            answer = self._client.put_events(Entries=[entry(event) for event in batch])
        except (BotoCoreError, ClientError) as error:
            self._note(len(batch), str(error))
            return
        finally:
            self._client.meta.events.unregister("before-call.events.PutEvents", unique_id="headers")
        failed = [item for item in answer["Entries"] if "ErrorCode" in item]
        self.sent += len(batch) - len(failed)
        if failed:
            self._note(len(failed), f"{failed[0]['ErrorCode']}: {failed[0].get('ErrorMessage', '')}")

    def _headers(self, batch: list[Event]) -> Any:
        def add(params: dict[str, Any], **_context: Any) -> None:
            params["headers"][IDS_HEADER] = ",".join(event["id"] for event in batch)
            if self._token:
                params["headers"][TOKEN_HEADER] = self._token

        return add

    def _note(self, lost: int, reason: str) -> None:
        self.lost += lost
        self.last_error = reason


def entry(event: Event) -> Any:
    """An event as an entry of PutEvents."""
    return {
        "Time": datetime.fromisoformat(event["time"]),
        "Source": event["source"],
        "DetailType": event["detail-type"],
        "Resources": event["resources"],
        "Detail": json.dumps(event["detail"]),
        "EventBusName": "default",
    }
