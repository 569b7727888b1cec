"""What becomes of a rollback is read, whatever an event says; and each news is told once."""

from dataclasses import replace
from datetime import timedelta

import pytest

from dockwarden.facts.known_good import Known
from dockwarden.facts.services import ServiceMessage
from dockwarden.facts.unknown import NotRead
from dockwarden.incidents.history import History, Incident, Stop
from dockwarden.rollback.failing import fails_now, serious
from dockwarden.rollback.following import Following, Standing, followed_now, told
from tests.fakes import NOON
from tests.rollback.cases import HOUR, bad, deployment, releases, rollout, service

MINUTE = timedelta(minutes=1)
AT = NOON - 2 * MINUTE
GOING_ON = ("PENDING", "IN_PROGRESS", "ROLLBACK_REQUESTED", "ROLLBACK_IN_PROGRESS")


def following(state: str, *, running: int = 4, number: int = 1, failing: bool = False) -> Following:
    """A rollback from web:2 two minutes ago, and its deployment as it is read."""
    seen = service(number, running=running, deployments=(deployment(number, state, AT),))
    status = {"COMPLETED": "SUCCESSFUL", "FAILED": "STOPPED"}.get(state, state)
    ended = None if state in GOING_ON else AT + timedelta(seconds=100)
    rollouts = (rollout(number, status, 2, created_at=AT, finished_at=ended),)
    return Following(bad(2, AT), releases(state=seen, rollouts=rollouts), NOON, failing)


def test_invariant_31_a_rollback_has_worked_when_its_deployment_is_over_and_all_tasks_run() -> None:
    found = told(following("COMPLETED"), "web")
    assert found is not None
    assert found.words is not None
    assert found.words.headline == "rolled back, healthy again"
    assert found.words.cause == (
        "Revision web:2 failed and was taken back; all 4 tasks run web:1 again after 100 s"
    )
    assert told(following("COMPLETED", running=3), "web") is None


@pytest.mark.parametrize("state", GOING_ON)
def test_invariant_4_what_is_read_decides_and_not_the_event_that_led_to_it(state: str) -> None:
    """Whichever event woke it up: as long as ECS says that it is under way, it is."""
    assert following(state).standing() is Standing.UNDER_WAY
    assert told(following(state), "web") is None


@pytest.mark.parametrize("state", ["FAILED", "ROLLBACK_FAILED", "STOPPED"])
def test_invariant_32_a_rollback_that_fails_is_told_and_not_followed_by_another(state: str) -> None:
    found = told(following(state), "web")
    assert found is not None
    assert found.words is not None
    assert found.words.headline == "rolled back, and still failing"
    assert found.actions == ()


def test_invariant_32_the_good_revision_that_crashes_after_it_was_deployed_is_told_too() -> None:
    assert following("COMPLETED", failing=True).standing() is Standing.ILL
    assert following("IN_PROGRESS", failing=True).standing() is Standing.ILL


def test_invariant_31_an_older_service_deployment_of_the_good_revision_is_not_taken_for_ours() -> None:
    """ECS may list the new one later: the old one was SUCCESSFUL, and all tasks of both revisions run."""
    old = rollout(1, "SUCCESSFUL", created_at=AT - HOUR)
    listed = following("IN_PROGRESS")
    for rollouts in ((old,), (rollout(2, "SUCCESSFUL", created_at=AT - MINUTE), old)):
        seen = replace(listed, releases=replace(listed.releases, rollouts=rollouts))
        assert seen.standing() is Standing.UNDER_WAY
        assert told(seen, "web") is None


STOPPED = "arn:aws:ecs:eu-central-1:111122223333:service-deployment/prod/web/stopped"


@pytest.mark.parametrize(
    ("status", "standing"),
    [
        ("ROLLBACK_REQUESTED", Standing.UNDER_WAY),
        ("ROLLBACK_IN_PROGRESS", Standing.UNDER_WAY),
        ("ROLLBACK_SUCCESSFUL", Standing.WELL),
        ("ROLLBACK_FAILED", Standing.ILL),
    ],
)
def test_invariant_31_a_stopped_deployment_is_followed_by_its_own_arn(
    status: str, standing: Standing
) -> None:
    """The same service deployment goes back; whatever the deployment of the service says of itself."""
    whole = rollout(
        2, status, arn=STOPPED, created_at=AT - MINUTE, finished_at=AT + 90 * timedelta(seconds=1)
    )
    on = 2 if status == "ROLLBACK_REQUESTED" else 1
    state = service(on, current_deployment_arn=STOPPED, deployments=(deployment(on, "COMPLETED", AT - HOUR),))
    read = releases(state=state, rollouts=(whole, rollout(1, created_at=AT - HOUR)))
    seen = Following(bad(2, AT, deployment=STOPPED), read, NOON)
    assert seen.standing() is standing
    assert seen.healthy_after == timedelta(seconds=90)


def test_invariant_31_what_we_began_and_ecs_took_back_has_not_worked() -> None:
    """ROLLBACK_SUCCESSFUL is an end that is well of a deployment that we stopped, and of no other."""
    back = replace(following("ROLLBACK_SUCCESSFUL"), bad=bad(2, AT))
    assert back.standing() is Standing.ILL


