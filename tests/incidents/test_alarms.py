"""What the alarms of a service say about a deployment, and the words for it."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from dockwarden.facts.alarms import Alarm, AlarmVerdict, ServiceAlarms, alarm_names
from dockwarden.facts.services import ServiceState
from dockwarden.facts.unknown import NotRead
from dockwarden.incidents.alarm_words import alarm_lines
from dockwarden.incidents.evidence_words import lines_of
from tests.fakes import NOON, no_evidence

BEFORE, AFTER = NOON - timedelta(minutes=2), NOON + timedelta(minutes=2)


@pytest.mark.parametrize(
    ("state", "since", "began", "verdict"),
    [
        ("ALARM", AFTER, NOON, "failing"),
        ("ALARM", NOON, NOON, "failing"),
        ("ALARM", BEFORE, NOON, "inconclusive"),
        ("ALARM", None, NOON, "inconclusive"),
        ("ALARM", AFTER, None, "inconclusive"),
        ("OK", BEFORE, NOON, "fine"),
        ("OK", None, None, "fine"),
        ("INSUFFICIENT_DATA", AFTER, NOON, "inconclusive"),
        ("SOMETHING_OF_2031", AFTER, NOON, "inconclusive"),
        (None, None, NOON, "inconclusive"),
    ],
)
def test_an_alarm_speaks_against_a_deployment_only_if_it_rang_after_it_began(
    state: str | None, since: datetime | None, began: datetime | None, verdict: str
) -> None:
    """No data, an alarm that rang already, one that is not there, and a time that nobody knows prove nothing."""
    assert Alarm("x", state, since).verdict(began) == AlarmVerdict(verdict)


@pytest.mark.parametrize(
    ("tag", "names"),
    [
        (None, ("a",)),
        ("", ("a",)),
        ("b", ("a", "b")),
        (" b,c  d,, a ", ("a", "b", "c", "d")),
    ],
)
def test_alarms_are_named_by_deployments_or_by_the_tag_each_once(
    tag: str | None, names: tuple[str, ...]
) -> None:
    tags = (("dockwarden:alarms", tag),) if tag is not None else ()
    empty: dict[str, Any] = dict.fromkeys(ServiceState.__dataclass_fields__)
    assert alarm_names(ServiceState(**{**empty, "alarm_names": ("a",), "tags": tags})) == names


def said(*alarms: Alarm, began: datetime | None = NOON) -> list[tuple[str, str]]:
    return list(alarm_lines(ServiceAlarms(alarms, began)))


def test_what_speaks_loudest_is_said_first() -> None:
    alarms = (
        Alarm("fine", "OK", BEFORE),
        Alarm("quiet", "INSUFFICIENT_DATA", AFTER),
        Alarm("old", "ALARM", BEFORE),
        Alarm("rings", "ALARM", AFTER),
    )
    [(label, text)] = said(*alarms)
    assert label == "Alarms"
    assert text.split("; ") == [
        "rings in ALARM since 12:02 UTC",
        "old in ALARM since 11:58 UTC, before the deployment began",
        "quiet has no data",
        "fine is OK",
    ]


def test_an_alarm_of_another_day_says_which() -> None:
    """Else one that rings for weeks would seem to ring since today."""
    old = Alarm("old", "ALARM", NOON - timedelta(days=30))
    assert said(old) == [("Alarms", "old in ALARM since 21 Oct 2026, 12:00 UTC, before the deployment began")]
    assert said(old, began=None) == [("Alarms", "old in ALARM since 21 Oct 2026, 12:00 UTC")]
    assert said(Alarm("x", "ALARM")) == [("Alarms", "x in ALARM")]


def test_an_alarm_that_is_not_there_is_said_to_be_missing() -> None:
    """A log alarm is not asked for, so that nothing is said about those."""
    assert said(Alarm("gone", None)) == [
        ("Alarms", "gone is no metric or composite alarm that CloudWatch knows")
    ]


def test_of_many_alarms_the_loudest_five_are_named() -> None:
    alarms = [Alarm(f"a{n}", "OK", BEFORE) for n in range(6)]
    [(_, text)] = said(*alarms, Alarm("rings", "ALARM", AFTER))
    assert text == "rings in ALARM since 12:02 UTC; a0 is OK; a1 is OK; a2 is OK; a3 is OK; and 2 more"


def test_a_service_without_alarms_has_no_line() -> None:
    assert said() == []


def test_alarms_that_were_not_read_are_said_as_not_read() -> None:
    unread = replace(no_evidence(), alarms=NotRead("DescribeAlarms: AccessDenied"))
    [(label, text)] = lines_of(unread)
    assert (label, "alarms (DescribeAlarms: AccessDenied)" in text) == ("Not read", True)
