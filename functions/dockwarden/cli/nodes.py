"""Reads a JSON document value by value; every fault names the place in the document."""

from collections.abc import Collection, Iterator
from datetime import datetime
from difflib import get_close_matches
from typing import Any

from dockwarden.errors import DockwardenError, describe
from dockwarden.events.times import as_time
from dockwarden.guard.modes import Mode, read_mode


class NodeError(DockwardenError):
    """A document says something that cannot be understood, so that nothing is done with any of it."""

    def __init__(self, document: str, path: str, fault: str) -> None:
        self.document = document
        self.path = path
        self.fault = fault
        super().__init__(f"{document} at {path}: {fault}")


class Node:
    """One value of a document, and the path that leads to it (`clusters[0].name`)."""

    def __init__(self, value: Any, path: str = "", document: str = "the world file") -> None:
        self.value = value
        self.document = document
        self.path = path or "its top"
        self._inside = f"{path}." if path else ""

    def fault(self, fault: str) -> NodeError:
        """The error that says what is wrong here."""
        return NodeError(self.document, self.path, fault)

    def wrong(self, expected: str) -> NodeError:
        """The error that says what was found here and what was expected."""
        return self.fault(f"found {describe(self.value)}, expected {expected}")

    def _at(self, value: Any, path: str) -> "Node":
        return Node(value, path, self.document)

    def keys(self) -> list[str]:
        """The keys of an object."""
        if not isinstance(self.value, dict):
            raise self.wrong("an object")
        return list(self.value)

    def only(self, known: Collection[str]) -> "Node":
        """The object itself, if it has no other keys: a typo must not silently mean nothing."""
        for key in self.keys():
            if key not in known:
                near = get_close_matches(key[:80], known, 1)
                meant = f"; did you mean {near[0]!r}?" if near else f"; known are {', '.join(sorted(known))}"
                raise self.fault(f"the key {describe(key)} means nothing{meant}")
        return self

    def get(self, key: str) -> "Node | None":
        """What stands under a key, None where there is no such key."""
        return self._at(self.value[key], f"{self._inside}{key}") if key in self.keys() else None

    def known(self, key: str) -> "Node | None":
        """The same, and None also for null, which says that it is unknown."""
        found = self.get(key)
        return None if found is None or found.value is None else found

    def need(self, key: str) -> "Node":
        """What stands under a key that has to be there."""
        found = self.get(key)
        if found is None:
            raise self.fault(f"the key {key!r} is missing")
        return found

    def items(self) -> Iterator["Node"]:
        """The items of an array."""
        if not isinstance(self.value, list):
            raise self.wrong("an array")
        own = self._inside.removesuffix(".")
        return (self._at(item, f"{own}[{n}]") for n, item in enumerate(self.value))

    def text(self) -> str:
        """A string that is not empty."""
        if not isinstance(self.value, str) or not self.value.strip():
            raise self.wrong("a text that is not empty")
        return self.value

    def string(self) -> str:
        """A string, which may be empty."""
        if not isinstance(self.value, str):
            raise self.wrong("a text")
        return self.value

    def one_of(self, known: Collection[str]) -> str:
        """One of some texts."""
        if self.text() not in known:
            raise self.wrong(f"one of {', '.join(known)}")
        return self.text()

    def texts(self) -> dict[str, str]:
        """An object of texts."""
        return {key: self.need(key).string() for key in self.keys()}

    def texts_unknown(self) -> dict[str, str] | None:
        """An object of texts, or null for what nobody knows."""
        return None if self.value is None else self.texts()

    def yes_no_unknown(self) -> bool | None:
        """True, false, or null for what nobody knows."""
        if self.value is not None and not isinstance(self.value, bool):
            raise self.wrong("true, false, or null for unknown")
        return self.value

    def whole(self) -> int:
        """A whole number from 0 on."""
        if isinstance(self.value, bool) or not isinstance(self.value, int) or self.value < 0:
            raise self.wrong("a whole number from 0 on")
        return self.value

    def time(self) -> datetime:
        """A point in time."""
        found = as_time(self.value)
        if found is None:
            raise self.wrong('a time like "2026-11-20T06:00:12Z"')
        return found

    def mode(self) -> Mode:
        """A mode."""
        found = read_mode(self.value)
        if found is None:
            raise self.wrong(f"one of {', '.join(Mode)}")
        return found
