"""A transcript is enough to decide again: what was recorded answers as it did, and nothing else is known."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, datetime
from enum import Enum
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dockwarden.causes.vocabulary import Cause
from dockwarden.cli.replaying.recorded import NOT_ASKED, recorded_facts
from dockwarden.events.parse import Event, UnknownEvent, parse
from dockwarden.facts.fleet import ContainerInstance, Fleet
from dockwarden.facts.unknown import NotRead
from dockwarden.playbook import Playbook, registry, settings_of
from dockwarden.runtime.restoring import NotRestoredError, restored, restored_event
from dockwarden.runtime.transcript import Recorder, about, plain
from tests.events.samples import NAMES, load

EVENTS = {name: event for name in NAMES if not isinstance(event := parse(load(name)), UnknownEvent)}
HEARD = [(p.name, name) for p in registry().values() for name, event in EVENTS.items() if p.hears(event)]
TIMES = st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
TEXTS = st.sampled_from(["", "a", "web", "ACTIVE", "2026-11-20T06:00:00.000000Z", "naïve \N{ESCAPE}[31m"])


def values(hint: Any, name: str = "") -> st.SearchStrategy[Any]:
    """Values of a type hint, of a few items, some of them odd."""
    if name == "cause":
        return st.sampled_from([str(cause) for cause in Cause])
    if hint is None:
        return st.none()
    if isinstance(hint, type) and (is_dataclass(hint) or hasattr(hint, "_fields")):
        hints = get_type_hints(hint)
        names = [f.name for f in fields(hint)] if is_dataclass(hint) else list(hints)
        return st.builds(hint, **{name: values(hints[name], name) for name in names})
    if isinstance(hint, type) and issubclass(hint, Enum):
        return st.sampled_from(hint)
    simple = {
        str: TEXTS,
        int: st.integers(-3, 400),
        bool: st.booleans(),
        datetime: TIMES,
        float: st.floats(0, 900),
        type(None): st.none(),
    }
    return simple[hint] if hint in simple else _of_several(get_origin(hint), get_args(hint))


def _of_several(origin: Any, inside: tuple[Any, ...]) -> st.SearchStrategy[Any]:
    if origin in (Union, UnionType):
        return st.one_of([values(one) for one in inside])
    if origin is tuple and inside[-1] is ...:
        return st.lists(values(inside[0]), max_size=3).map(tuple)
    if origin is tuple:
        return st.tuples(*map(values, inside))
    if origin is list:
        return st.lists(values(inside[0]), max_size=3)
    return st.dictionaries(values(inside[0]), values(inside[1]), max_size=2)


class Drawn:
    """Answers each question of a protocol with whatever its type allows, the same question always alike."""

    def __init__(self, protocol: type, draw: Callable[[st.SearchStrategy[Any]], Any]) -> None:
        self._protocol, self._draw, self._known = protocol, draw, dict[str, Any]()

    def __getattr__(self, method: str) -> Callable[..., Any]:
        def answer(*arguments: Any) -> Any:
            key = f"{method} {arguments!r}"
            if key not in self._known:
                hint = get_type_hints(getattr(self._protocol, method))["return"]
                self._known[key] = self._draw(values(hint))
            return self._known[key]

        return answer


def decided(playbook: Playbook, event: Event, facts: Mapping[type, object]) -> object:
    """The decision, or the kind of error that odd facts led to: that must be the same, too."""
    try:
        return playbook(event, facts, settings_of(playbook, {}))
    except (ValueError, TypeError, KeyError, OverflowError) as error:
        return type(error)


@pytest.mark.parametrize(("name", "sample"), HEARD)
@settings(max_examples=15)
@given(data=st.data())
def test_a_decision_replayed_from_its_transcript_is_the_same_decision(
    name: str, sample: str, data: st.DataObject
) -> None:
    """Every playbook, every sample event that it hears, facts of every shape: through JSON, as DynamoDB keeps it."""
    playbook, event = registry()[name], EVENTS[sample]
    protocols: Iterable[type] = set(playbook.reads.values())
    recorder = Recorder({protocol: Drawn(protocol, data.draw) for protocol in sorted(protocols, key=repr)})
    original = decided(playbook, event, recorder.answers)
    transcript = json.loads(json.dumps(about(event, recorder.asked)))
    again = restored_event(transcript["event"])
    assert decided(playbook, again, recorded_facts(transcript["facts"], protocols)) == original


@pytest.mark.parametrize("sample", EVENTS)
def test_an_event_is_restored_with_every_field_but_its_detail(sample: str) -> None:
    """The detail may hold values of environment variables, so that no transcript keeps it (invariant 71)."""
    event: Any = EVENTS[sample]
    without = replace(event, envelope=replace(event.envelope, detail={}))
    assert restored_event(json.loads(json.dumps(about(event, [])))["event"]) == without


def test_a_question_that_was_not_asked_then_has_no_answer_now() -> None:
    facts: Any = recorded_facts([], [Fleet])[Fleet]
    assert facts.container_instances("i-0aa") == NOT_ASKED


def test_an_answer_that_this_version_cannot_understand_is_not_read_and_says_why() -> None:
    asked = [{"fact": "Fleet.container_instances", "of": ["i-0aa"], "answer": [{"colour": "red"}]}]
    facts: Any = recorded_facts(asked, [Fleet])[Fleet]
    answer = facts.container_instances("i-0aa")
    assert isinstance(answer, NotRead)
    assert "means nothing to this version" in answer.why


def test_the_first_of_two_answers_to_one_question_stands() -> None:
    asked = [{"fact": "Fleet.listed_cluster", "of": ["a"], "answer": found} for found in ("first", "second")]
    facts: Any = recorded_facts(asked, [Fleet])[Fleet]
    assert facts.listed_cluster("a") == "first"


def test_an_optional_field_that_an_older_version_did_not_write_is_none_and_another_one_is_refused() -> None:
    seen = ContainerInstance("arn", "cluster", "i-0aa", "ACTIVE", 3)
    written = plain(seen)
    del written["version"]
    assert restored(written, ContainerInstance) == replace(seen, version=None)
    del written["status"]
    with pytest.raises(NotRestoredError):
        restored(written, ContainerInstance)
