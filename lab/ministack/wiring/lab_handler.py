"""What a worker of the local AWS loads instead of `dockwarden.runtime.<x>.handle`: the same, with the lab's clock."""

import importlib
import json
import os
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

Handler = Callable[[Any, Any], Any]


class LabClock:
    """Drydock's clock: asked once an invocation, then carried on by this machine's at drydock's speed."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._base = datetime.now(UTC)
        self._speed = 1.0
        self._asked = time.monotonic()

    def now(self) -> datetime:
        """The lab's present time, in UTC."""
        return self._base + timedelta(seconds=(time.monotonic() - self._asked) * self._speed)

    def ask(self) -> None:
        """Read drydock's clock again; the machine's own is used, and that is said, when it cannot be read."""
        try:
            with urllib.request.urlopen(self._url, timeout=1) as answer:
                told = json.load(answer)
            base, speed = datetime.fromisoformat(told["now"]), float(told.get("speed", 1))
        except (OSError, ValueError, KeyError, TypeError) as error:
            print(
                f"WARNING lab clock: {self._url} cannot be read ({error}); this machine's time is used",
                file=sys.stderr,
            )
            base, speed = datetime.now(UTC), 1.0
        self._base, self._speed = base.astimezone(UTC), speed
        self._asked = time.monotonic()


def in_lab_time(event: Any, lab_now: datetime, now: datetime) -> Any:
    """An event whose messages were put into their queue in the lab's time: SQS there has this machine's clock."""
    records = event.get("Records", []) if isinstance(event, dict) else []
    for record in records:
        sent = str(record.get("attributes", {}).get("SentTimestamp", ""))
        if sent.isdigit():
            waited = now.timestamp() - int(sent) / 1000
            record["attributes"]["SentTimestamp"] = str(int((lab_now.timestamp() - waited) * 1000))
    return event


def _wired(name: str) -> Handler:
    clock = LabClock(os.environ["DOCKWARDEN_LAB_DRYDOCK"].rstrip("/") + "/_drydock/clock")
    clock.ask()
    wiring = importlib.import_module("dockwarden.runtime.wiring")
    wiring.install(wiring.Overrides(clock=clock, slack_base_url=os.environ["DOCKWARDEN_LAB_SLACK"]))
    real: Handler = importlib.import_module(f"dockwarden.runtime.{name}").handle

    def handle(event: Any, context: Any) -> Any:
        clock.ask()
        return real(in_lab_time(event, clock.now(), datetime.now(UTC)), context)

    return handle


def __getattr__(name: str) -> Handler:
    if name.startswith("_"):
        raise AttributeError(name)
    return _wired(name)
