"""Freeze windows: what holds when, on whose clocks, and why."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dockwarden.errors import SettingsError
from dockwarden.facts.unknown import NotRead
from dockwarden.guard.calendars import Once, Recurring, Weekly, Window, Yearly
from dockwarden.guard.freeze_settings import deployed_freezes, read_freezes, written
from dockwarden.guard.freezes import alarms_of, freeze_tag, frozen, hands_off_tag, zones_of
from dockwarden.guard.whereabouts import Whereabouts

BERLIN = ZoneInfo("Europe/Berlin")
HOST = Whereabouts("prod", None, "i-1")
WEB = Whereabouts("prod", "web", "arn:web")
MINUTE = timedelta(minutes=1)


def entry(**changes: Any) -> dict[str, Any]:
    return {"name": "calm", "zone": "Europe/Berlin", **changes}


def moment(text: str, zone: ZoneInfo = BERLIN, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone, fold=fold).astimezone(UTC)


def why(
    table: Mapping[str, Any],
    now: datetime,
    where: Whereabouts = WEB,
    playbook: str = "spot_drain",
    alarms: Mapping[str, str | NotRead] | None = None,
) -> str | None:
    return frozen(read_freezes([table]), where, playbook, now, alarms or {})


ONCE = entry(**{"from": "2026-11-26T18:00", "until": "2026-11-30"})


def test_a_freeze_says_its_name_how_long_yet_and_until_when_on_both_clocks() -> None:
    """Whoever is held knows by whom and when it goes on, wherever they are."""
    assert why(ONCE, moment("2026-11-30T22:30")) == (
        'frozen by "calm" for 90 min yet, until Tue 01 Dec 2026, 00:00 Europe/Berlin (30 Nov 2026, 23:00 UTC)'
    )


@pytest.mark.parametrize(
    ("local", "held"),
    [
        ("2026-11-26T17:59", False),
        ("2026-11-26T18:00", True),
        ("2026-11-30T23:59", True),
        ("2026-12-01T00:00", False),
    ],
)
def test_a_one_off_freeze_begins_with_its_from_and_a_date_as_until_is_included(
    local: str, *, held: bool
) -> None:
    """Nobody who writes `until = 2026-11-30` means that it is over when that day begins."""
    assert (why(ONCE, moment(local)) is not None) is held


def test_dates_and_times_of_toml_mean_the_same_as_their_texts() -> None:
    """The settings file and the deployed JSON are read by one reader."""
    toml = entry(**{"from": datetime(2026, 11, 26, 18), "until": date(2026, 11, 30)})  # noqa: DTZ001
    assert read_freezes([toml]) == read_freezes([ONCE]) == deployed_freezes([written(toml)])


@pytest.mark.parametrize(
    ("weekly", "local", "held"),
    [
        ("Fri 17:00..Mon 08:00", "2026-11-20T16:59", False),
        ("Fri 17:00..Mon 08:00", "2026-11-20T17:00", True),
        ("Fri 17:00..Mon 08:00", "2026-11-23T07:59", True),
        ("Fri 17:00..Mon 08:00", "2026-11-23T08:00", False),
        ("Mon-Fri 22:00..06:00", "2026-11-21T05:59", True),
        ("Mon-Fri 22:00..06:00", "2026-11-21T22:00", False),
        ("sat, sun", "2026-11-22T23:59", True),
        ("sat, sun", "2026-11-23T00:00", False),
        ("Sun-Mon 10:00..24:00", "2026-11-23T23:59", True),
        ("Sun-Mon 10:00..24:00", "2026-11-24T00:00", False),
    ],
)
def test_a_weekly_freeze_holds_from_its_day_and_time_to_the_next_end(
    weekly: str, local: str, *, held: bool
) -> None:
    assert (why(entry(weekly=weekly), moment(local)) is not None) is held


@pytest.mark.parametrize(
    ("yearly", "local", "held"),
    [
        ("12-20..01-02", "2026-12-19T23:59", False),
        ("12-20..01-02", "2026-12-20T00:00", True),
        ("12-20..01-02", "2027-01-02T23:59", True),
        ("12-20..01-02", "2027-01-03T00:00", False),
        ("12-24", "2026-12-24T12:00", True),
        ("12-24", "2026-12-25T00:00", False),
        ("02-25..02-29", "2027-02-28T23:59", True),
        ("02-25..02-29", "2027-03-01T00:00", False),
        ("02-29..03-01", "2027-02-28T23:59", False),
        ("02-29..03-01", "2027-03-01T00:00", True),
        ("02-29..03-01", "2028-02-29T00:00", True),
    ],
)
def test_a_yearly_freeze_includes_both_of_its_days(yearly: str, local: str, *, held: bool) -> None:
    assert (why(entry(yearly=yearly), moment(local)) is not None) is held


def test_a_weekly_and_a_yearly_rule_hold_only_where_both_do() -> None:
    """`weekly` within `yearly`: the weekends of December."""
    table = entry(weekly="Sat,Sun", yearly="12-01..12-31")
    assert why(table, moment("2026-11-28T12:00")) is None
    assert why(table, moment("2026-12-04T12:00")) is None
    found = why(table, moment("2026-12-05T12:00"))
    assert found is not None
    assert "until Mon 07 Dec 2026, 00:00 Europe/Berlin" in found


def test_the_end_that_is_said_is_the_end_of_all_windows_that_touch() -> None:
    """Saturday alone would end at midnight, when Sunday freezes on."""
    found = why(entry(weekly="Sat,Sun"), moment("2026-11-21T12:00"))
    assert found is not None
    assert "until Mon 23 Nov 2026, 00:00" in found


def test_the_end_is_said_too_where_whole_weeks_are_frozen_within_a_part_of_the_year() -> None:
    """However many windows touch, the end is where a time is free."""
    found = why(entry(weekly="Mon-Sun", yearly="02-01..12-31"), moment("2026-02-01T12:00"))
    assert found is not None
    assert "until Fri 01 Jan 2027, 00:00 Europe/Berlin" in found
    read_freezes(
        [
            entry(weekly="Mon-Sat"),
            entry(name="y", yearly="03-01..02-28"),
            entry(name="z", weekly="Mon-Sun 00:00..23:59"),
        ]
    )


def once(start: str, end: str) -> Once:
    return Once("Europe/Berlin", Window(datetime.fromisoformat(start), datetime.fromisoformat(end)))


def test_a_time_that_the_clocks_skip_is_the_moment_at_which_they_jump() -> None:
    """On 29 March 2026 no clock in Berlin shows 02:30."""
    jump = datetime(2026, 3, 29, 1, tzinfo=UTC)
    begins, ends = once("2026-03-29 02:30", "2026-03-29 05:00"), once("2026-03-29 00:00", "2026-03-29 02:30")
    assert begins.until(jump - MINUTE) is None
    assert begins.until(jump) == moment("2026-03-29 05:00")
    assert ends.until(jump - MINUTE) == jump
    assert ends.until(jump) is None
    assert once("2026-03-29 02:10", "2026-03-29 02:50").until(jump) is None


def test_a_time_that_the_clocks_show_twice_begins_with_the_first_and_ends_with_the_second() -> None:
    """On 25 October 2026 every clock in Berlin shows 02:30 two times; the freeze is the longer one."""
    window = once("2026-10-25 02:30", "2026-10-25 02:40")
    first, second = (moment("2026-10-25 02:30", fold=fold) for fold in (0, 1))
    assert second - first == timedelta(hours=1)
    assert window.until(first - MINUTE) is None
    assert window.until(first) == second + 10 * MINUTE
    assert window.until(second + 10 * MINUTE) is None


# Half an hour, southern, a change at midnight, the date line, none at all, and a zone without names.
ZONES = (
    "Europe/Berlin",
    "Australia/Lord_Howe",
    "America/Santiago",
    "Africa/Cairo",
    "Pacific/Auckland",
    "UTC",
    "Asia/Tokyo",
)
CHANGES = [
    *(
        date(2026, month, day)
        for month, day in ((3, 29), (4, 5), (4, 24), (9, 6), (9, 27), (10, 4), (10, 25), (10, 30))
    ),
    *(date(2026, 12, 31), date(2027, 1, 1), date(2028, 2, 29), date(2027, 2, 28)),
]
MINUTES = st.integers(0, 24 * 60 - 1)


def brute_force(zone: ZoneInfo, windows: list[Window], now: datetime) -> bool:
    """By looking at the clocks minute by minute: have they shown the beginning, and will they yet show the end?"""

    def shown(at: datetime) -> datetime:
        return at.astimezone(zone).replace(tzinfo=None)

    for window in windows:
        around = [now + n * MINUTE for n in range(-150, 151)]
        begun = any(shown(at) >= window.start for at in around if at <= now)
        ahead = [at for at in around if at >= now]
        if begun and (shown(now) < window.end or any(shown(at) <= window.end for at in ahead[1:])):
            return True
    return False


@given(
    zone=st.sampled_from(ZONES),
    day=st.sampled_from(CHANGES),
    near=st.integers(-36 * 60, 36 * 60),
    days=st.frozensets(st.integers(0, 6), min_size=1),
    start=MINUTES,
    length=st.integers(1, 7 * 24 * 60),
)
@settings(max_examples=150, deadline=None)
def test_a_weekly_freeze_equals_a_scan_of_the_clocks_minute_by_minute(
    *, zone: str, day: date, near: int, days: frozenset[int], start: int, length: int
) -> None:
    """Around every change of the clocks, whatever its kind, nothing is frozen too little or too much."""
    now = datetime.combine(day, time(), UTC) + near * MINUTE
    rule = Weekly(days, start * MINUTE, length * MINUTE)
    windows = []
    for ahead in range(-10, 4):
        first = datetime.combine(day + timedelta(days=ahead), time())
        if first.weekday() in days:
            windows.append(Window(first + rule.start, first + rule.start + rule.length))
    held = Recurring(zone, weekly=rule).until(now) is not None
    assert held is brute_force(ZoneInfo(zone), windows, now)


@given(zone=st.sampled_from(ZONES), first=st.dates(date(2028, 1, 1), date(2028, 12, 31)),
       last=st.dates(date(2028, 1, 1), date(2028, 12, 31)),
       minute=st.integers(0, 3 * 366 * 24 * 60))  # fmt: skip
@settings(max_examples=150, deadline=None)
def test_a_yearly_freeze_equals_a_look_at_the_calendar(
    zone: str, first: date, last: date, minute: int
) -> None:
    """Month and day on the clocks of the zone decide, and nothing else."""
    now = datetime(2026, 1, 1, tzinfo=UTC) + minute * MINUTE
    start, end = (first.month, first.day), (last.month, last.day)
    today = now.astimezone(ZoneInfo(zone))
    shown = (today.month, today.day)
    inside = start <= shown <= end if start <= end else shown >= start or shown <= end
    assert (Recurring(zone, yearly=Yearly(start, end)).until(now) is not None) is inside


@given(now=st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1)), days=st.frozensets(st.integers(0, 6), min_size=1, max_size=5))  # fmt: skip  # noqa: DTZ001
@settings(max_examples=100, deadline=None)
def test_the_end_that_is_said_is_the_first_moment_that_is_free(now: datetime, days: frozenset[int]) -> None:
    """A person who waits until then does not wait in vain, and not too long."""
    rule = Recurring("Europe/Berlin", weekly=Weekly(days, timedelta(hours=1), timedelta(hours=24)))
    at = now.replace(tzinfo=UTC)
    end = rule.until(at)
    if end is not None:
        assert rule.until(end) is None
        assert rule.until(end - timedelta(microseconds=1)) == end


ALARM = {"name": "calm", "alarm": "prod-5xx"}


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("ALARM", 'frozen by "calm", while the CloudWatch alarm prod-5xx is in ALARM'),
        ("OK", None),
        ("INSUFFICIENT_DATA", None),
        (NotRead("AccessDenied"), "could not be read (AccessDenied)"),
        (None, "could not be read"),
        ("ON_FIRE", "is in ON_FIRE"),
    ],
)
def test_an_alarm_freezes_while_it_fires_and_while_nobody_can_tell(
    state: str | NotRead | None, words: str | None
) -> None:
    """Only a state that is known to be calm lets anything through."""
    found = why(ALARM, moment("2026-11-20T12:00"), alarms={} if state is None else {"prod-5xx": state})
    assert found is None if words is None else found is not None and words in found


def test_what_freezes_ask_for_is_known_beforehand() -> None:
    """One call reads the alarms, and the asset has the zones."""
    freezes = read_freezes(
        [ALARM, {**ONCE, "name": "z"}, {**ONCE, "name": "x", "zone": "UTC"}, {**ALARM, "name": "y"}]
    )
    assert alarms_of(freezes) == ("prod-5xx",)
    assert zones_of(freezes) == ("Europe/Berlin", "UTC")
    assert [freeze.alarm for freeze in freezes] == ["prod-5xx", None, None, "prod-5xx"]


@pytest.mark.parametrize(
    ("filters", "where", "playbook", "held"),
    [
        ({}, HOST, "spot_drain", True),
        ({"clusters": ["prod"]}, WEB, "spot_drain", True),
        ({"clusters": ["dev"]}, WEB, "spot_drain", False),
        ({"clusters": ["dev", "prod"]}, HOST, "spot_drain", True),
        ({"clusters": ["dev"]}, Whereabouts(None, None, "i-1"), "spot_drain", True),
        ({"services": ["prod/web"]}, WEB, "spot_drain", True),
        ({"services": ["dev/web"]}, WEB, "spot_drain", False),
        ({"services": ["prod/web"]}, HOST, "spot_drain", False),
        ({"playbooks": ["diagnose"]}, WEB, "spot_drain", False),
        ({"playbooks": ["spot_drain"], "clusters": ["prod"]}, WEB, "spot_drain", True),
        ({"playbooks": ["spot_drain"], "clusters": ["dev"]}, WEB, "spot_drain", False),
    ],
)
def test_filters_say_where_a_freeze_holds(
    filters: dict[str, Any], where: Whereabouts, playbook: str, *, held: bool
) -> None:
    """All filters that are given must fit; a cluster that is not known may be any."""
    assert (why({**ONCE, **filters}, moment("2026-11-28T12:00"), where, playbook) is not None) is held


FAULTS: list[tuple[object, str]] = [
    ("weekend", "a list of freezes"),
    (["weekend"], "a table [[freeze]]"),
    ([{"zone": "UTC", "weekly": "Sat"}], "a name for people"),
    ([entry(weekly="Sat", name="x" * 61)], "at most 60"),
    ([entry(weekly="Sat"), entry(weekly="Sun")], "a name that no other freeze has"),
    ([entry()], "one of the three"),
    ([entry(weekly="Sat", alarm="a")], "one of the three"),
    ([entry(weekly="Sat", zone="Europe/Berlln")], "found 'Europe/Berlln', expected the name of a time zone"),
    ([entry(weekly="Sat", zone="Europe")], "the name of a time zone"),
    ([entry(weekly="Sat", zone="/etc/passwd")], "the name of a time zone"),
    ([entry(weekly="Sat", zone="../zoneinfo")], "the name of a time zone"),
    ([entry(weekly="Sat", zone=7)], "the name of a time zone"),
    ([{"name": "x", "weekly": "Sat"}], "found nothing, expected the name of a time zone"),
    ([{**ALARM, "zone": "UTC"}], "an alarm needs none"),
    ([{**ALARM, "alarm": ""}], "the name of a CloudWatch alarm"),
    *(([entry(weekly=text)], "days and times") for text in (
        "", "Sa", "Sat 9:00..10:00", "Sat 09:00", "Sat 25:00..26:00", "Sat 09:60..10:00", "Sat 09:00..24:01",
        "Sat 24:00..10:00", "Sat 09:00..09:00", "Sat 09:00..Sat 09:00", "Mon-Fri 09:00..Sat 10:00",
        "Fri 09:00..Xyz 10:00", "Sat-", "-Sat", "Sat,,Sun", "daily", "Sat 09:00 for 8h",
    )),
    *(([entry(yearly=text)], "month-day") for text in ("", "12-20..", "13-01..01-02", "02-30", "1-2..3-4", "2026-12-20")),
    ([entry(weekly="Mon-Sun")], "some time that is free"),
    ([entry(weekly="Sat-Fri 00:00..24:00")], "some time that is free"),
    ([entry(yearly="01-01..12-31")], "some time that is free"),
    ([entry(yearly="03-01..02-29", weekly="Mon-Sun")], "some time that is free"),
    ([entry(weekly=["Sat"])], "days and times"),
    ([{**ONCE, "until": "2026-11-25"}], "a time after its from"),
    ([{**ONCE, "until": "soon"}], "a time on the clocks of its zone"),
    ([{**ONCE, "until": "2026-12-01T00:00Z"}], "a time on the clocks of its zone"),
    ([{**ONCE, "until": datetime(2026, 12, 1, tzinfo=UTC)}], "a time on the clocks of its zone"),
    ([{**ONCE, "until": "9999-12-31"}], "a time on the clocks of its zone"),
    ([{**ONCE, "from": "0001-01-01"}], "a time on the clocks of its zone"),
    ([entry(until="2026-12-01")], "from: found nothing"),
    ([entry(weekly="Sat", untill="x")], "no such key"),
    ([entry(weekly="Sat", clusters=[])], "never empty"),
    ([entry(weekly="Sat", services=[])], "never empty"),
    ([entry(weekly="Sat", playbooks=[])], "never empty"),
    ([entry(weekly="Sat", clusters="prod")], "a list of names of clusters"),
    ([entry(weekly="Sat", clusters=["*"])], "never a pattern"),
    ([entry(weekly="Sat", services=["web"])], "cluster/service"),
    ([entry(weekly="Sat", services=["prod/web"], clusters=["prod"])], "a service names its own"),
]  # fmt: skip


@pytest.mark.parametrize(("document", "words"), FAULTS)
def test_invariant_65_a_freeze_that_cannot_be_meant_is_one_sentence(document: object, words: str) -> None:
    """An empty filter, like every other fault, is refused where it is written, and never comes to mean all."""
    with pytest.raises(SettingsError) as caught:
        read_freezes(document)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    "document", [document for document, _ in FAULTS if document != [entry(weekly="Sat"), entry(weekly="Sun")]]
)
def test_invariant_64_a_deployed_freeze_that_nobody_can_read_freezes_everything(document: object) -> None:
    """Half a configuration never lets through what the whole one holds."""
    found = frozen(deployed_freezes(document), HOST, "spot_drain", moment("2026-07-01T12:00"), {})
    assert found is not None
    assert "cannot be read" in found


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3), max_leaves=8))  # fmt: skip
def test_invariant_64_whatever_stands_in_the_place_of_freezes_freezes_or_is_nothing(document: Any) -> None:
    """Only an empty list means that there is no freeze."""
    found = frozen(deployed_freezes(document), HOST, "spot_drain", moment("2026-07-01T12:00"), {})
    assert (found is None) is (document == [])


NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, None),
        ("false", None),
        (" Off ", None),
        ("true", "by the tag dockwarden:freeze, which says true"),
        (" ON", "which says on"),
        ("2026-11-19", None),
        ("2026-11-20", "for 12 h yet, until 21 Nov 2026, 00:00 UTC"),
        ("2026-11-20T12:00", None),
        ("2026-11-20T12:01Z", "for 60 s yet, until 20 Nov 2026, 12:01 UTC"),
        ("2026-11-20T14:00+02:00", None),
        ("2026-11-20T14:00+01:00", "for 60 min yet"),
        ("", "says '', which is neither true nor a date"),
        ("until Friday", "says 'until Friday', which is neither"),
        *(
            (week, f"says '{week}', which is neither")
            for week in ("2026-W01", "2026-W47-5", "20261119", "2026-11-19T12")
        ),
        ("9999-12-31", "until 31 Dec 9999"),
        ("\x1b[31m", r"says '\x1b[31m'"),
        (NotRead("throttled"), "could not be read (throttled)"),
    ],
)
def test_a_freeze_tag_can_only_tighten_and_what_nobody_can_read_freezes(
    value: str | NotRead | None, words: str | None
) -> None:
    """A typo in a tag is no reason to act."""
    found = freeze_tag(value, NOW)
    assert found is None if words is None else found is not None and words in found


def test_a_hands_off_tag_is_read_alike() -> None:
    assert hands_off_tag(None, NOW) is None
    assert hands_off_tag("2026-11-21T12:00", NOW) == (
        "hands off by the tag dockwarden:hands-off for 24 h yet, until 21 Nov 2026, 12:00 UTC"
    )
    assert hands_off_tag("later", NOW) == (
        "hands off, because the tag dockwarden:hands-off says 'later', which is neither true nor a date"
    )


@given(st.text())
def test_no_text_of_a_tag_breaks_the_guard(text: str) -> None:
    """Whoever may tag may write anything."""
    for found in (freeze_tag(text, NOW), hands_off_tag(text, NOW)):
        assert found is None or found.isascii()
