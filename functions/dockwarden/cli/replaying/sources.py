"""Events from files, folders and lines of JSON."""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from dockwarden.cli.documents import DocumentError, read_json_lines

_SUFFIXES = (".json", ".jsonl", ".ndjson")


def read_sources(names: Sequence[str]) -> Iterator[Any]:
    """The events of files and of folders with all that is below them; - is standard input.

    Raises DocumentError where something cannot be read, NotJsonError where it is no JSON.
    """
    for name in names:
        for file in _files(name):
            for document in read_json_lines(file):
                yield from document if isinstance(document, list) else [document]


def _files(name: str) -> list[str]:
    if name == "-" or not Path(name).is_dir():
        return [name]
    found = sorted(str(path) for path in Path(name).rglob("*") if path.suffix in _SUFFIXES and path.is_file())
    if not found:
        raise DocumentError(name, f"there is no file of events ({', '.join(_SUFFIXES)}) in this folder")
    return found


class Progress:
    """A line on standard error that counts, where that is a terminal and the work is long."""

    def __init__(self, what: str, every: int = 500) -> None:
        self._what = what
        self._every = every
        self._shown = False

    def __call__(self, number: int) -> None:
        """Say how far it is."""
        if number % self._every == 0 and sys.stderr.isatty():
            self._shown = True
            print(f"\r{number:,} {self._what}", end="", file=sys.stderr, flush=True)

    def end(self) -> None:
        """Leave a clean line."""
        if self._shown:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)
