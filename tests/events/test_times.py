from datetime import UTC, datetime

import pytest

from dockwarden.events.times import as_time

MOMENT = datetime(2026, 12, 3, 18, 2, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "2026-12-03T18:02:30Z",
        "2026-12-03T18:02:30.000Z",
        "2026-12-03T18:02:30.0000009Z",
        "2026-12-03T20:02:30+02:00",
        "2026-12-03T18:02:30.000+0000",
        "2026-12-03T18:02:30",
        "Thu, 03 Dec 2026 18:02:30 GMT",
        "Thu, 3 Dec 2026 20:02:30 +0200",
        "Thu Dec 03 18:02:30.000 UTC 2026",
        "Thu Dec 03 18:02:30 UTC 2026",
        "Dec 3, 2026, 6:02:30 PM",
        "Dec 3, 2026, 6:02:30\u202fPM",
    ],
)
def test_every_form_that_aws_sends_is_the_same_moment(text: str) -> None:
    """EventBridge, CloudWatch, Health and Inspector each write times in their own way."""
    assert as_time(text) == MOMENT


def test_fractions_are_kept() -> None:
    """The order of two events of one second can be told where AWS tells it."""
    assert as_time("2026-12-03T18:02:30.991Z") == MOMENT.replace(microsecond=991000)
    assert as_time("Thu Dec 03 18:02:30.991 UTC 2026") == MOMENT.replace(microsecond=991000)


@pytest.mark.parametrize(("text", "hour"), [("12:02:30 AM", 0), ("12:02:30 PM", 12), ("1:02:30 AM", 1)])
def test_noon_and_midnight_are_not_confused(text: str, hour: int) -> None:
    """The twelve o'clock of a twelve-hour clock comes first in its half."""
    assert as_time(f"Dec 3, 2026, {text}") == MOMENT.replace(hour=hour)


@pytest.mark.parametrize(
    "value",
    [
        *(
            None,
            True,
            0,
            1796320950,
            1.5,
            [],
            {},
            "",
            "<now>",
            "yyyy-mm-ddThh:mm:ssZ",
            "2026-12-03",
            "2026-W49-4",
        ),
        *(
            "2026-13-03T18:02:30Z",
            "2026-12-03T25:02:30Z",
            "Dec 3, 2026, 13:02:30 PM",
            "Dex 3, 2026, 1:02:30 PM",
        ),
        *(
            "0001-01-01T00:00:00+05:00",
            "9999-12-31T23:00:00-05:00",
            "Mon Feb 30 10:10:10 UTC 2026",
            "\ud800T" * 9,
        ),
    ],
)
def test_what_names_no_moment_is_none(value: object) -> None:
    """Placeholders, impossible days and other types are missing times, no errors."""
    assert as_time(value) is None
