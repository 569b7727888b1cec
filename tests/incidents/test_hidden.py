"""Restarts inside tasks: when they are a crash loop, and that what was not read is never taken for their end."""

from dataclasses import replace
from datetime import timedelta

from dockwarden.facts.evidence import Evidence, RestartPolicy
from dockwarden.facts.services import ServiceRef
from dockwarden.facts.unknown import NotRead
from dockwarden.incidents.evidence_words import lines_of
from dockwarden.incidents.hidden import NOT_ASKED, Counted, Inside
from dockwarden.incidents.history import History
from dockwarden.incidents.rules import News, failing
from dockwarden.incidents.sweeping import Seen, swept
from tests.incidents.test_rules import THRESHOLDS
from tests.incidents.test_sweeping import BELOW, WEB, news, web
from tests.rollouts import moment

HOUR = timedelta(hours=1)


def over_time(*counts: int | None, history: History = WEB, running: int = 2, limit: int = 3) -> list[Seen]:
    """What sweeps see of a service with all its tasks, five minutes apart; None is not read."""
    found = []
    for number, count in enumerate(counts):
        inside = Inside(count, limit, HOUR)
        found.append(swept(web(running), history, moment(300 * number), BELOW, THRESHOLDS, inside))
        history = found[-1].history
    return found


def test_so_many_restarts_open_one_incident_without_a_cause() -> None:
    found = over_time(0, 2, 3, 4, 5)
    assert news(found) == [None, None, News.OPENED, None, None]
    incident = found[-1].history.latest()
    assert incident is not None
    assert (incident.cause, incident.inside, incident.looping) == ("unknown", True, True)


def test_it_is_over_after_the_soak_and_not_before() -> None:
    assert news(over_time(3, 2, 2, 2, 2)) == [News.OPENED, None, None, News.RESOLVED, None]


def test_restarts_that_nobody_could_read_are_not_taken_for_their_end() -> None:
    found = over_time(3, None, None, None, None, 0, 0, 0)
    assert news(found) == [News.OPENED, None, None, None, None, None, None, News.RESOLVED]


def test_restarts_that_nobody_could_read_hold_up_no_other_incident() -> None:
    crashing = failing(WEB, "app-exit", "web:29", moment(0)).history
    assert news(over_time(None, None, None, history=crashing)) == [None, None, News.RESOLVED]


def test_an_open_incident_is_neither_doubled_nor_resolved_by_restarts() -> None:
    """People look at the service already; but it is not healthy."""
    crashing = failing(WEB, "app-exit", "web:29", moment(0)).history
    found = over_time(*[9] * 6, history=crashing)
    assert news(found) == [None] * 6
    assert [one.cause for one in found[-1].history.incidents if one.open] == ["app-exit"]


def test_a_sweep_that_nobody_lets_count_opens_nothing_and_ends_what_was_open() -> None:
    """The setting is 0."""
    assert news(over_time(9, 9, limit=0)) == [None, None]
    opened = over_time(3)[-1].history
    assert news(over_time(None, None, None, history=opened, limit=0)) == [None, None, News.RESOLVED]
    assert not NOT_ASKED.many


def test_too_few_tasks_are_told_as_such_and_not_as_restarts() -> None:
    found = over_time(*[5] * 4, running=1)
    assert news(found) == [None, None, None, News.OPENED]
    assert found[-1].changes[0].incident is not None
    assert not found[-1].changes[0].incident.inside


def test_a_service_without_the_metric_has_no_restarts_and_an_unread_one_an_unknown_number() -> None:
    ref = ServiceRef("prod", "web")
    assert Counted({ref: 4}, 3, HOUR).of(ref) == Inside(4, 3, HOUR)
    assert Counted({}, 3, HOUR).of(ref).count == 0
    assert Counted(NotRead("throttled"), 3, HOUR).of(ref).count is None


def test_restarts_that_go_on_write_nothing_new() -> None:
    """A sweep every five minutes must not write each service that crashes."""
    assert [one.changed for one in over_time(3, 4, 5)] == [True, False, False]


def test_the_card_of_a_stop_says_that_its_container_may_have_crashed_before() -> None:
    """What was not asked is not mentioned, and what was not read is named as such."""
    nothing = Evidence(service=None, log=None, difference=None, deployer=None, targets=None, alarms=None)
    assert lines_of(nothing) == ()
    words = "web is restarted inside its task once it has run for 300 s: earlier crashes sent no event"
    assert lines_of(replace(nothing, restarts=RestartPolicy("web", 300))) == (("Restart policy", words),)
    unread = lines_of(replace(nothing, restarts=NotRead("ThrottlingException")))
    assert unread == (("Not read", "the restart policy (ThrottlingException)"),)
