"""Reads of AWS that end: in a value, in NotRead with AWS's code, or at a deadline."""

from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from threading import Lock
from time import monotonic, sleep
from typing import Generic, TypeVar

from botocore.exceptions import ClientError

from dockwarden.aws.errors import AWS_ERRORS, code, passing
from dockwarden.errors import DockwardenError
from dockwarden.facts.unknown import NotRead

_WITHIN_A_BATCH = 25.0  # of the 60 s that the function of the lane has
_T = TypeVar("_T")


class TooLateError(DockwardenError):
    """A deadline passed before everything was read."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        super().__init__(f"no answer within {seconds:g} s")


class UnreadableError(DockwardenError):
    """AWS answered, and its answer says that there is nothing to read."""


class Deadline:
    """A point in time after which nothing more is asked; it cannot end a call that is under way."""

    def __init__(
        self, seconds: float, now: Callable[[], float] = monotonic, rest: Callable[[float], None] = sleep
    ) -> None:
        self.seconds = seconds
        self._now = now
        self._rest = rest
        self._end = now() + seconds

    def left(self) -> float:
        """The seconds that are left, 0 when it has passed."""
        return max(0.0, self._end - self._now())

    def check(self) -> None:
        """Raise TooLateError when it has passed."""
        if self.left() == 0:
            raise TooLateError(self.seconds)

    def pause(self, seconds: float) -> None:
        """Wait, as a rate of calls wants it; TooLateError where that would be past the deadline."""
        if self.left() <= seconds:
            raise TooLateError(self.seconds)
        self._rest(seconds)


class Batch:
    """A batch of events, whose questions together have a deadline; before the first one there is none."""

    def __init__(self, deadline: Callable[[float], Deadline] = Deadline) -> None:
        self._deadline = deadline
        self._all: Deadline | None = None

    def begin(self) -> None:
        """Begin a batch: from here on all questions together have a deadline of their own."""
        self._all = self._deadline(_WITHIN_A_BATCH)

    def until(self, within: float) -> Deadline:
        """The deadline of one question that may take some seconds."""
        left = self._all.left() if self._all is not None else within
        return self._deadline(min(within, left))


class Once(Generic[_T]):
    """A read that several threads need and one of them makes; what it answers or raises, all of them get."""

    def __init__(self, work: Callable[[], _T]) -> None:
        self._work = work
        self._lock = Lock()
        self._made: Future[_T] = Future()

    def __call__(self) -> _T:
        """The answer, which the first to ask has to wait for."""
        with self._lock:
            if not self._made.done():
                try:
                    self._made.set_result(self._work())
                except (DockwardenError, *AWS_ERRORS) as error:
                    self._made.set_exception(error)
        return self._made.result()


def asked(work: Callable[[], _T]) -> _T | NotRead:
    """What a read answers, or NotRead with the operation and AWS's code."""
    try:
        return work()
    except AWS_ERRORS as error:
        operation = f"{error.operation_name}: " if isinstance(error, ClientError) else ""
        return NotRead(operation + code(error), passing(error))
    except (TooLateError, UnreadableError) as error:
        return NotRead(str(error))


def together(asks: Mapping[str, Callable[[], object]], deadline: Deadline) -> dict[str, object]:
    """The answers of several reads side by side; NotRead for those that are not there at the deadline.

    A call that is still under way is left to its own timeouts, and nobody waits for it.
    """
    pool = ThreadPoolExecutor(max(1, len(asks)))
    try:
        futures = {name: pool.submit(asked, work) for name, work in asks.items()}
        wait(futures.values(), timeout=deadline.left())
        return {name: _answer(future, deadline) for name, future in futures.items()}
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _answer(future: Future[object], deadline: Deadline) -> object:
    return future.result() if future.done() else NotRead(str(TooLateError(deadline.seconds)))
