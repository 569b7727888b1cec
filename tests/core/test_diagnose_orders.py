"""One failure is one incident, whichever of its events comes first: the deployment's, the service's, or its tasks'."""

from collections.abc import Sequence
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from dockwarden.facts.evidence import LogLine, LogTail
from dockwarden.facts.revisions import Aspect, Change, How, RevisionDifference
from dockwarden.incidents.history import Incident
from dockwarden.ledger.histories import LedgerHistories
from dockwarden.notify.cards import Card
from dockwarden.verdicts import Outcome
from tests.fakes import Bench, FakeWorld, no_evidence
from tests.rollouts import EXITED, NEW, OLD, SCALING, Raw, action, crashed, deployment, failure, moment, task

FAILED, IMPAIRED = deployment("FAILED", 239), action("SERVICE_TASK_START_IMPAIRED", 230, kind="WARN")
ROLLOUT = [e for e in failure() if "build" not in str(e["detail"]) and "api" not in str(e["detail"])]
OOM: Raw = {"code": "EssentialContainerExited", "exits": (137,), "started": 0, "stopping": 60}
OOM |= {"reason": "OutOfMemoryError: Container killed due to memory usage"}
PULL = "CannotPullContainerError: pull image manifest has been retried 1 time(s): not found"


def killed(name: str) -> Raw:
    """A task that used too much memory."""
    return task(name, 6, "STOPPED", 61, **OOM)


def reclaimed(name: str, seconds: float = 50, of: str = NEW) -> Raw:
    """A task that went with its Spot capacity."""
    why: Raw = {"code": "SpotInterruption", "reason": "Your Spot Task was interrupted."}
    return task(name, 6, "STOPPED", seconds, stopping=seconds, started=0, deployment=of, **why)


def rolled_back(name: str) -> Raw:
    """A task of the deployment that failed, stopped by the rollback."""
    why: Raw = {"code": "ServiceSchedulerInitiated", "reason": SCALING.format(NEW)}
    return task(name, 6, "STOPPED", 260, started=0, stopping=255, **why)


def puzzling(name: str) -> Raw:
    """A task of whose stop nothing says why."""
    return task(
        name, 6, "STOPPED", 62, code="EssentialContainerExited", reason=EXITED, stopping=61, started=0
    )


def said(bench: Bench, *events: Raw) -> list[Outcome]:
    """The outcomes of the diagnosis, each event in a batch of its own."""
    results = [result for one in events for result in bench.run(one)]
    return [o for result in results for o in result.outcomes if o.playbook == "diagnose"]


def incidents(bench: Bench) -> tuple[Incident, ...]:
    return LedgerHistories(bench.store).of("prod/service/web").incidents


def made(*events: Raw) -> tuple[Bench, tuple[Incident, ...]]:
    bench = Bench()
    said(bench, *events)
    return bench, incidents(bench)


def shown(bench: Bench) -> dict[str, Card]:
    """What the chat shows in the end: the last card of each id."""
    return {card.id: card for card in bench.outbox.cards}


@settings(max_examples=60, deadline=None)
@given(st.permutations(ROLLOUT))
def test_a_rollout_that_fails_is_one_incident_and_one_card_in_every_order(events: Sequence[Raw]) -> None:
    """Also where the end of the deployment or the service's own words come before every task."""
    bench, (incident,) = made(*events)
    assert (incident.cause, incident.revision, incident.count) == ("app-exit", "web:29", 4 + 1 + 1)
    card = shown(bench).pop(incident.id)
    assert list(shown(bench)) == [incident.id]
    assert "ended by itself with exit code 99" in card.cause
    assert "deployment failed" in f"{card.headline}; {card.cause}"


FACTS = [*crashed("a", 50), killed("b"), puzzling("c"), reclaimed("d"), rolled_back("e"), FAILED, IMPAIRED]


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_the_same_events_in_any_two_orders_make_as_many_incidents_of_the_same_causes(
    data: st.DataObject,
) -> None:
    """Tasks of several causes, Spot, a rollback, and what the deployment and the service say; any part of it."""
    chosen = data.draw(st.lists(st.sampled_from(FACTS), min_size=1, max_size=8, unique_by=lambda e: e["id"]))
    first, second = made(*chosen), made(*data.draw(st.permutations(chosen)))
    assert sorted(one.cause for one in first[1]) == sorted(one.cause for one in second[1])
    for bench, found in (first, second):
        assert len({one.id for one in found}) == len(found)
        assert set(shown(bench)) == {one.id for one in found}


def test_an_incident_that_gets_to_know_its_cause_keeps_its_id_and_its_card_is_edited() -> None:
    bench = Bench()
    first, second, *_ = said(bench, FAILED, *crashed("t", 230))
    assert [card.headline for card in bench.outbox.cards] == ["the deployment failed"] * 2
    (incident,) = incidents(bench)
    assert (first.cause, second.cause) == ("unknown", "app-exit")
    assert (incident.cause, incident.revision) == ("app-exit", "web:29")
    assert {first.incident, second.incident} == {incident.id} == set(shown(bench))
    assert bench.outbox.cards[-1].cause == (
        "Container 'app' ended by itself with exit code 99. Its deployment failed."
    )
    labels = {line.label: line.text for line in bench.outbox.cards[-1].lines}
    assert "last log lines" in labels["Next"]


