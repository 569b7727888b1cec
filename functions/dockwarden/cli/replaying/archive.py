"""Events out of an EventBridge archive: replayed to a rule and a queue that nothing of Dockwarden listens to."""

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from time import sleep
from typing import Any

from dockwarden.cli.account import ask
from dockwarden.cli.installation import Installation, NotInstalledError
from dockwarden.errors import DockwardenError
from dockwarden.hashing import short_hash

_OVER = frozenset({"COMPLETED", "FAILED", "CANCELLED"})
_HIDDEN = 300
"""How long a message that was taken is hidden, in seconds: one of another replay comes back to its own reader."""

_WAIT = 2  # seconds; below the clients' read timeout
_QUIET = 5
"""How many empty looks in a row after the end mean that everything has arrived."""


class ReplayError(DockwardenError):
    """EventBridge did not finish a replay."""


@dataclass(frozen=True, slots=True)
class Archive:
    """Where an installation keeps events, and where their copies go: the names and ARNs of its output."""

    arn: str
    bus: str
    rule: str
    queue: str


def archive_of(installation: Installation) -> Archive:
    """The archive of an installation. Raises NotInstalledError where it has none."""
    try:
        found: dict[str, str] = json.loads(installation.output("Archive"))
        return Archive(**found)
    except NotInstalledError as error:
        fault = "this installation keeps no archive: set archive_days in dockwarden.toml, and deploy"
        raise NotInstalledError(fault) from error
    except (ValueError, TypeError) as error:
        raise NotInstalledError("the output Archive of the stack cannot be understood") from error


class ArchiveReplay:
    """One replay of an archive into a file of one event a line."""

    def __init__(self, installation: Installation, pause: Callable[[float], None] = sleep) -> None:
        self._archive = archive_of(installation)
        self._events = installation.clients.client("events")
        self._sqs = installation.clients.client("sqs")
        self._pause = pause

    def run(self, since: datetime, until: datetime, file: Path, progress: Callable[[int], None]) -> int:
        """Write the events of a time into a file, which only its owner can read; how many there are.

        Raises ReplayError where EventBridge gives up, AccountError where AWS refuses something, FileExistsError
        where the file is there already.
        """
        name = f"dockwarden-{short_hash(since.isoformat(), until.isoformat(), os.urandom(8).hex())}"
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as out:
            self._start(name, since, until)
            return self._drained(name, lambda raw: print(json.dumps(raw), file=out), progress)

    def _start(self, name: str, since: datetime, until: datetime) -> None:
        """Begin it; only our own rule gets the copies, so that no other rule on the bus sees any."""
        request = {
            "ReplayName": name,
            "EventSourceArn": self._archive.arn,
            "EventStartTime": since,
            "EventEndTime": until,
            "Destination": {"Arn": self._archive.bus, "FilterArns": [self._archive.rule]},
        }
        ask("starting the replay", lambda: self._events.start_replay(**request))

    def _drained(self, name: str, keep: Callable[[Any], None], progress: Callable[[int], None]) -> int:
        """Take copies from the queue until the replay is over and nothing of it comes any more."""
        count, quiet, over = 0, 0, False
        while quiet < _QUIET:
            taken = self._take(name, keep)
            count += taken
            progress(count)
            over = over or self._is_over(name)
            quiet = 0 if taken or not over else quiet + 1
            if not taken and not over:
                self._pause(_WAIT)
        return count

    def _is_over(self, name: str) -> bool:
        found = ask("asking how far the replay is", lambda: self._events.describe_replay(ReplayName=name))
        if found["State"] in ("FAILED", "CANCELLED", "CANCELLING"):
            why = found.get("StateReason") or "EventBridge gives no reason"
            raise ReplayError(f"the replay {name} is {found['State']}: {why}")
        return found["State"] in _OVER

    def _take(self, name: str, keep: Callable[[Any], None]) -> int:
        """Take what is there, and keep and delete what is of this replay."""
        answer = ask(
            "reading the queue of replays",
            lambda: self._sqs.receive_message(
                QueueUrl=self._archive.queue,
                MaxNumberOfMessages=10,
                WaitTimeSeconds=_WAIT,
                VisibilityTimeout=_HIDDEN,
            ),
        )
        mine = [(message, raw) for message in answer.get("Messages", ()) if (raw := _of(message, name))]
        for _, raw in mine:
            keep(raw)
        if mine:
            entries = [{"Id": str(n), "ReceiptHandle": m["ReceiptHandle"]} for n, (m, _) in enumerate(mine)]
            delete = self._sqs.delete_message_batch
            ask(
                "emptying the queue of replays", lambda: delete(QueueUrl=self._archive.queue, Entries=entries)
            )
        return len(mine)


def _of(message: dict[str, Any], name: str) -> dict[str, Any] | None:
    """The event of a message, None where it is of another replay, or none."""
    try:
        raw = json.loads(message["Body"])
    except ValueError:
        return None
    return raw if isinstance(raw, dict) and raw.get("replay-name") == name else None
