"""What the diagnosis makes of events over hours: what was there before it came, what comes late, what is over."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from dockwarden.incidents.history import Incident
from dockwarden.notify.cards import Card, Tone
from dockwarden.playbooks.diagnose import DiagnoseSettings
from dockwarden.verdicts import Outcome, Verdict
from tests.core.test_diagnose import (
    API_KEY,
    BUILDS,
    WEB,
    history,
    incidents,
    now,
    said,
    service_state,
    sweep,
    texts,
    told,
)
from tests.fakes import Bench, FakeWorld
from tests.rollouts import API, BUILD, EXITED, NEW, Raw, action, at, crashed, deployment, moment, task

SOAK = 600
PULL = "CannotPullContainerError: pull image manifest has been retried 1 time(s): not found"


def old_problems() -> Bench:
    """Two services that were broken when the first sweep came."""
    bench = Bench(world=FakeWorld(services=(now("web", 0), now("api", 1))))
    said(bench, sweep(0))
    return bench


def of_build(name: str, seconds: float, code: int) -> Raw:
    """A standalone task that ran for a second."""
    ended: Raw = {"code": "EssentialContainerExited", "reason": EXITED, "exits": (code, 0), **BUILD}
    return task(name, 6, "STOPPED", seconds, started=seconds - 1, stopping=seconds, **ended)


def stopped(name: str, seconds: float, **why: object) -> Raw:
    return task(name, 6, "STOPPED", seconds, stopping=seconds, **why)  # type: ignore[arg-type]


def still(bench: Bench, *keys: str) -> list[Incident]:
    return [one for one in incidents(bench, *keys) if one.open]


def tones(cards: Sequence[Card]) -> list[Tone]:
    return [card.tone for card in cards]


def test_the_crashes_of_what_was_broken_before_are_in_the_digest_and_get_no_cards() -> None:
    """The first sweep gives one digest in place of a card for each old problem, also for those that crash on."""
    bench = old_problems()
    for n in range(4):
        said(bench, *crashed(f"w{n}", 60 * n + 50))
        said(bench, *crashed(f"a{n}", 60 * n + 60, **API, deployment=NEW))
    assert len(bench.outbox.cards) == 1
    found = still(bench, WEB, API_KEY)
    assert [(one.cause, one.count, one.looping) for one in found] == [("app-exit", 5, True)] * 2


def test_an_old_problem_that_is_over_says_so_on_one_card() -> None:
    bench = old_problems()
    said(bench, *crashed("w", 50))
    bench.world.services = (now("web", 2), now("api", 1))
    for seconds in (300, 600, 900, 1200):
        said(bench, sweep(seconds))
    assert [(card.subject, card.headline) for card in bench.outbox.cards[1:]] == [("web", "healthy again")]


def test_a_new_failure_of_a_service_that_was_broken_before_is_told_by_itself() -> None:
    """Another cause, and the end of a deployment."""
    bench = old_problems()
    said(bench, *crashed("w", 50), stopped("m", 90, code="TaskFailedToStart", reason=PULL))
    assert [card.headline for card in bench.outbox.cards[1:]] == ["a task failed"]
    said(bench, deployment("FAILED", 120))
    assert bench.outbox.cards[-1].headline == "the deployment failed"


def test_what_events_told_before_the_first_sweep_is_named_by_its_cause_in_the_digest() -> None:
    """Nobody knows before it whether a sweep will come: there is none in `decide`."""
    bench = Bench(world=FakeWorld(services=(now("web", 0),)))
    assert len(told(said(bench, *crashed("w", 10)))) == 1
    said(bench, sweep(60))
    assert "prod/web runs 0 of 2 (app-exit)" in texts(bench.outbox.cards[-1])
    assert len(bench.outbox.cards) == 2


def test_what_a_sweep_found_gets_its_cause_by_an_edit_of_its_card() -> None:
    bench = Bench(world=FakeWorld(services=(now("web", 2),)))
    said(bench, sweep(0))
    bench.world.services = (now("web", 1),)
    for n in range(1, 6):
        said(bench, sweep(300 * n))
    said(bench, *crashed("w", 1600))
    (incident,) = still(bench)
    assert incident.cause == "app-exit"
    assert [card.headline for card in bench.outbox.cards] == ["runs too few tasks", "a task failed"]
    assert {card.id for card in bench.outbox.cards} == {incident.id}


def test_a_stop_that_arrives_after_its_incident_is_over_opens_nothing() -> None:
    bench = Bench()
    said(bench, *crashed("t", 0), action("SERVICE_STEADY_STATE", 300), action("SERVICE_STEADY_STATE", 1000))
    (incident,) = incidents(bench)
    cards = len(bench.outbox.cards)
    (outcome,) = said(bench, crashed("late", 60)[1])
    assert (outcome.verdict, outcome.incident, outcome.cause) == (Verdict.IGNORE, incident.id, "app-exit")
    assert len(bench.outbox.cards) == cards
    assert [one.count for one in incidents(bench)] == [2]
    (ended,) = said(bench, deployment("FAILED", 200))
    assert (ended.verdict, len(bench.outbox.cards)) == (Verdict.IGNORE, cards)


SHORT: Raw = {"started": 0, "exits": (1,)}


@pytest.mark.parametrize(
    "why",
    [
        {"code": "EssentialContainerExited", "reason": EXITED, **SHORT, **BUILD},
        {"code": "InfrastructureHealth", "reason": "The underlying host is unhealthy", **SHORT},
        {
            "code": "TerminationNotice",
            "reason": "ECS is performing maintenance on the infrastructure",
            **SHORT,
        },
        {"code": "SomethingOf2027", "reason": EXITED, **SHORT},
    ],
    ids=["run to completion", "unhealthy host", "maintenance", "a code nobody knows"],
)
def test_tasks_that_do_not_count_as_crashes_never_keep_crashing(why: Raw) -> None:
    bench = Bench()
    said(bench, *(stopped(f"t{n}", 1 + n, **why) for n in range(5)))
    assert "keeps crashing" not in [card.headline for card in bench.outbox.cards]
    assert not any(one.looping for one in incidents(bench, WEB, BUILDS))


def test_tasks_that_the_load_balancer_has_killed_keep_crashing_though_each_ran_for_long() -> None:
    why = "Task failed ELB health checks in (target-group arn:aws:elasticloadbalancing:::targetgroup/a/b)"
    bench = Bench()
    killed = [
        stopped(f"t{n}", 400 * (n + 1), code="ServiceSchedulerInitiated", reason=why, started=400 * n)
        for n in range(3)
    ]
    outcomes = said(bench, *killed)
    assert {one.cause for one in outcomes} == {"elb-health"}
    assert [card.headline for card in bench.outbox.cards] == ["a task failed", "keeps crashing"]


def test_standalone_tasks_that_end_now_well_and_now_badly_are_one_incident_until_they_end_well_for_the_soak() -> (
    None
):
    bench = Bench(world=FakeWorld(services=(now("web", 2),)))
    said(bench, sweep(0), *(of_build(f"b{n}", 10 + 20 * n, n % 2) for n in range(20)))
    (incident,) = still(bench, BUILDS)
    assert (incident.count, tones(bench.outbox.cards)) == (10, [Tone.TOLD])
    said(bench, of_build("good", 500, 0), sweep(700))
    assert still(bench, BUILDS)
    said(bench, sweep(1200))
    assert tones(bench.outbox.cards) == [Tone.TOLD, Tone.DONE]
    last = bench.outbox.cards[-1]
    assert (last.id, last.subject, last.headline) == (incident.id, "build", "healthy again")
    assert "none has failed for 10 min since" in last.cause


def test_a_failure_within_the_soak_of_standalone_tasks_begins_it_anew() -> None:
    bench = Bench()
    said(bench, of_build("a", 10, 1), of_build("b", 20, 0), of_build("c", 500, 1), of_build("d", 700, 0))
    assert len(still(bench, BUILDS)) == 1
    said(bench, of_build("e", 1299, 0))
    assert len(still(bench, BUILDS)) == 1
    said(bench, of_build("f", 1300, 0))
    assert still(bench, BUILDS) == []


def test_tasks_that_aws_took_away_are_remembered_once_each_and_not_by_every_version() -> None:
    """A replaced fleet must not cost a write for each event of each task."""
    bench = Bench()
    why: Raw = {"code": "SpotInterruption", "reason": "Your Spot Task was interrupted.", "started": 0}
    states = ["DEACTIVATING", "STOPPING", "DEPROVISIONING", "STOPPED"]
    for name in ("s1", "s2"):
        said(bench, *(task(name, 5 + n, s, 50 + n, stopping=50, **why) for n, s in enumerate(states)))
    assert (len(history(bench).taken), history(bench).versions, history(bench).written) == (2, (), 2)


def test_an_action_that_does_not_say_why_has_the_sentence_of_the_incident_that_is_open() -> None:
    bench = Bench()
    nameless = action("SERVICE_OF_2027", 60, kind="ERROR", reason="something new")
    outcomes = said(bench, *crashed("t", 50), nameless)
    assert outcomes[-1].cause == "app-exit"
    assert "ended by itself with exit code 99" in outcomes[-1].reason


def nameless_failure(seconds: float, detail_type: str = "ECS Service Action") -> Raw:
    """A deployment that failed, by an event that does not name it."""
    failed = deployment("FAILED", seconds)
    detail = {key: value for key, value in failed["detail"].items() if key != "deploymentId"}
    return {**failed, "detail-type": detail_type, "id": f"{detail_type}{seconds}", "detail": detail}


def test_a_failed_deployment_that_is_not_named_is_told_as_one_and_once() -> None:
    bench = Bench()
    outcomes = said(bench, nameless_failure(100), nameless_failure(101), deployment("FAILED", 102))
    assert [card.headline for card in bench.outbox.cards] == ["the deployment failed"]
    assert [one.verdict.value for one in outcomes] == ["tell", "ignore", "ignore"]
    (incident,) = incidents(bench)
    assert (incident.count, incident.failed) == (1, f"ecs-svc/{NEW}"), "and by its name, once it is known"
    bench = Bench()
    said(bench, deployment("FAILED", 100), nameless_failure(101, "ECS Deployment State Change"))
    assert [card.headline for card in bench.outbox.cards] == ["the deployment failed"]


def test_a_stop_in_the_far_future_does_not_keep_its_incident_open() -> None:
    bench = Bench()
    ahead = {"stoppingAt": "2099-01-01T00:00:00Z", "stoppedAt": "2099-01-01T00:00:00Z"}
    wrong = stopped("t", 50, code="EssentialContainerExited", reason=EXITED, exits=(1,))
    said(bench, {**wrong, "detail": {**wrong["detail"], **ahead}})
    assert incidents(bench)[0].last_at == moment(50)
    said(bench, action("SERVICE_STEADY_STATE", 100), action("SERVICE_STEADY_STATE", 100 + SOAK))
    assert still(bench) == []
    assert at(50) < ahead["stoppingAt"]


def test_a_service_that_is_scaled_to_nothing_is_not_called_healthy() -> None:
    """By a sweep, which knows it, or by a steady event, for which the service is asked."""
    bench = Bench(world=FakeWorld(services=(now("web", 2),)))
    said(bench, sweep(0), *crashed("t", 50))
    bench.world.services = (now("web", 0, 0),)
    said(bench, *(sweep(300 * n) for n in range(1, 5)))
    assert bench.outbox.cards[-1].headline == "over"
    assert "scaled to 0" in bench.outbox.cards[-1].cause
    by_event = Bench(world=FakeWorld(state=replace(service_state(), desired=0, running=0)))
    steady = action("SERVICE_STEADY_STATE", 100), action("SERVICE_STEADY_STATE", 900)
    said(by_event, *crashed("t", 50), *steady)
    assert [card.headline for card in by_event.outbox.cards] == ["a task failed", "over"]


def test_a_failure_after_the_whole_soak_is_another_incident_also_where_no_sweep_came() -> None:
    bench = Bench()
    said(bench, *crashed("t", 50), action("SERVICE_STEADY_STATE", 100))
    outcomes: list[Outcome] = said(bench, *crashed("u", 100 + SOAK))
    assert [one.verdict.value for one in outcomes] == ["ignore", "tell", "ignore"]
    assert tones(bench.outbox.cards) == [Tone.TOLD, Tone.DONE, Tone.TOLD]
    assert len({card.id for card in bench.outbox.cards}) == 2
    assert DiagnoseSettings().soak_minutes * 60 == SOAK


def test_a_newer_event_of_a_task_that_gives_another_cause_moves_it_and_says_so() -> None:
    bench = Bench()
    puzzle: Raw = {"code": "EssentialContainerExited", "reason": EXITED, "started": 0}
    known = stopped("t", 61, exits=(99,), **puzzle)
    newer = {**known, "detail": {**known["detail"], "version": 7}}
    said(bench, stopped("t", 61, **puzzle), newer)
    (incident,) = still(bench)
    assert (incident.cause, incident.count) == ("app-exit", 1)
    assert {card.id for card in bench.outbox.cards} == {incident.id}
    bench = Bench()
    said(bench, stopped("t", 61, **puzzle), *crashed("u", 70), newer)
    assert [(one.cause, one.count) for one in still(bench)] == [("app-exit", 2)]
    assert "of which another card tells" in bench.outbox.cards[-1].cause
    assert bench.outbox.cards[-1].tone is Tone.DONE
