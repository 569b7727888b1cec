"""What is said about one stop or failure, and how text of an event gets into it."""

from typing import Final, NamedTuple

from dockwarden.causes.vocabulary import Cause

_LONGEST_QUOTE: Final = 200
_READ: Final = 4096  # of an endless text only so much is looked at
_LONGEST_NAME: Final = 80


# Tuples, not dataclasses: making the class costs a cold start a third as much.
class Said(NamedTuple):
    """A text of an event with the words that introduce it; as a string it is quoted, without secrets."""

    introduction: str
    text: str

    def __str__(self) -> str:
        return f"{self.introduction} {quoted(self.text)}"

    def __repr__(self) -> str:
        return f"Said({self.introduction!r})"


class Diagnosis(NamedTuple):
    """Why something stopped or failed: the cause, a sentence for people, what says so, and what to do next.

    ``container`` is the one that decides, as the event names it. ``certain`` is False for a guess: the text
    was cut, or the event does not say which of several containers ended the task.
    """

    cause: Cause
    sentence: str
    grounds: tuple[Said | str, ...]
    next_step: str
    container: str | None = None
    certain: bool = True

    @property
    def evidence(self) -> tuple[str, ...]:
        """What says so, in words that can be shown."""
        # Only here are texts quoted: of most events nobody is told anything.
        return tuple(map(str, self.grounds))


def quoted(text: str) -> str:
    """The text of an event as one printable line in quotation marks, without secrets, at most 200 characters of it."""
    from dockwarden.redaction import redact  # noqa: PLC0415  costs time that an event which tells nothing has not

    # Redacted before it is cut: half a token is no longer known as one.
    shown = redact(text if len(text) <= _READ else _whole_words(text[:_READ]))
    printable = "".join(char if char.isprintable() else " " for char in shown)
    line = " ".join(printable.split())
    cut = len(line) > _LONGEST_QUOTE or len(text) > _READ
    return f'"{line[: _LONGEST_QUOTE - 1]}…"' if cut else f'"{line}"'


def _whole_words(cut: str) -> str:
    """A text without its last word, of which only half may be there."""
    *words, _ = cut.rsplit(maxsplit=1)
    return words[0] if words else cut


def named(name: str) -> str:
    """The name of a container or service as it may stand in a sentence: only the characters that ECS allows."""
    cut = name if len(name) <= _LONGEST_NAME else name[: _LONGEST_NAME - 1] + "…"
    return f"'{''.join(char if _in_names(char) else '?' for char in cut)}'"


def _in_names(char: str) -> bool:
    return char in "-_…" or (char.isascii() and char.isalnum())
