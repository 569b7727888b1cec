"""The machine: drydock, a whole Dockwarden around it, and everything that may happen to both, in any order."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

import pytest

from dockwarden.aws import fleet, instance_status, roster, services
from dockwarden.ledger import index, ledger
from dockwarden.runtime import acting, telemetry
from tests.fuzz.base import BrokenInvariantError
from tests.fuzz.counting import Counts
from tests.fuzz.rules_answers import AnswerRules
from tests.fuzz.rules_people import PeopleRules
from tests.fuzz.sequences import run_sequences

STEPS = 40
_SIDE_BY_SIDE = (fleet, instance_status, roster, services, index, acting)
_T = TypeVar("_T")
_R = TypeVar("_R")


class SafetyMachine(PeopleRules, AnswerRules):
    """All rules together."""


def run_machine(sequences: int, *, shrink: bool = True, seed: int | None = None) -> Counts:
    """Run so many sequences of forty steps; raises BrokenInvariantError for the smallest that breaks something.

    Without a seed they are the same in every run.
    """
    counts = Counts()

    class Counted(SafetyMachine):
        """The machine with counts of its own."""

    Counted.counts = counts
    with in_one_thread():
        run_sequences(Counted, sequences, STEPS, shrink=shrink, seed=seed)
    return counts


@contextmanager
def in_one_thread() -> Iterator[None]:
    """The same order of calls in every run, and no waiting: what is done side by side is done one after another."""
    with pytest.MonkeyPatch.context() as patch:
        for module in _SIDE_BY_SIDE:
            patch.setattr(module, "side_by_side", one_after_another)
        for waiting in (ledger, instance_status):
            patch.setattr(waiting, "sleep", _nothing)
        for quiet in ("info", "warning"):
            patch.setattr(telemetry.logger, quiet, _nothing)
        patch.setattr(telemetry.logger, "error", _failed)
        patch.setattr(telemetry.metrics, "add_metric", _nothing)
        yield


def one_after_another(work: Callable[[_T], _R], items: Sequence[_T], _workers: int = 0) -> list[_R]:
    """What `side_by_side` does, without threads."""
    return [work(item) for item in items]


def _nothing(*_args: object, **_named: object) -> None:
    """Wait for nothing, write nothing."""


def _failed(said: object, extra: object = None) -> None:
    """What is logged as an error is one: nothing that is delivered here is malformed."""
    raise BrokenInvariantError([f"13: {said}: {extra}"])
