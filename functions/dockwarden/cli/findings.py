"""What `check` found: one sentence each, and what to do about it."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from dockwarden.aws.errors import AWS_ERRORS, code
from dockwarden.cli.account import AccountError
from dockwarden.cli.installation import Installation
from dockwarden.errors import DockwardenError, LedgerUnavailableError

_NOT_THERE = re.compile("NotFound|NonExistent|NoSuch|DoesNotExist")


class Level(StrEnum):
    """How bad it is; FAIL means that something does not work."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at; `todo` is what to do, None where nothing is."""

    level: Level
    about: str
    sentence: str
    todo: str | None = None


Check: TypeAlias = Callable[[Installation], Iterator[Finding]]


def ok(about: str, sentence: str) -> Finding:
    """Nothing to do."""
    return Finding(Level.OK, about, sentence)


def warn(about: str, sentence: str, todo: str) -> Finding:
    """Something that works, but perhaps not as it is meant."""
    return Finding(Level.WARN, about, sentence, todo)


def fail(about: str, sentence: str, todo: str) -> Finding:
    """Something that does not work."""
    return Finding(Level.FAIL, about, sentence, todo)


def findings_of(about: str, check: Check, installation: Installation) -> Iterator[Finding]:
    """The findings of a check; where AWS refuses a read, that is said and the other checks go on (invariant 68)."""
    try:
        yield from check(installation)
    except AccountError as error:
        yield _unread(about, error.code)
    except LedgerUnavailableError as error:
        yield _unread(about, error.why)
    except AWS_ERRORS as error:
        yield _unread(about, code(error))
    except DockwardenError as error:
        yield fail(about, str(error), "repair what it names, then check again")


def _unread(about: str, why: str) -> Finding:
    """Something that AWS did not answer: unknown where it may pass or is not allowed, else a failure."""
    if _NOT_THERE.search(why):
        todo = "something of the stack is gone or was changed by hand; deploy again"
        return fail(about, f"AWS does not find what the stack made: {why}", todo)
    return warn(about, f"not read: {why}", "look by hand, or allow your own role to read it")
