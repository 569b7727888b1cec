import pytest

from dockwarden.errors import MalformedEventError
from dockwarden.events.parse import Event, UnknownEvent, event_class, known, parse
from tests.events import samples


def read(raw: object) -> Event | UnknownEvent | None:
    """Parse, with None for a malformed event; any other error fails the test."""
    try:
        return parse(raw)
    except MalformedEventError:
        return None


@pytest.mark.parametrize("name", samples.NAMES)
def test_every_sample_is_a_known_event_of_its_class(name: str) -> None:
    """No sample is unknown or malformed, and the class says the same source and detail-type."""
    raw = samples.load(name)
    event = parse(raw)
    assert not isinstance(event, UnknownEvent)
    assert type(event) is event_class(raw["source"], raw["detail-type"])
    assert raw["source"] == event.SOURCE
    assert raw["detail-type"] in event.DETAIL_TYPES


def test_every_parser_has_a_sample() -> None:
    """A new parser cannot be added without showing an event that it reads."""
    shown = {(raw["source"], raw["detail-type"]) for raw in map(samples.load, samples.NAMES)}
    assert shown == set(known())


def test_every_sample_is_in_the_table_of_the_readme() -> None:
    """The table in events/README.md lists exactly the files that there are."""
    lines = (samples.ROOT / "README.md").read_text(encoding="utf-8").splitlines()
    listed = [line.split("`")[1].removesuffix(".json") for line in lines if line.startswith("| `")]
    assert sorted(listed) == sorted(samples.NAMES)


@pytest.mark.parametrize("name", samples.NAMES)
def test_every_sample_is_synthetic(name: str) -> None:
    """No real account's events are published with the project."""
    raw = samples.load(name)
    assert (raw["account"], raw["region"]) == ("111122223333", "eu-central-1")
    assert raw["time"].startswith("2026-")


@pytest.mark.parametrize("name", samples.NAMES)
def test_invariant_15_any_one_key_may_be_missing(name: str) -> None:
    """Deleting any node of any sample gives an event, an unknown one or MalformedEventError, nothing else."""
    raw = samples.load(name)
    for place in samples.places(raw):
        read(samples.without(raw, place))


@pytest.mark.parametrize("name", samples.NAMES)
def test_invariant_13_any_one_node_may_be_of_another_type(name: str) -> None:
    """Replacing any node by a value of another type gives an event, an unknown one or MalformedEventError."""
    raw = samples.load(name)
    for place in samples.places(raw):
        for changed in samples.retyped(raw, place):
            read(changed)


@pytest.mark.parametrize("name", samples.NAMES)
@pytest.mark.parametrize("key", ["id", "account", "region", "time", "version", "resources"])
def test_invariant_15_what_the_envelope_lacks_keeps_an_event_recognised(name: str, key: str) -> None:
    """Only where nothing but the resources names the service or the rest is an event without them malformed."""
    raw = samples.load(name)
    event = read(samples.without(raw, (key,)))
    only_named_there = raw["detail-type"] in ("ECS Service Action", "ECS Deployment State Change")
    assert (event is None) == (key == "resources" and only_named_there)
