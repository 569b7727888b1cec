"""A drydock that listens on a port."""

from __future__ import annotations

import errno
import os
import threading
from http.server import ThreadingHTTPServer
from typing import TYPE_CHECKING, Self

from lab.drydock.build import make_world
from lab.drydock.clock import START, WallDriver
from lab.drydock.endpoint import Endpoint
from lab.drydock.errors import PortTakenError
from lab.drydock.face_http import handler_for
from lab.drydock.principals import StsPrincipals, nobody
from lab.drydock.put_events import PutEventsSink
from lab.drydock.put_logs import PutLogsSink
from lab.drydock.world import DEFAULT_ACCOUNT, DEFAULT_REGION

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from lab.drydock.durations import Durations

HOST = "127.0.0.1"
DEFAULT_PORT = 4570
SHUTDOWN_POLL_SECONDS = 0.02
TOKEN_VARIABLE = "DOCKWARDEN_LAB_EMITTER_TOKEN"  # noqa: S105 - the name of a variable


class Drydock:
    """The HTTP face of one world: `with Drydock(port=0) as drydock: ...drydock.url...`.

    `speed` is virtual seconds for each second on the wall; 0 lets time stand still but for `advance`. With
    `events_endpoint`, every event goes there by PutEvents, with the emitter token from the environment, and
    every line of a container's log by PutLogEvents.
    Raises `PortTakenError`.
    """

    def __init__(
        self,
        *,
        port: int = DEFAULT_PORT,
        account: str = DEFAULT_ACCOUNT,
        region: str = DEFAULT_REGION,
        events_endpoint: str | None = None,
        token: str | None = None,
        speed: float = 1.0,
        seed: int = 0,
        start: datetime = START,
        durations: Durations | None = None,
    ) -> None:
        self._settings = {
            "account": account,
            "region": region,
            "seed": seed,
            "start": start,
            "durations": durations,
        }
        self.sink: PutEventsSink | None = None
        self.logs_sink: PutLogsSink | None = None
        self.principals: Callable[[str], str | None] = nobody
        self._server = _listen(port, self)
        if events_endpoint is not None:
            token = token or os.environ.get(TOKEN_VARIABLE)
            self.sink = PutEventsSink(endpoint=events_endpoint, region=region, account=account, token=token)
            self.logs_sink = PutLogsSink(endpoint=events_endpoint, region=region, account=account)
            self.principals = StsPrincipals(events_endpoint, region)
        self.reset()
        self._driver = WallDriver(self._advance, speed)
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(SHUTDOWN_POLL_SECONDS,), name="drydock-http", daemon=True
        )

    def reset(self) -> None:
        """Begin anew: an empty world, an empty call log, no faults, the first instant."""
        self.world = make_world(**self._settings)
        self.endpoint = Endpoint(self.world)
        if self.sink is not None:
            self.world.log.subscribe(self.sink)
        if self.logs_sink is not None:
            self.world.logs.subscribe(self.logs_sink)

    def _advance(self, seconds: float) -> None:
        self.world.advance(seconds)  # the world changes with a reset, the thread that moves it does not

    @property
    def url(self) -> str:
        """Where it listens, as an `endpoint_url` for boto3."""
        return f"http://{HOST}:{self._server.server_address[1]}"

    @property
    def speed(self) -> float:
        """Virtual seconds for each second on the wall."""
        return self._driver.speed

    @speed.setter
    def speed(self, value: float) -> None:
        self._driver.speed = value

    def start(self) -> None:
        """Answer requests and let time flow."""
        self._thread.start()
        self._driver.start()

    def close(self) -> None:
        """Stop time, send the events that wait, give the port back."""
        self._driver.stop()
        self._server.shutdown()
        self._thread.join(timeout=5)
        self._server.server_close()
        if self.sink is not None:
            self.sink.close()
        if self.logs_sink is not None:
            self.logs_sink.close()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128


def _listen(port: int, drydock: Drydock) -> ThreadingHTTPServer:
    try:
        return _Server((HOST, port), handler_for(drydock))
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        raise PortTakenError(
            f"port {port} on {HOST} is taken; drydock needs it, or another one by --port"
        ) from error