def test_how_long_it_took_is_until_now_where_ecs_tells_no_end() -> None:
    unread = following("COMPLETED")
    seen = replace(unread, releases=replace(unread.releases, rollouts=NotRead("AccessDenied")))
    assert (unread.healthy_after, seen.healthy_after) == (timedelta(seconds=100), 2 * MINUTE)


def test_a_deployment_of_somebody_else_since_then_is_no_end_of_ours() -> None:
    others = replace(
        following("COMPLETED").releases.state, deployments=(replace(deployment(1), id="ecs-svc/77"),)
    )
    seen = replace(following("COMPLETED").releases, state=others)
    assert Following(bad(2, AT), seen, NOON).standing() is Standing.SUPERSEDED
    assert following("COMPLETED", number=2).standing() is Standing.SUPERSEDED


def test_a_rollback_whose_deployment_nobody_knows_is_not_the_newest_for_ever() -> None:
    """What began after it was remembered is somebody else's."""
    seen = following("COMPLETED", failing=True)
    nobody = replace(seen, bad=replace(seen.bad, deployment=None))
    assert nobody.standing() is Standing.ILL
    later = service(1, deployments=(deployment(1, began=AT + HOUR),))
    theirs = replace(nobody, releases=replace(nobody.releases, state=later), now=AT + 2 * HOUR)
    assert theirs.standing() is Standing.SUPERSEDED


def test_invariant_35_a_rollback_that_does_not_get_on_is_told_with_what_is_in_its_way() -> None:
    text = "(service web) was unable to scale in due to the number of protected tasks being more than desired"
    late = following("IN_PROGRESS", running=2)
    state = replace(
        late.releases.state,
        messages=(ServiceMessage(NOON, text),),
        minimum_healthy_percent=100,
        maximum_percent=100,
    )
    stuck = Following(late.bad, replace(late.releases, state=state), NOON + 31 * MINUTE)
    found = told(stuck, "web")
    assert found is not None
    assert found.words is not None
    assert found.words.headline == "rolled back, and it does not get on"
    assert found.words.cause == (
        "The rollback is under way for 33 min and not over: with minimumHealthyPercent 100 and maximumPercent 100 "
        "ECS may replace none of its 4 tasks while they run; tasks with scale-in protection may not be stopped: "
        "the protection has to be taken away"
    )


def test_each_news_of_a_rollback_is_an_occurrence_of_its_own() -> None:
    well, ill = told(following("COMPLETED"), "web"), told(following("FAILED"), "web")
    assert well is not None
    assert ill is not None
    assert (well.occurrence, ill.occurrence) == ("rollback-1 well", "rollback-1 ill")


def test_a_rollback_is_followed_for_six_hours_and_not_when_a_person_took_it_back() -> None:
    assert followed_now(Known("prod/web", bad=(bad(),)), NOON) == bad()
    assert followed_now(Known("prod/web", bad=(bad(),)), NOON + 6 * HOUR) is None
    assert followed_now(Known("prod/web", bad=(bad(undone=True),)), NOON) is None
    assert followed_now(None, NOON) is None


# Which failures it is about


def stop(number: int, *, at_minute: int = 0, ran: float = 3600, deployed: str | None = "ecs-svc/9") -> Stop:
    """A task of web:2 that failed."""
    return Stop(f"task/{number}", "oom", "web:2", deployed, NOON - at_minute * MINUTE, ran)


def incident(*, looping: bool = False, failed: str | None = None) -> Incident:
    """The open incident."""
    return Incident("inc-1", "oom", "web:2", NOON, NOON, looping=looping, failed=failed)


def test_a_crash_loop_a_failed_deployment_and_many_failures_are_serious_and_one_is_not() -> None:
    one = History("prod/service/web", (stop(1),), incidents=(incident(),))
    assert serious(one, NOON) is None
    for changed in (incident(looping=True), incident(failed="ecs-svc/9")):
        assert serious(replace(one, incidents=(changed,)), NOON) == changed
    often = replace(one, stops=(stop(1), stop(2, at_minute=60), stop(3, at_minute=120)))
    assert serious(often, NOON) == incident()
    assert serious(often, NOON + timedelta(hours=25)) is None


def test_what_another_deployment_failed_by_is_history() -> None:
    """After a rollback and after a fix forward the incident is open for a while still."""
    state = service(2)
    found = incident(looping=True)
    mine = (stop(1), stop(2), stop(3))
    theirs = tuple(replace(one, deployment="ecs-svc/1") for one in mine)
    assert fails_now(History("k", mine, incidents=(found,)), found, state)
    assert not fails_now(History("k", theirs, incidents=(found,)), found, state)
    assert not fails_now(History("k", (*theirs, *mine[:2]), incidents=(found,)), found, state)
    assert fails_now(History("k"), incident(failed="ecs-svc/9"), state)
    assert not fails_now(History("k"), incident(failed="ecs-svc/1"), state)
