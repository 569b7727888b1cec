"""Reads a JSON document from a file or from standard input; every fault is one sentence."""

import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from dockwarden.errors import DockwardenError, describe

_LONGEST_NUMBER = 300  # digits; more is no number that AWS writes, and Python refuses 4300


class DocumentError(DockwardenError):
    """A document cannot be opened."""

    def __init__(self, name: str, fault: str) -> None:
        self.name = name
        self.fault = fault
        super().__init__(f"{name}: {fault}")


class NotJsonError(DocumentError):
    """A document was read, but it is no JSON."""


def read_json(name: str, *, strict: bool = True) -> Any:
    """The JSON document of a file, or of standard input for `-`.

    Raises DocumentError where nothing can be read, NotJsonError where it is no JSON. A byte order mark is
    skipped. A key that stands twice in one object, NaN and Infinity are faults of what people write; where
    `strict` is False the last value of a key counts, as in most readers, and such a number is null: unreadable.
    """
    shown = _shown(name)
    data = read_bytes(name)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise NotJsonError(shown, f"it is no UTF-8 text (byte {error.start})") from error
    return _parsed(text, shown, strict=strict)


def read_json_lines(name: str) -> list[Any]:
    """The JSON documents of a file, or of standard input for `-`: one document, or one on each line.

    Raises DocumentError where nothing can be read, NotJsonError, which names the line, where one is no JSON.
    """
    shown, data = _shown(name), read_bytes(name)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise NotJsonError(shown, f"it is no UTF-8 text (byte {error.start})") from error
    # Not splitlines(), which also ends a line at separators that JSON allows within a text.
    lines = [(number, found) for number, found in enumerate(text.split("\n"), 1) if found.strip()]
    if len(lines) > 1 and _is_json(lines[0][1]):
        return [_parsed(found, f"{shown} line {number}", strict=False) for number, found in lines]
    return [_parsed(text, shown, strict=False)]


def _is_json(text: str) -> bool:
    try:
        _parsed(text, "", strict=False)
    except NotJsonError:
        return False
    return True


def read_bytes(name: str) -> bytes:
    """The bytes of a file, or of standard input for `-`. Raises DocumentError."""
    shown = _shown(name)
    try:
        return sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    except FileNotFoundError as error:
        raise DocumentError(shown, "there is no such file") from error
    except IsADirectoryError as error:
        raise DocumentError(shown, "this is a directory; name a file in it") from error
    except (OSError, ValueError) as error:  # ValueError: a name with a NUL in it
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise DocumentError(shown, f"it cannot be read ({reason})") from error


def _parsed(text: str, shown: str, *, strict: bool) -> Any:
    if not text.strip():
        raise NotJsonError(shown, "it is empty; expected an EventBridge event as JSON")
    try:
        return json.loads(
            text,
            parse_int=_whole,
            parse_constant=_no_constant if strict else _unreadable,
            object_pairs_hook=_object if strict else None,
        )
    except json.JSONDecodeError as error:
        fault = f"it is no JSON: {error.msg} at line {error.lineno} column {error.colno}"
        raise NotJsonError(shown, fault) from error
    except RecursionError as error:
        raise NotJsonError(shown, "its objects and arrays are nested too deeply") from error
    except _NotAllowedError as error:
        raise NotJsonError(shown, f"it is no JSON that can be used: {error}") from error


class _NotAllowedError(ValueError):
    """Something that Python's reader takes and we do not."""


def _whole(digits: str) -> int | float:
    """A whole number; one that is too long to be anything is a float, so that it is no fault of its own."""
    return int(digits) if len(digits) <= _LONGEST_NUMBER else float(digits)


def _no_constant(word: str) -> float:
    raise _NotAllowedError(f"{word} is no number")


def _unreadable(_word: str) -> None:
    return None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = Counter(key for key, _ in pairs).most_common(1)[0][0]
        raise _NotAllowedError(f"the key {describe(twice)} stands twice in one object")
    return found


def _shown(name: str) -> str:
    return "standard input" if name == "-" else name
