"""From HTTP to parameters and back, by botocore's service models; moto parses and writes the wire formats."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit
from xml.sax.saxutils import escape

from botocore.loaders import Loader
from moto.core.model import ServiceModel
from moto.core.parse import PROTOCOL_PARSERS
from moto.core.serialize import SerializationContext, get_serializer_class

from lab.drydock.api.registry import OPERATIONS
from lab.drydock.checks import check_answer, check_request
from lab.drydock.errors import AwsError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from moto.core.model import OperationModel

SCOPE = re.compile(r"Credential=(?P<key>[^/,\s]+)/\d+/(?P<region>[^/]+)/(?P<service>[^/]+)/aws4_request")
ENVELOPE = {"Action", "Version"}


@dataclass(frozen=True, slots=True)
class ApiRequest:
    """An HTTP request to an AWS service; header names are lower case."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def access_key(self) -> str | None:
        """The access key id that signed this request."""
        found = SCOPE.search(self.headers.get("authorization", ""))
        return found["key"] if found else None

    @property
    def form(self) -> dict[str, str]:
        """The members of a query protocol, from the address and the body."""
        query = urlsplit(self.url).query
        return dict(
            parse_qsl(query, keep_blank_values=True)
            + parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True)
        )


@dataclass(frozen=True, slots=True)
class ApiResponse:
    """An HTTP answer."""

    status: int
    headers: dict[str, str]
    body: bytes


@cache
def loader() -> Loader:
    """The one reader of botocore's data files; it keeps what it has read, which makes later clients cheap."""
    return Loader()


@cache
def model(service: str) -> ServiceModel:
    """The model that botocore has of a service, by the name that boto3's `client` takes."""
    return ServiceModel(loader().load_service_model(service, "service-2"), service)


def protocol_of(service: str) -> str:
    """The protocol that botocore speaks with a service, of those that the service knows."""
    return str(model(service).resolved_protocol)


@cache
def _by_target() -> dict[str, str]:
    prefixes = {
        model(name).metadata.get("targetPrefix"): name
        for name in ("ecs", "ecr", "logs", "cloudtrail", "cloudwatch", "codedeploy")
    }
    return {prefix: name for prefix, name in prefixes.items() if prefix}


@cache
def _by_scope() -> dict[str, str]:
    return {model(name).signing_name: name for name in OPERATIONS}


def service_of(request: ApiRequest) -> str | None:
    """The service that a request is meant for, or None when it is none of drydock's."""
    target = request.headers.get("x-amz-target", "").rpartition(".")[0]
    if target:
        return _by_target().get(target)
    found = SCOPE.search(request.headers.get("authorization", ""))
    return _by_scope().get(found["service"]) if found else None


def operation_of(request: ApiRequest) -> str:
    """The operation that a request names, however its protocol names it."""
    target = request.headers.get("x-amz-target")
    if target:
        return target.rsplit(".", 1)[-1]
    return request.form.get("Action") or f"{request.method} {urlsplit(request.url).path}"


def parse(service: str, operation: OperationModel, request: ApiRequest) -> dict[str, Any]:
    """The checked parameters of a request."""
    raw = _raw_members(service, operation, request)
    parser = PROTOCOL_PARSERS[protocol_of(service)](operation)
    wire: Any = {"body": request.body, "headers": request.headers, "values": request.form}
    parsed: dict[str, Any] = parser.parse(wire)
    check_request(service, operation, parsed if raw is None else raw)
    return parsed


def _raw_members(service: str, operation: OperationModel, request: ApiRequest) -> dict[str, Any] | None:
    """What the caller wrote, because the parser drops what it does not know."""
    if protocol_of(service) == "json":
        return _json_object(request.body)
    known = {name[:1].upper() + name[1:] for name in _wire_names(operation)} | ENVELOPE
    for name in request.form:
        if name.split(".")[0] not in known:
            raise AwsError("UnknownParameter", f"The parameter {name} is not recognized")
    return None


def _wire_names(operation: OperationModel) -> set[str]:
    members = operation.input_shape.members if operation.input_shape else {}
    names = set(members)
    for shape in members.values():
        names |= {
            str(shape.serialization[key]) for key in ("name", "queryName") if key in shape.serialization
        }
    return names


def _json_object(body: bytes) -> dict[str, Any]:
    try:
        value = json.loads(body or b"{}")
    except ValueError as error:
        raise AwsError("SerializationException", "The request body is no JSON") from error
    if not isinstance(value, dict):
        raise AwsError("SerializationException", "The request body is no JSON object")
    return value


def write_answer(
    service: str, operation: OperationModel, answer: dict[str, Any], request_id: str
) -> ApiResponse:
    """An answer on the wire, after a check against the model."""
    check_answer(service, operation, answer)
    serializer = get_serializer_class(service, protocol_of(service))
    written = serializer(operation, SerializationContext(request_id)).serialize(answer)
    body = written["body"]
    headers = {**written["headers"], "x-amzn-RequestId": request_id}
    return ApiResponse(int(written["status_code"]), headers, body.encode() if isinstance(body, str) else body)


def write_error(service: str | None, error: AwsError, request_id: str) -> ApiResponse:
    """An error on the wire, in the protocol of its service."""
    protocol = protocol_of(service) if service else "json"
    if protocol in ("ec2", "query"):
        text, kind = _xml_error(protocol, error, request_id), "text/xml"
    else:
        text, kind = (
            json.dumps({"__type": error.code, "message": error.message}),
            "application/x-amz-json-1.1",
        )
    headers = {"Content-Type": kind, "x-amzn-RequestId": request_id, "x-amzn-ErrorType": error.code}
    return ApiResponse(error.status, headers, text.encode())


def _xml_error(protocol: str, error: AwsError, request_id: str) -> str:
    inner = f"<Code>{escape(error.code)}</Code><Message>{escape(error.message)}</Message>"
    if protocol == "ec2":
        return (
            f"<Response><Errors><Error>{inner}</Error></Errors><RequestID>{request_id}</RequestID></Response>"
        )
    return f"<ErrorResponse><Error>{inner}</Error><RequestId>{request_id}</RequestId></ErrorResponse>"
