"""The local Slack over HTTP: the Web API, an incoming webhook, the page, and what the lab asks beside them."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

from lab.ministack.errors import LabError
from lab.ministack.process import require_free
from lab.slack.faults import FaultPlan
from lab.slack.handler import WEBHOOK_PATH, Handler, Server
from lab.slack.store import Channel, Store
from lab.slack.webapi import WebApi

CHANNEL = Channel("C0PLATFORM", "platform-alerts", "What Dockwarden saw and did")
PAYMENTS = Channel("C0PAYMENTS", "team-payments", "Payments on call")
TOKEN = "xoxb-local-lab"  # noqa: S105 - opens nothing but this server
PORT = 4580


@dataclass(slots=True)
class LocalSlack:
    """A running local Slack; leaving the context stops it."""

    store: Store
    api: WebApi
    faults: FaultPlan
    server: Server
    webhook_channel: Channel
    calls: list[dict[str, Any]] = field(default_factory=list)

    @classmethod
    def start(
        cls,
        port: int = PORT,
        token: str = TOKEN,
        channels: tuple[Channel, ...] = (CHANNEL, PAYMENTS),
        clock: Callable[[], float] = time.time,
    ) -> Self:
        """Serve on 127.0.0.1, port 0 for any free one; the webhook posts to the first channel. LabError: port taken.

        `clock` makes the messages' times: Dockwarden looks a message up by its own clock, so it must be the same.
        """
        if port:
            require_free(port, "the local Slack")
        store = Store(channels, clock)
        try:
            server = Server(("127.0.0.1", port), Handler)
        except OSError as error:
            raise LabError(f"the local Slack cannot listen on port {port}: {error}") from error
        slack = cls(store, WebApi(store, token), FaultPlan(), server, channels[0])
        server.slack = slack
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True, name="local-slack").start()
        return slack

    @property
    def url(self) -> str:
        """Where the page is."""
        return f"http://127.0.0.1:{self.server.server_address[1]}"

    @property
    def base_url(self) -> str:
        """What slack_sdk takes as `base_url`."""
        return f"{self.url}/api/"

    @property
    def webhook_url(self) -> str:
        """The incoming webhook."""
        return self.url + WEBHOOK_PATH

    def reset(self) -> None:
        """Forget messages, calls and faults."""
        self.store.clear()
        self.faults.clear()
        self.calls.clear()

    def stop(self) -> None:
        """Serve no more."""
        self.server.shutdown()
        self.server.server_close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
