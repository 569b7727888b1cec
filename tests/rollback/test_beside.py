"""What fails at the same time: a cause that both revisions share is no reason to change them."""

from datetime import datetime, timedelta

from dockwarden.causes.vocabulary import Cause
from dockwarden.facts.known_good import Known
from dockwarden.incidents.history import History, Incident, Stop
from dockwarden.rollback.beside import beside
from dockwarden.rollback.failing import serious
from tests.fakes import NOON
from tests.rollback.cases import deployment, good, service

MINUTE = timedelta(minutes=1)
BEGAN = NOON - 20 * MINUTE
STATE = service(deployments=(deployment(state="IN_PROGRESS", began=BEGAN),))
KNOWN = Known("prod/web", (good(1),))


def stop(revision: str, at: datetime, by: str = "ecs-svc/8", *, counts: bool = True) -> Stop:
    return Stop(f"t-{revision}-{at}", "app-exit", revision, by, at, 5.0, counts=counts)


def incident(cause: Cause, at: datetime = NOON, **changes: object) -> Incident:
    return Incident(f"inc-{cause}", cause, "web:2", at, at, looping=True, **changes)  # type: ignore[arg-type]


FAILS = incident(Cause.APP_EXIT)


def said(*stops: Stop, incidents: tuple[Incident, ...] = (FAILS,)) -> tuple[str, ...]:
    history = History("prod/service/web", stops, incidents=incidents)
    return beside(history, FAILS, KNOWN, STATE, NOON)


def test_the_revision_that_worked_fails_too_while_the_new_one_is_deployed() -> None:
    """A database is down: both crash."""
    (found,) = said(stop("web:1", NOON - MINUTE), stop("web:2", NOON, by="ecs-svc/9"))
    assert (
        found == "web:1, which worked, fails too since then: something else than the release may have changed"
    )


def test_what_failed_before_the_deployment_or_is_no_failure_says_nothing() -> None:
    assert said(stop("web:1", BEGAN - MINUTE)) == ()
    assert said(stop("web:1", NOON, counts=False)) == ()


def test_a_bad_revision_of_before_that_still_dies_says_nothing() -> None:
    """After two bad releases in a row both fail, and neither ever worked."""
    assert said(stop("web:7", NOON - MINUTE)) == ()


def test_a_cause_that_no_revision_ends_is_said_with_what_is_needed() -> None:
    (found,) = said(incidents=(FAILS, incident(Cause.PLACEMENT)))
    assert found.startswith("placement at the same time: there is no room for its tasks")


def test_what_is_over_or_old_or_of_the_revision_says_nothing() -> None:
    others = (
        incident(Cause.PLACEMENT, closed_at=NOON),
        incident(Cause.SPOT, at=NOON - 31 * MINUTE),
        incident(Cause.OOM),
    )
    assert said(incidents=(FAILS, *others)) == ()


def test_a_newer_incident_that_no_rollback_ends_does_not_hide_a_crash_loop() -> None:
    newer = incident(Cause.PLACEMENT, at=NOON + MINUTE)
    history = History("prod/service/web", (), incidents=(FAILS, newer))
    assert serious(history, NOON + MINUTE) == FAILS
    assert serious(History("prod/service/web", (), incidents=(newer,)), NOON) == newer
