"""boto3 clients answered without a socket."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any

import boto3
import botocore.session
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.exceptions import ReadTimeoutError

from lab.drydock.endpoint import Endpoint
from lab.drydock.errors import LostAnswerError
from lab.drydock.protocol import ApiRequest, loader, service_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from botocore.awsrequest import AWSPreparedRequest

    from lab.drydock.world import World


def attach(target: Any, endpoint: Endpoint | World) -> Endpoint:
    """Let drydock answer the AWS calls of a boto3 session or client.

    For a session this holds for clients that are made later. Calls to services that drydock does not know go where
    they would have gone. A planned loss of the answer reaches the caller as botocore's `ReadTimeoutError`.
    """
    found = endpoint if isinstance(endpoint, Endpoint) else Endpoint(endpoint)

    def before_send(request: AWSPreparedRequest, **_context: Any) -> AWSResponse | None:
        return _answer(found, request)

    hooks: Any = target.events if isinstance(target, boto3.Session) else target.meta.events
    hooks.register("before-send", before_send)
    return found


def session(endpoint: Endpoint, access_key: str = "AKIADRYDOCKEXAMPLE00") -> boto3.Session:
    """A boto3 session of its own whose clients drydock answers."""
    core = botocore.session.Session()
    core.register_component("data_loader", loader())
    made = boto3.Session(
        botocore_session=core,
        aws_access_key_id=access_key,
        aws_secret_access_key="not-a-secret",  # noqa: S106 - signs requests that never leave the process
        region_name=endpoint.world.names.region,
    )
    paths = loader().search_paths
    paths[:] = dict.fromkeys(paths)  # each session appends its own again
    attach(made, endpoint)
    return made


def _answer(endpoint: Endpoint, prepared: AWSPreparedRequest) -> AWSResponse | None:
    request = _request(prepared)
    if service_of(request) is None:
        return None
    try:
        response = endpoint.handle(request)
    except LostAnswerError as error:
        raise ReadTimeoutError(endpoint_url=prepared.url, error=error) from error
    return AWSResponse(prepared.url, response.status, _headers(response.headers), _Raw(response.body))


def _request(prepared: AWSPreparedRequest) -> ApiRequest:
    body: Any = prepared.body or b""
    headers = {str(key).lower(): _text(value) for key, value in prepared.headers.items()}
    return ApiRequest(
        str(prepared.method), prepared.url, headers, body.encode() if isinstance(body, str) else body
    )


def _text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


def _headers(headers: dict[str, str]) -> HTTPHeaders:
    made = HTTPHeaders()
    for key, value in headers.items():
        made[key] = value
    return made


class _Raw(BytesIO):
    """What botocore reads an answer from."""

    def stream(self, *_args: Any, **_kwargs: Any) -> Iterator[bytes]:
        """The whole body in one piece."""
        yield self.read()
