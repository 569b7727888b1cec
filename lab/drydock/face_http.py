"""Every service on one port, the control endpoints, and the page."""

from __future__ import annotations

import json
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lab.drydock.control import ROUTES
from lab.drydock.errors import AnswerInvalidError, LostAnswerError, ScenarioError
from lab.drydock.protocol import ApiRequest, ApiResponse

if TYPE_CHECKING:
    from lab.drydock.server import Drydock

PAGE = Path(__file__).with_name("page.html")
CONTROL = "/_drydock/"
POLICY = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; connect-src 'self'; img-src data:"


def handler_for(drydock: Drydock) -> type[BaseHTTPRequestHandler]:
    """The request handler of one drydock."""

    class Handler(_Handler):
        owner = drydock

    return Handler


class _Handler(BaseHTTPRequestHandler):
    owner: Drydock
    server_version = "drydock"
    sys_version = ""
    timeout = 30  # seconds that a silent connection may hold a thread

    def do_GET(self) -> None:
        """Answer a page, a control endpoint or an AWS call."""
        self._route(b"")

    def do_POST(self) -> None:
        """Answer a control endpoint or an AWS call."""
        length = self.headers.get("Content-Length", "0")
        self._route(self.rfile.read(int(length)) if length.isdigit() else b"")

    do_PUT = do_POST  # noqa: N815 - the names that http.server looks for
    do_DELETE = do_GET  # noqa: N815

    def _route(self, body: bytes) -> None:
        path = self.path.split("?")[0]
        if path.startswith(CONTROL):
            self._send(self._control(path.removeprefix(CONTROL), body))
        elif self.command == "GET" and path == "/" and "Authorization" not in self.headers:
            self._send(_page())
        else:
            self._aws(body)

    def _aws(self, body: bytes) -> None:
        headers = {key.lower(): value for key, value in self.headers.items()}
        try:
            self._send(self.owner.endpoint.handle(ApiRequest(self.command, self.path, headers, body)))
        except LostAnswerError:
            self.close_connection = True
        except AnswerInvalidError as error:
            self._send(_json(500, {"__type": "InternalFailure", "message": str(error)}))

    def _control(self, name: str, body: bytes) -> ApiResponse:
        if not self._own_page():
            return _json(403, {"error": "control calls from another web page are refused"})
        route = ROUTES.get((self.command, name))
        if route is None:
            return _json(404, {"error": f"no control endpoint {self.command} {name}", "known": _known()})
        try:
            return _json(200, route(self.owner, _object(body)))
        except ScenarioError as error:
            return _json(400, {"error": str(error)})

    def _own_page(self) -> bool:
        origin = self.headers.get("Origin")
        return origin is None or origin == f"http://{self.headers.get('Host')}"

    def _send(self, response: ApiResponse) -> None:
        self.send_response(response.status)
        for key, value in response.headers.items():
            self.send_header(key, value)
        self.send_header("Content-Length", str(len(response.body)))
        self.end_headers()
        self.wfile.write(response.body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name in http.server
        """Stay silent: the call log says more."""


def _page() -> ApiResponse:
    headers = {"Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": POLICY}
    return ApiResponse(200, headers, PAGE.read_bytes())


def _json(status: int, value: Any) -> ApiResponse:
    return ApiResponse(status, {"Content-Type": "application/json"}, json.dumps(value).encode())


def _object(body: bytes) -> dict[str, Any]:
    try:
        value = json.loads(body or b"{}")
    except ValueError as error:
        raise ScenarioError("the body is no JSON") from error
    if not isinstance(value, dict):
        raise ScenarioError("the body is no JSON object")
    return value


def _known() -> list[str]:
    return sorted(f"{method} {CONTROL}{name}" for method, name in ROUTES)
