"""Facts as they were: what a transcript says was asked is answered as it was then, and nothing else is known."""

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any, get_type_hints

from dockwarden.facts.unknown import NotRead
from dockwarden.runtime.restoring import NotRestoredError, restored
from dockwarden.runtime.transcript import plain

NOT_ASKED = NotRead("it was not asked then")


def recorded_facts(asked: Iterable[Mapping[str, Any]], protocols: Iterable[type]) -> Mapping[type, object]:
    """An object for each protocol that answers by a transcript's facts."""
    answers: dict[tuple[str, str], Any] = {}
    for one in asked:
        # Asked twice, the first answer stands: it is what the decision began with.
        answers.setdefault((str(one.get("fact")), _key(one.get("of"))), one.get("answer"))
    return {protocol: _Recorded(protocol, answers) for protocol in protocols}


class _Recorded:
    """One protocol's answers."""

    def __init__(self, protocol: type, answers: Mapping[tuple[str, str], Any]) -> None:
        self._protocol = protocol
        self._answers = answers

    def __getattr__(self, method: str) -> Callable[..., object]:
        return lambda *arguments: self._answer(method, arguments)

    def _answer(self, method: str, arguments: tuple[object, ...]) -> object:
        question = (f"{self._protocol.__name__}.{method}", _key(plain(arguments)))
        if question not in self._answers:
            return NOT_ASKED
        try:
            declared = get_type_hints(getattr(self._protocol, method))["return"]
            return restored(self._answers[question], declared)
        except (NotRestoredError, AttributeError, KeyError) as error:
            return NotRead(f"what was read then means nothing to this version ({error})")


def _key(arguments: object) -> str:
    return json.dumps(arguments, sort_keys=True)
