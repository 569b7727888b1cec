"""The project's own sample events, and every way in which one node of them can be missing or of another type."""

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2] / "events"
FILES = sorted(ROOT.glob("*/*.json"))
NAMES = [file.relative_to(ROOT).with_suffix("").as_posix() for file in FILES]

_OTHER_TYPES: tuple[Any, ...] = (
    None,
    True,
    7,
    1e400,
    "",
    "text",
    "arn:aws:ecs:",
    [],
    ["text"],
    [[]],
    {},
    {"a": {}},
)


def load(name: str) -> Any:
    """Return the decoded sample of that name, such as ``ecs/task-running``."""
    return json.loads((ROOT / f"{name}.json").read_text(encoding="utf-8"))


def places(node: Any, here: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Yield where every node of a JSON tree is, the root left out."""
    pairs = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, child in pairs:
        yield (*here, key)
        yield from places(child, (*here, key))


def without(tree: Any, place: tuple[str | int, ...]) -> Any:
    """Return the tree with one node deleted."""
    changed = copy.deepcopy(tree)
    del _parent(changed, place)[place[-1]]
    return changed


def retyped(tree: Any, place: tuple[str | int, ...]) -> Iterator[Any]:
    """Yield the tree with one node replaced by a value of each other type."""
    for value in _OTHER_TYPES:
        changed = copy.deepcopy(tree)
        _parent(changed, place)[place[-1]] = value
        yield changed


def _parent(tree: Any, place: tuple[str | int, ...]) -> Any:
    for key in place[:-1]:
        tree = tree[key]
    return tree