def test_a_service_that_cannot_start_tasks_is_the_incident_of_the_tasks_that_follow() -> None:
    bench, (incident,) = made(IMPAIRED, *crashed("t", 230))
    assert incident.cause == "app-exit"
    assert shown(bench)[incident.id].headline == "a task failed"


def test_a_cause_that_comes_hours_later_is_an_incident_of_its_own_so_that_people_get_a_new_card() -> None:
    bench, found = made(IMPAIRED, *crashed("t", 4 * 3600))
    assert [one.cause for one in found] == ["unknown", "app-exit"]
    said(bench, deployment("FAILED", 4 * 3600 + 60, OLD))
    assert [one.failed for one in incidents(bench)] == [None, f"ecs-svc/{OLD}"], "what is known goes first"


def test_a_task_of_which_nothing_says_why_it_stopped_is_an_incident_of_its_own() -> None:
    """Another task's cause is not its own."""
    _, found = made(puzzling("c"), FAILED, *crashed("t", 230))
    assert sorted(one.cause for one in found) == ["app-exit", "unknown"]


def test_a_new_incident_never_gets_the_id_of_one_that_was_renamed() -> None:
    _, found = made(FAILED, *crashed("t", 230), puzzling("c"))
    assert sorted(one.cause for one in found) == ["app-exit", "unknown"]
    assert len({one.id for one in found}) == 2


def test_a_service_that_has_no_place_for_its_tasks_names_the_incident_that_is_open() -> None:
    no_place = action("SERVICE_TASK_PLACEMENT_FAILURE", 235, kind="ERROR", reason="RESOURCE:MEMORY")
    for events in ([IMPAIRED, no_place, FAILED], [FAILED, no_place, IMPAIRED], [no_place, FAILED, IMPAIRED]):
        bench, (incident,) = made(*events)
        assert incident.cause == "placement"
        assert list(shown(bench)) == [incident.id]


def test_tasks_that_spot_took_count_among_the_causes_of_their_deployment() -> None:
    bench = Bench()
    outcomes = said(bench, reclaimed("s1"), reclaimed("s2"), *crashed("t", 60), FAILED)
    assert [outcome.cause for outcome in outcomes] == ["spot", "spot", "app-exit", "app-exit", "spot"]
    (incident,) = incidents(bench)
    assert incident.cause == "app-exit", "what failed is told; Spot is no failure"
    assert "2 of its 3 stopped tasks have the cause spot" in shown(bench)[incident.id].cause


def test_a_deployment_that_only_spot_stopped_failed_by_spot_in_either_order() -> None:
    for events in ([reclaimed("s"), FAILED], [FAILED, reclaimed("s")]):
        bench, (incident,) = made(*events)
        assert incident.cause == "spot"
        assert shown(bench)[incident.id].headline == "the deployment failed"
    assert made(FAILED, reclaimed("s", of=OLD))[1][0].cause == "unknown", "another deployment's task"


def test_what_the_rollback_stopped_says_nothing_of_why_the_deployment_failed() -> None:
    bench = Bench()
    outcomes = said(bench, *(rolled_back(f"r{n}") for n in range(4)), FAILED)
    assert outcomes[-1].cause == "unknown"


def test_tasks_that_spot_took_open_no_incident_and_are_no_crash_loop() -> None:
    bench, found = made(*(reclaimed(f"s{n}", 10 + n) for n in range(5)), *crashed("t", 60))
    (incident,) = found
    assert (incident.cause, incident.looping, incident.count) == ("app-exit", False, 1)
    assert len(bench.outbox.cards) == 1


def test_the_card_of_a_failed_deployment_keeps_the_log_and_the_changes_of_its_task() -> None:
    """What a task's card showed is asked for again, of the last task that failed: no log lies in the ledger."""
    log = LogTail("app", "group", "stream", (LogLine(moment(49), "no such table: users"),))
    image = Change(Aspect.IMAGE, How.CHANGED, "app", None, "a:1", "a:2")
    changed = RevisionDifference("web:28", "web:29", (image,), images_resolved=True)
    bench = Bench(world=FakeWorld(evidence=replace(no_evidence(), log=log, difference=changed)))
    said(bench, *crashed("t", 50), *crashed("u", 90), FAILED)
    asked = bench.world.asked[-1]
    assert (asked.task_arn or "").endswith(":task/prod/u")
    assert (asked.task_definition_arn or "").endswith(":task-definition/web:29")
    assert (asked.container, asked.deployment_id) == ("app", f"ecs-svc/{NEW}")
    labels = {line.label: line.text for line in bench.outbox.cards[-1].lines}
    assert bench.outbox.cards[-1].headline == "the deployment failed"
    assert labels["Log of app"] == "no such table: users"
    assert "Changed in 29" in labels
