"""A decision as a record that can be replayed: the event, every fact that was asked, and the answers."""

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from typing import Any

from dockwarden.events.parse import Event
from dockwarden.facts.unknown import NotRead
from dockwarden.ledger.records import stamp


class Recorder:
    """Facts that write down what they were asked and what they answered; `unread` is what could not be read."""

    def __init__(self, facts: Mapping[type, object]) -> None:
        self.asked: list[dict[str, Any]] = []
        self.unread: list[NotRead] = []
        self.answers: Mapping[type, object] = {
            protocol: _Recorded(protocol.__name__, answering, self) for protocol, answering in facts.items()
        }


class _Recorded:
    """One facts object behind a recorder."""

    def __init__(self, name: str, answering: object, recorder: Recorder) -> None:
        self._name, self._answering, self._recorder = name, answering, recorder

    def __getattr__(self, method: str) -> Callable[..., object]:
        def ask(*arguments: object) -> object:
            answer = getattr(self._answering, method)(*arguments)
            if isinstance(answer, NotRead):
                self._recorder.unread.append(answer)
            self._recorder.asked.append(
                {"fact": f"{self._name}.{method}", "of": plain(arguments), "answer": plain(answer)}
            )
            return answer

        return ask


def plain(value: object) -> Any:
    """A value as JSON can hold it; an envelope loses its detail, which may carry environment values."""
    if isinstance(value, datetime):
        return stamp(value)
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: plain(getattr(value, f.name)) for f in fields(value) if f.name != "detail"}
    if isinstance(value, Mapping):
        # JSON's keys are texts: what has others is kept as pairs.
        texts = all(isinstance(key, str) for key in value)
        pairs = [(plain(key), plain(item)) for key, item in value.items()]
        return dict(pairs) if texts else [list(pair) for pair in pairs]
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        return {name: plain(part) for name, part in value._asdict().items()}
    if isinstance(value, tuple | list):
        return [plain(item) for item in value]
    return value if isinstance(value, str | int | float | bool | None) else str(value)


def about(event: Event, asked: list[dict[str, Any]]) -> dict[str, Any]:
    """The transcript of a decision about an event."""
    return {"event": {"class": type(event).__name__, **plain(event)}, "facts": asked}
