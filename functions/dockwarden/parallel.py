"""Work on several things that do not depend on each other, side by side."""

from collections.abc import Callable, Sequence
from typing import TypeVar

_WORKERS = 16
_T = TypeVar("_T")
_R = TypeVar("_R")


def side_by_side(work: Callable[[_T], _R], items: Sequence[_T], workers: int = _WORKERS) -> list[_R]:
    """The results of work on each item, in their order; the first error of any is raised.

    Worth it for calls that wait for the network, not for computing.
    """
    if len(items) <= 1:
        return [work(item) for item in items]
    # Imported late: one event alone, the usual case, needs no threads.
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415

    with ThreadPoolExecutor(min(workers, len(items))) as pool:
        return list(pool.map(work, items))
