"""What is said about one stop or failure, and how text of an event gets into it."""

from dataclasses import dataclass
from typing import Final

from dockwarden.causes.vocabulary import Cause

_LONGEST_QUOTE: Final = 200
_LONGEST_NAME: Final = 80


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """Why something stopped or failed: the cause, a sentence for people, what says so, and what to do next.

    ``container`` is the one that decides, as the event names it. ``certain`` is False for a guess: the text
    was cut, or the event does not say which of several containers ended the task.
    """

    cause: Cause
    sentence: str
    evidence: tuple[str, ...]
    next_step: str
    container: str | None = None
    certain: bool = True


def quoted(text: str) -> str:
    """The text of an event as one printable line in quotation marks, at most 200 characters of it."""
    printable = "".join(char if char.isprintable() else " " for char in text[: 2 * _LONGEST_QUOTE])
    line = " ".join(printable.split())
    return f'"{line}"' if len(line) <= _LONGEST_QUOTE else f'"{line[: _LONGEST_QUOTE - 1]}…"'


def named(name: str) -> str:
    """The name of a container or service as it may stand in a sentence: only the characters that ECS allows."""
    cut = name if len(name) <= _LONGEST_NAME else name[: _LONGEST_NAME - 1] + "…"
    return f"'{''.join(char if _in_names(char) else '?' for char in cut)}'"


def _in_names(char: str) -> bool:
    return char in "-_…" or (char.isascii() and char.isalnum())
