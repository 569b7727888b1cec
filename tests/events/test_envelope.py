from datetime import UTC, datetime

import pytest

from dockwarden.events.envelope import UNREADABLE_REPLAY, Envelope, read_envelope
from tests.events import samples


def read(**changes: object) -> Envelope:
    """Return the envelope of a sample after some keys were changed."""
    return read_envelope({**samples.load("ec2/spot-warning-terminate"), **changes})


def test_an_envelope_keeps_what_eventbridge_says() -> None:
    """Nothing is lost or renamed on the way in."""
    raw = samples.load("ec2/spot-warning-terminate")
    assert read() == Envelope(
        source="aws.ec2",
        detail_type="EC2 Spot Instance Interruption Warning",
        id=raw["id"],
        account="111122223333",
        region="eu-central-1",
        time=datetime(2026, 11, 20, 9, 15, tzinfo=UTC),
        resources=(raw["resources"][0],),
        replay_name=None,
        detail=raw["detail"],
    )


def test_what_is_unreadable_in_an_envelope_is_none() -> None:
    """Neither a template's placeholder nor another type is an error."""
    envelope = read(id=7, account=None, region=["x"], time="<now>", resources={"a": 1})
    assert (envelope.id, envelope.account, envelope.region, envelope.time) == (None, None, None, None)
    assert envelope.resources == ()


def test_resources_keep_their_strings() -> None:
    """One bad item does not hide the others."""
    assert read(resources=[None, "arn:x", "", 3, "arn:y"]).resources == ("arn:x", "arn:y")


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (None, None),
        ("redo", "redo"),
        ("", UNREADABLE_REPLAY),
        (7, UNREADABLE_REPLAY),
        ({}, UNREADABLE_REPLAY),
    ],
)
def test_invariant_11_a_replay_is_seen_even_with_an_unreadable_name(value: object, name: str | None) -> None:
    """Whatever stands in replay-name, the event does not pass for a live one."""
    assert read(**{"replay-name": value}).replay_name == name


def test_invariant_71_the_repr_of_an_envelope_shows_no_detail() -> None:
    """Environment values in a detail cannot reach a log through a repr."""
    assert "hunter2" not in repr(read(detail={"password": "hunter2"}))


def test_an_envelope_is_a_value() -> None:
    """It can be a key, and equal events are equal."""
    assert len({read(), read(), read(id="other")}) == 2
