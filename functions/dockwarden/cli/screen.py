"""What is printed: text made inert, colours only where a person looks, lines for programs."""

import json
import os
import sys
import unicodedata
from collections.abc import Sequence
from typing import Any, TextIO

_CODES = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "blue": "34", "cyan": "36"}
_UNPRINTABLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_SHOWN = 400


def inert(text: object, shown: int = _SHOWN) -> str:
    """A text that cannot move the cursor, colour, reorder or start a line on a terminal; cut where long."""
    words = str(text)
    cut = words if len(words) <= shown else words[: shown - 3] + "..."
    return "".join(_visible(character) for character in cut)


def _visible(character: str) -> str:
    if unicodedata.category(character) not in _UNPRINTABLE:
        return character
    return character.encode("unicode_escape").decode("ascii")


def colours(stream: TextIO) -> bool:
    """Whether a stream is a terminal whose user did not ask for none (NO_COLOR, TERM=dumb)."""
    return not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb" and stream.isatty()


def painted(text: str, *styles: str) -> str:
    """A text of ours in colour where standard output takes it; never give it text that is not inert."""
    if not styles or not colours(sys.stdout):
        return text
    return f"\x1b[{';'.join(_CODES[style] for style in styles)}m{text}\x1b[0m"


def open_output() -> None:
    """Let no character that the terminal's encoding lacks end the program."""
    for stream in (sys.stdout, sys.stderr):
        # Tests and other programs put objects here that have no encoding.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def complain(sentence: str, code: int = 2) -> int:
    """Say on standard error, in one line, what is wrong; the exit code that goes with it."""
    print(f"dockwarden: {inert(sentence)}", file=sys.stderr)
    return code


def line(document: dict[str, Any]) -> None:
    """Print a JSON object on one line of ASCII."""
    print(json.dumps(document, ensure_ascii=True, separators=(", ", ": ")))


def columns(rows: Sequence[Sequence[str]], indent: str = "  ") -> list[str]:
    """Rows of inert text as lines, the columns aligned; the last column is as long as it is."""
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    return [
        indent + "  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
