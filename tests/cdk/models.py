"""botocore on the models of an asset and on the full ones, and the requests that each would send."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import botocore.session
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.compat import HTTPHeaders
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.loaders import Loader
from botocore.model import ListShape, MapShape, Shape, StructureShape

# These differ from call to call, whatever the model.
_CHANGING = frozenset({"authorization", "x-amz-date", "amz-sdk-invocation-id"})


@dataclass(frozen=True, slots=True)
class Sent:
    """A request as it would go over the wire."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Reply:
    """What a fake AWS answers."""

    status: int = 200
    body: bytes = b"{}"
    headers: tuple[tuple[str, str], ...] = ()


class Aws:
    """A botocore session on one folder of models; its clients send nothing."""

    def __init__(self, data: Path | None = None) -> None:
        self._session: Any = botocore.session.get_session()
        if data is not None:
            loader = Loader(extra_search_paths=[str(data)], include_default_search_paths=False)
            # In Lambda it is botocore's own folder; botocore resolves endpoints differently from any other.
            loader.BUILTIN_DATA_PATH = str(data)
            self._session.register_component("data_loader", loader)

    def client(self, service: str, region: str = "eu-central-1", **config: Any) -> Any:
        """A client that never tries twice."""
        settings = Config(retries={"total_max_attempts": 1}, parameter_validation=False, **config)
        return self._session.create_client(service, region_name=region, config=settings)

    def sent(self, client: Any, operation: str, params: Mapping[str, Any]) -> Sent:
        """The request that an operation with these parameters sends."""
        seen: list[Sent] = []
        call(client, operation, params, refusal(client), seen)
        return seen[0]


def call(
    client: Any, operation: str, params: Mapping[str, Any], reply: Reply, seen: list[Sent] | None = None
) -> object:
    """What a client makes of a reply: the answer, or the kind and content of the error."""

    def answer(request: AWSPreparedRequest, **_: Any) -> AWSResponse:
        if seen is not None:
            seen.append(_sent(request))
        return AWSResponse(request.url, reply.status, HTTPHeaders.from_pairs(reply.headers), _Raw(reply.body))

    client.meta.events.register("before-send", answer)
    try:
        return client._make_api_call(operation, dict(params))
    except ClientError as error:
        return type(error).__name__, error.response
    except BotoCoreError as error:
        return type(error).__name__, str(error)
    finally:
        client.meta.events.unregister("before-send", answer)


def refusal(client: Any) -> Reply:
    """An answer that every service may give."""
    query = client.meta.service_model.metadata["protocol"] == "query"
    text = b"<ErrorResponse><Error><Code>Refused</Code></Error></ErrorResponse>"
    return Reply(400, text if query else b'{"__type":"Refused"}')


def example(shape: Shape | None, depth: int = 0) -> Any:
    """A value for a shape with every member filled in, down to where shapes contain themselves."""
    match shape:
        case StructureShape():
            members = shape.members.items() if depth < 8 else ()
            filled = {name: example(member, depth + 1) for name, member in members}
            return dict([*filled.items()][:1]) if _is_union(shape) else filled
        case ListShape():
            return [example(shape.member, depth + 1)] if depth < 8 else []
        case MapShape():
            return {"key": example(shape.value, depth + 1)} if depth < 8 else {}
        case None:
            return {}
    return _scalar(shape)


def _is_union(shape: StructureShape) -> bool:
    return shape.is_tagged_union or shape.name == "AttributeValue"


def _scalar(shape: Shape) -> object:
    values: dict[str, object] = {
        "blob": b"bytes \xff",
        "boolean": True,
        "double": 2.5,
        "float": 2.5,
        "integer": 7,
        "long": 7,
        "timestamp": datetime(2026, 11, 20, 12, tzinfo=UTC),
    }
    enum = shape.metadata.get("enum")
    return values.get(shape.type_name, enum[0] if enum else "text \u00e9 <&\"'>")


def _sent(request: AWSPreparedRequest) -> Sent:
    headers = {
        str(k).lower(): _text(v) for k, v in request.headers.items() if str(k).lower() not in _CHANGING
    }
    # Features in the user agent are a set, in any order, and where credentials come from is said only once.
    headers["user-agent"] = re.sub(r" m/\S+", "", headers["user-agent"])
    body: Any = request.body or b""
    return Sent(
        str(request.method), str(request.url), headers, body if isinstance(body, bytes) else body.encode()
    )


def _text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value


class _Raw:
    """The body of a reply as urllib3 would hand it over."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    def stream(self, *_: Any, **__: Any) -> Iterator[bytes]:
        yield self._body
