"""botocore's service models, cut down to some operations: the same bytes on the wire, a tenth of the loading."""

import gzip
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

Model = dict[str, Any]

_KEPT_AS_THEY_ARE = ("_retry.json", "partitions.json", "sdk-default-configuration.json")
_MODEL, _PAGINATORS = "service-2", "paginators-1"
_KEPT_OF_A_SERVICE = (_MODEL, "endpoint-rule-set-1", _PAGINATORS)


def trimmed_data(data: Path, services: Mapping[str, frozenset[str]]) -> Iterator[tuple[str, bytes]]:
    """The files of botocore's data folder that these operations need, by path, as compact JSON.

    Raises KeyError for an operation that botocore does not know.
    """
    for name in _KEPT_AS_THEY_ARE:
        yield name, _compact(_load(data / name))
    prefixes: set[str] = set()
    for service, operations in sorted(services.items()):
        version = latest_version(data / service)
        model = trimmed_model(_load_type(version, _MODEL), operations)
        prefixes.add(model["metadata"]["endpointPrefix"])
        place = f"{service}/{version.name}"
        yield f"{place}/{_MODEL}.json", _compact(model)
        for kind in _KEPT_OF_A_SERVICE[1:]:
            yield f"{place}/{kind}.json", _compact(_trimmed_other(kind, version, model))
        for extras in sorted(version.glob(f"{_MODEL}.*-extras.json")):
            yield f"{place}/{extras.name}", _compact(_load(extras))
    yield "endpoints.json", _compact(trimmed_endpoints(_load(data / "endpoints.json"), prefixes))


def latest_version(service: Path) -> Path:
    """The folder of the newest API version of a service that has a model, as botocore's loader picks it."""
    return max(path.parent for path in service.glob(f"*/{_MODEL}.json*"))


def trimmed_model(model: Model, operations: Iterable[str]) -> Model:
    """A service model with some of its operations, every error, and no documentation.

    Operations that discover endpoints stay, because botocore looks for them in every model.
    """
    every = model["operations"]
    discovery = {name for name, operation in every.items() if operation.get("endpointoperation")}
    kept = {name: every[name] for name in sorted({*operations, *discovery})}
    roots = [shape for operation in kept.values() for shape in _shapes_in(operation)]
    roots += [name for name, shape in model["shapes"].items() if shape.get("exception")]
    shapes = {name: model["shapes"][name] for name in sorted(_reachable(model["shapes"], roots))}
    trimmed: Model = without_documentation(model | {"operations": kept, "shapes": shapes})
    return trimmed


def trimmed_endpoints(endpoints: Model, prefixes: Iterable[str]) -> Model:
    """The endpoints of some services in every partition."""
    kept = set(prefixes)
    partitions = [
        part | {"services": {name: some for name, some in part["services"].items() if name in kept}}
        for part in endpoints["partitions"]
    ]
    return endpoints | {"partitions": partitions}


def without_documentation(node: Any) -> Any:
    """A part of a model without its documentation strings; a member that has that name is an object, and stays."""
    if isinstance(node, dict):
        return {
            key: without_documentation(value)
            for key, value in node.items()
            if not (key == "documentation" and isinstance(value, str))
        }
    return [without_documentation(item) for item in node] if isinstance(node, list) else node


def _trimmed_other(kind: str, version: Path, model: Model) -> Model:
    """A service's endpoint rules, whole, or its paginators, for the operations that the model still has."""
    whole = _load_type(version, kind)
    if kind != _PAGINATORS:
        return whole
    return {"pagination": {n: p for n, p in whole["pagination"].items() if n in model["operations"]}}


def _reachable(shapes: Model, roots: Iterable[str]) -> set[str]:
    """The names of shapes that some shapes are made of, these included."""
    found: set[str] = set()
    waiting = list(roots)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += _shapes_in(shapes[name])
    return found


def _shapes_in(node: Any) -> Iterator[str]:
    """The shapes that a part of a model refers to."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "shape" and isinstance(value, str):
                yield value
            else:
                yield from _shapes_in(value)
    elif isinstance(node, list):
        for item in node:
            yield from _shapes_in(item)


def _load_type(version: Path, kind: str) -> Model:
    plain, packed = version / f"{kind}.json", version / f"{kind}.json.gz"
    return _load(plain if plain.is_file() else packed)


def _load(path: Path) -> Model:
    content = path.read_bytes()
    model: Model = json.loads(gzip.decompress(content) if path.suffix == ".gz" else content)
    return model


def _compact(model: Model) -> bytes:
    # Keys keep their order: botocore's serializers follow it, and so must the bytes on the wire.
    return json.dumps(model, separators=(",", ":"), ensure_ascii=False).encode()
