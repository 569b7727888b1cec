"""The one answer of drydock that the lab's wiring asks for, without drydock."""

import json
import threading
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self


class DrydockClock:
    """Answers `/_drydock/clock` with the time it was told, or with an error while `broken`."""

    def __init__(self) -> None:
        self.now = datetime(2031, 5, 4, 3, 2, 1, tzinfo=UTC)
        self.broken = False
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        clock = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(500 if clock.broken or self.path != "/_drydock/clock" else 200)
                self.end_headers()
                self.wfile.write(json.dumps({"now": clock.now.isoformat(), "speed": 0}).encode())

            def log_message(self, *args: object) -> None:
                pass

        return Handler

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
