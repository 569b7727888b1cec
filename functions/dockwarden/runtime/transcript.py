"""A decision as a record that can be replayed: the event, every fact that was asked, and the answers."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import datetime
from functools import cache
from types import NoneType
from typing import Any

from dockwarden.events.parse import Event
from dockwarden.facts.services import ServiceRef
from dockwarden.facts.unknown import NotRead
from dockwarden.ledger.records import stamp

_PLAIN = (str, int, float, bool, NoneType)


class Recorder:
    """Facts that write down what they were asked and what they answered; `unread` is what could not be read."""

    def __init__(self, *facts: Mapping[type, object]) -> None:
        self.asked: list[dict[str, Any]] = []
        self.unread: list[NotRead] = []
        self.answers: Mapping[type, object] = _Answers(facts, self)
        self._about: str | None = None
        self._named: set[str] = set()
        self._unread_of: list[tuple[str | None, NotRead]] = []

    def note(self, arguments: Sequence[object], answer: object) -> None:
        """Note which service a question is about, by what it names, and whether it was answered.

        What names none is about the one that was named last; what names many is about all.
        """
        alone, listed = _services(arguments)
        if alone or listed:
            self._about = alone[0] if alone else None
            self._named.update(alone + listed)
        if isinstance(answer, NotRead):
            self.unread.append(answer)
            self._unread_of.append((self._about, answer))

    def unread_of(self, subject: str) -> list[NotRead]:
        """What could not be read that matters to a decision about a subject: of other services nothing does.

        Of a subject that is no service anything may.
        """
        if subject not in self._named:
            return self.unread
        return [fact for about, fact in self._unread_of if about in (None, subject)]


class _Answers(Mapping[type, object]):
    """The facts behind a recorder, of several mappings the first that has them."""

    def __init__(self, facts: Sequence[Mapping[type, object]], recorder: Recorder) -> None:
        self._facts, self._recorder = facts, recorder

    def __getitem__(self, protocol: type) -> object:
        for facts in self._facts:
            if protocol in facts:
                return _Recorded(protocol.__name__, facts[protocol], self._recorder)
        raise KeyError(protocol)

    def __iter__(self) -> Iterator[type]:
        return iter({protocol: None for facts in self._facts for protocol in facts})

    def __len__(self) -> int:
        return sum(1 for _ in self)


class _Recorded:
    """One facts object behind a recorder."""

    def __init__(self, name: str, answering: object, recorder: Recorder) -> None:
        self._name, self._answering, self._recorder = name, answering, recorder

    def __getattr__(self, method: str) -> Callable[..., object]:
        def ask(*arguments: object) -> object:
            answer = getattr(self._answering, method)(*arguments)
            self._recorder.note(arguments, answer)
            self._recorder.asked.append(
                {"fact": f"{self._name}.{method}", "of": plain(arguments), "answer": plain(answer)}
            )
            return answer

        return ask


def _services(arguments: Sequence[object]) -> tuple[list[str], list[str]]:
    """The names of the services in the arguments of a question: alone, and in lists."""
    lists = [one for one in arguments if isinstance(one, list | tuple)]
    alone = [one.name for one in arguments if isinstance(one, ServiceRef)]
    return alone, [ref.name for one in lists for ref in one if isinstance(ref, ServiceRef)]


def plain(value: object) -> Any:
    """A value as JSON can hold it; an envelope loses its detail, which may carry environment values."""
    if isinstance(value, _PLAIN):
        return value
    if isinstance(value, datetime):
        return stamp(value)
    if is_dataclass(value) and not isinstance(value, type):
        return {name: plain(getattr(value, name)) for name in _told(type(value))}
    if isinstance(value, Mapping):
        # JSON's keys are texts: what has others is kept as pairs.
        texts = all(isinstance(key, str) for key in value)
        pairs = [(plain(key), plain(item)) for key, item in value.items()]
        return dict(pairs) if texts else [list(pair) for pair in pairs]
    return _plain_items(value) if isinstance(value, tuple | list) else str(value)


def _plain_items(value: tuple[object, ...] | list[object]) -> Any:
    """A list, or by its names what has some."""
    if hasattr(value, "_asdict"):
        return {name: plain(part) for name, part in value._asdict().items()}
    return [plain(item) for item in value]


@cache
def _told(kind: type) -> tuple[str, ...]:
    """The fields of a dataclass that belong into a transcript."""
    return tuple(field.name for field in fields(kind) if field.name != "detail")


def about(event: Event, asked: list[dict[str, Any]]) -> dict[str, Any]:
    """The transcript of a decision about an event."""
    return {"event": {"class": type(event).__name__, **plain(event)}, "facts": asked}
