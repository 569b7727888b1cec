"""What a look at a service says about it: too few tasks for too long, or steady for the soak."""

from datetime import timedelta

import pytest

from dockwarden.facts.roster import ServiceNow
from dockwarden.incidents.history import History
from dockwarden.incidents.rules import News, failing
from dockwarden.incidents.sweeping import Seen, below_desired, swept
from tests.incidents.test_rules import THRESHOLDS
from tests.rollouts import moment

BELOW = timedelta(minutes=15)
WEB = History("prod/service/web")


def web(running: int = 2, desired: int = 2, *, deploying: bool = False) -> ServiceNow:
    return ServiceNow("prod", "web", desired, running, 0, deploying)


def over_time(services: list[ServiceNow], history: History = WEB) -> list[Seen]:
    """What sweeps see, five minutes apart."""
    found = []
    for number, service in enumerate(services):
        found.append(swept(service, history, moment(300 * number), BELOW, THRESHOLDS))
        history = found[-1].history
    return found


def news(found: list[Seen]) -> list[News | None]:
    return [one.changes[-1].news if one.changes else None for one in found]


def test_a_service_is_below_its_desired_count_only_after_fifteen_minutes_of_it() -> None:
    found = over_time([web(1)] * 6)
    assert news(found) == [None, None, None, News.OPENED, None, None]
    incident = found[-1].history.latest()
    assert incident is not None
    assert (incident.cause, incident.count) == ("unknown", 1)


def test_a_service_that_has_all_tasks_in_between_begins_anew() -> None:
    short, well = web(1), web(2)
    assert news(over_time([short, short, well, short, short, short])) == [None] * 6


def test_the_time_below_is_remembered_and_forgotten_in_what_is_kept() -> None:
    """Only a changed history is kept; one whose time below ended has changed."""
    short, well, well_still = over_time([web(1), web(2), web(2)])
    assert short.changed
    assert well.changed
    assert not well_still.changed


def test_a_healthy_service_writes_nothing() -> None:
    assert not any(one.changed for one in over_time([web()] * 5))


@pytest.mark.parametrize("running", [0, 1])
def test_a_deployment_that_replaces_tasks_is_no_shortage_but_none_at_all_always_is(running: int) -> None:
    found = over_time([web(running, deploying=True)] * 5)
    assert (News.OPENED in news(found)) is (running == 0)


def test_a_service_that_should_run_nothing_is_healthy() -> None:
    assert news(over_time([web(0, 0)] * 6)) == [None] * 6


def test_an_incident_that_is_open_already_explains_the_shortage() -> None:
    """One card for a service that crashes: not a second one because it also runs too few tasks."""
    crashing = failing(WEB, "app-exit", "web:29", moment(0)).history
    found = over_time([web(0)] * 6, crashing)
    assert news(found) == [None] * 6
    assert [one.cause for one in found[-1].history.incidents] == ["app-exit"]


def test_a_service_is_healthy_again_after_it_was_steady_for_the_soak() -> None:
    crashing = failing(WEB, "app-exit", "web:29", moment(0)).history
    found = over_time([web(1), web(2), web(2), web(2), web(2)], crashing)
    assert news(found) == [None, None, None, News.RESOLVED, None]
    assert found[-1].history.latest() is None


def test_a_deployment_holds_up_the_soak() -> None:
    crashing = failing(WEB, "app-exit", "web:29", moment(0)).history
    found = over_time([web(2), web(2, deploying=True), web(2), web(2), web(2)], crashing)
    assert news(found) == [None, None, None, None, News.RESOLVED]


def test_services_below_are_named_in_the_order_of_their_names() -> None:
    other = ServiceNow("beta", "a", 3, 1, 0, deploying=False)
    assert below_desired([web(1), web(2), other]) == [other, web(1)]
