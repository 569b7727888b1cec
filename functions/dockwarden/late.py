"""Things that are made when they are first asked for, because most events ask for few of them."""

from collections.abc import Callable, Iterator, Mapping
from typing import TypeVar

_K = TypeVar("_K")
_V = TypeVar("_V")


class Late(Mapping[_K, _V]):
    """A mapping that makes each of its values once, when it is first asked for."""

    def __init__(self, makers: Mapping[_K, Callable[[], _V]]) -> None:
        self._makers = makers
        self._made: dict[_K, _V] = {}

    def __getitem__(self, key: _K) -> _V:
        if key not in self._made:
            self._made[key] = self._makers[key]()
        return self._made[key]

    def __contains__(self, key: object) -> bool:
        return key in self._makers

    def __iter__(self) -> Iterator[_K]:
        return iter(self._makers)

    def __len__(self) -> int:
        return len(self._makers)
