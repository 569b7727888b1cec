"""What the diagnosis decides: events in, causes and incidents out, and evidence read only for news."""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from dockwarden.facts.evidence import LogLine, LogTail
from dockwarden.facts.roster import ServiceNow
from dockwarden.facts.services import Deployment, ServiceRef, ServiceState
from dockwarden.facts.unknown import NotRead
from dockwarden.incidents.history import History, Incident
from dockwarden.ledger.histories import LedgerHistories
from dockwarden.notify.cards import Card, Tone
from dockwarden.verdicts import Outcome, Verdict
from tests.events import samples
from tests.fakes import Bench, FakeServices, FakeWorld, no_evidence
from tests.rollouts import (
    API,
    BUILD,
    EXITED,
    NEW,
    Raw,
    action,
    crashed,
    deployment,
    failure,
    moment,
    replaced,
    rising,
    success,
    task,
)

WEB, API_KEY, BUILDS = "prod/service/web", "prod/service/api", "prod/tasks/family:build"


def sweep(seconds: float) -> Raw:
    return {
        "source": "dockwarden",
        "detail-type": "Dockwarden Sweep",
        "time": f"{moment(seconds):%Y-%m-%dT%H:%M:%SZ}",
        "detail": {},
    }


def said(bench: Bench, *events: Raw) -> list[Outcome]:
    """The outcomes of the diagnosis, each event in a batch of its own."""
    results = [result for one in events for result in bench.run(one)]
    return [o for result in results for o in result.outcomes if o.playbook == "diagnose"]


def history(bench: Bench, key: str = WEB) -> History:
    return LedgerHistories(bench.store).of(key)


def incidents(bench: Bench, *keys: str) -> list[Incident]:
    return [one for key in keys or (WEB,) for one in history(bench, key).incidents]


def told(outcomes: Sequence[Outcome]) -> list[Outcome]:
    return [outcome for outcome in outcomes if outcome.verdict is Verdict.TELL]


def texts(card: Card) -> str:
    return "; ".join(f"{line.label}: {line.text}" for line in card.lines)


def doubled(events: list[Raw]) -> list[Raw]:
    return [event for one in events for event in (one, one)]


def doubled_later(events: list[Raw]) -> list[Raw]:
    return [*events, *events]


def swapped(start: int) -> Callable[[list[Raw]], list[Raw]]:
    def neighbours(events: list[Raw]) -> list[Raw]:
        changed = list(events)
        for n in range(start, len(changed) - 1, 2):
            changed[n], changed[n + 1] = changed[n + 1], changed[n]
        return changed

    return neighbours


def each_pair(events: list[Raw]) -> Iterator[list[Raw]]:
    for n in range(len(events) - 1):
        yield [*events[:n], events[n + 1], events[n], *events[n + 2 :]]


ORDERS: dict[str, Callable[[list[Raw]], list[Raw]]] = {
    "as it came": list,
    "doubled": doubled,
    "doubled later": doubled_later,
    "swapped": swapped(0),
    "swapped from the second": swapped(1),
    "doubled and swapped": lambda events: swapped(1)(doubled(events)),
    "reversed": lambda events: events[::-1],
}


@pytest.mark.parametrize("order", ORDERS.values(), ids=list(ORDERS))
def test_a_rollout_that_succeeds_makes_no_incident_and_tells_nobody(
    order: Callable[[list[Raw]], list[Raw]],
) -> None:
    """Also where the exit code of a replaced task is not 0."""
    bench = Bench()
    outcomes = said(bench, *order(success()))
    assert told(outcomes) == []
    assert incidents(bench, WEB, API_KEY) == []
    assert bench.outbox.cards == []
    assert bench.world.asked == []
    assert {outcome.cause for outcome in outcomes} == {None, "scheduler"}


@pytest.mark.parametrize("order", ORDERS.values(), ids=list(ORDERS))
def test_a_rollout_that_fails_is_one_incident_with_its_cause_its_service_and_its_revision(
    order: Callable[[list[Raw]], list[Raw]],
) -> None:
    """And no other service, nor the build that ran to its end, is blamed."""
    bench = Bench()
    outcomes = said(bench, *order(failure()))
    (incident,) = incidents(bench)
    assert (incident.cause, incident.revision, incident.looping) == ("app-exit", "web:29", True)
    assert incidents(bench, API_KEY, BUILDS) == []
    assert {outcome.incident for outcome in outcomes} == {None, incident.id}
    assert {outcome.cause for outcome in told(outcomes)} == {"app-exit"}
    assert {card.id for card in bench.outbox.cards} == {incident.id}
    assert {card.subject for card in bench.outbox.cards} == {"web"}


def test_a_rollout_that_fails_is_one_incident_whichever_two_neighbours_change_places() -> None:
    for events in each_pair(failure()):
        bench = Bench()
        outcomes = said(bench, *events)
        (incident,) = incidents(bench)
        assert (incident.cause, incident.revision) == ("app-exit", "web:29")
        assert {outcome.incident for outcome in told(outcomes)} == {incident.id}


@pytest.mark.parametrize("seed", range(5))
def test_a_rollout_that_fails_in_one_batch_of_any_order_is_one_incident(seed: int) -> None:
    """A batch sees its own changes."""
    events = doubled(failure())
    random.Random(seed).shuffle(events)  # noqa: S311  an order, not a secret
    # Where the end of the deployment comes before every task, nothing says why it failed.
    events.sort(key=lambda one: one["detail-type"] == "ECS Deployment State Change")
    events.sort(key=lambda one: one["detail-type"] == "ECS Service Action")
    bench = Bench()
    bench.run(*events)
    (incident,) = incidents(bench)
    assert (incident.cause, incident.count) == ("app-exit", 4 + 1 + 1)


def test_a_failing_rollout_is_told_when_it_begins_when_it_loops_and_when_it_ends() -> None:
    bench = Bench()
    said(bench, *failure())
    assert [card.headline for card in bench.outbox.cards] == [
        "a task failed",
        "keeps crashing",
        "the deployment failed",
    ]
    assert "4 times" not in texts(bench.outbox.cards[0])
    assert "revision web:29" in texts(bench.outbox.cards[0])
    assert len(bench.world.asked) == 3


def test_the_card_of_a_failed_deployment_keeps_why_its_first_task_failed() -> None:
    """It is one message, edited in place: the cause must not give way to a count."""
    bench = Bench()
    said(bench, *failure())
    last = bench.outbox.cards[-1]
    assert last.headline == "the deployment failed"
    assert "ended by itself with exit code 99" in last.cause
    assert "stopped tasks have the cause app-exit" in last.cause


def test_a_deployment_that_failed_is_told_once_though_two_detail_types_say_it() -> None:
    bench = Bench()
    failed = deployment("FAILED", 100)
    as_action = {**failed, "detail-type": "ECS Service Action", "id": "another"}
    outcomes = said(bench, *crashed("t", 50), failed, as_action, failed)
    assert [outcome.verdict.value for outcome in outcomes[2:]] == ["tell", "ignore", "ignore"]
    assert [outcome.cause for outcome in outcomes[2:]] == ["app-exit"] * 3


def test_a_deployment_failed_by_what_most_of_its_own_tasks_stopped_for() -> None:
    oom: Raw = {"reason": "OutOfMemoryError: Container killed due to memory usage", "exits": (137,)}
    oom |= {"code": "EssentialContainerExited", "started": 0}
    died = [task(f"o{n}", 6, "STOPPED", n, stopping=n, **oom) for n in (1, 2)]
    older = [e for n in range(4) for e in crashed(f"old{n}", 3, deployment="7", revision="web:28")]
    bench = Bench()
    said(bench, *died, *crashed("c", 5), *older)
    (outcome,) = said(bench, deployment("FAILED", 100))
    assert outcome.cause == "oom"


def test_a_deployment_of_which_no_task_was_seen_failed_for_an_unknown_cause() -> None:
    assert said(Bench(), deployment("FAILED", 100))[0].cause == "unknown"


@pytest.mark.parametrize(
    ("sample", "cause"),
    [
        ("ecs/task-stopped-by-scheduler", "scheduler"),
        ("ecs/task-stopped-by-user", "user"),
        ("ecs/task-stopped-spot-interruption", "spot"),
        ("ecs/task-fargate-spot-warning", "spot"),
        ("ecs/task-stopped-host-terminated", "host-terminated"),
        ("ecs/service-tasks-stopped", "scheduler"),
    ],
)
def test_a_stop_that_is_no_failure_has_its_cause_and_is_told_to_nobody(sample: str, cause: str) -> None:
    """Three of them in a row are no crash loop either: a Spot drain, a scale-in, a person's stop."""
    bench = Bench()
    raw = samples.load(sample)
    named = [
        {
            **raw,
            "detail": {
                **raw["detail"],
                **({"taskArn": raw["detail"]["taskArn"][:-1] + str(n)} if "taskArn" in raw["detail"] else {}),
            },
        }
        for n in range(4)
    ]
    outcomes = said(bench, *named)
    assert [(o.verdict, o.cause, o.incident) for o in outcomes] == [(Verdict.IGNORE, cause, None)] * 4
    assert (bench.outbox.cards, bench.world.asked) == ([], [])


@pytest.mark.parametrize(
    "sample",
    [
        "ecs/task-provisioning",
        "ecs/task-running",
        "ecs/task-stopped-standalone-exit-0",
        "ecs/service-steady-state",
        "ecs/deployment-completed",
        "ecs/deployment-in-progress",
        "ecs/service-deployment-completed-as-action",
    ],
)
def test_where_nothing_has_failed_there_is_no_cause_and_nothing_is_written(sample: str) -> None:
    bench = Bench()
    (outcome,) = said(bench, samples.load(sample))
    assert (outcome.verdict, outcome.cause, outcome.incident) == (Verdict.IGNORE, None, None)
    written = [key for key in getattr(bench.store, "items") if key[1] == "HISTORY"]  # noqa: B009
    assert written == [] or "steady" in sample


def test_a_run_to_completion_task_that_fails_is_told_and_one_that_ends_well_ends_its_incident() -> None:
    """Else a nightly job that failed once would never be told of again."""
    bench = Bench()
    ended = {"code": "EssentialContainerExited", "reason": EXITED, **BUILD}
    bad = task("b1", 6, "STOPPED", 10, exits=(1, 0), started=0, stopping=9, **ended)
    well = task("b2", 6, "STOPPED", 86400, exits=(0, 0), started=86300, stopping=86399, **ended)
    worse = task("b3", 6, "STOPPED", 172800, exits=(1, 0), started=172700, stopping=172799, **ended)
    outcomes = said(bench, bad, well, worse)
    # By the third, the soak is over, which is said first.
    assert [o.verdict.value for o in outcomes] == ["tell", "ignore", "ignore", "tell"]
    assert [o.cause for o in outcomes] == ["app-exit", None, None, "app-exit"]
    assert outcomes[0].incident == outcomes[2].incident != outcomes[3].incident
    assert [card.tone for card in bench.outbox.cards] == [Tone.TOLD, Tone.DONE, Tone.TOLD]
    assert bench.outbox.cards[1].id == outcomes[0].incident


def test_a_late_or_doubled_event_has_its_cause_and_its_incident_and_is_not_told_again() -> None:
    bench = Bench()
    stopping, stopped = crashed("t", 50)
    outcomes = said(bench, stopped, stopping, stopped)
    assert [o.verdict.value for o in outcomes] == ["tell", "ignore", "ignore"]
    assert {o.cause for o in outcomes} == {"app-exit"}
    assert len({o.incident for o in outcomes}) == 1
    assert incidents(bench)[0].count == 1


def test_two_causes_of_a_service_are_two_incidents() -> None:
    bench = Bench()
    pull = "CannotPullContainerError: pull image manifest has been retried 1 time(s): not found"
    missing = task("m", 5, "STOPPED", 60, code="TaskFailedToStart", reason=pull, stopping=59)
    outcomes = said(bench, *crashed("t", 50), missing)
    assert [o.cause for o in told(outcomes)] == ["app-exit", "image-missing"]
    assert len({o.incident for o in told(outcomes)}) == 2


def test_evidence_is_asked_once_and_only_when_there_is_news() -> None:
    bench = Bench()
    said(bench, *rising("t", 0), *replaced("old", 5, deployment=NEW))
    assert bench.world.asked == []
    said(bench, *crashed("t", 50))
    (question,) = bench.world.asked
    assert question.service is not None
    assert (question.service.cluster, question.service.name, question.container) == ("prod", "web", "app")
    assert question.task_arn is not None
    assert question.task_arn.endswith("/t")
    said(bench, *crashed("t", 50), *crashed("u", 90))
    assert len(bench.world.asked) == 1


def test_what_could_not_be_read_is_said_as_not_read() -> None:
    bench = Bench()
    said(bench, *crashed("t", 50))
    said_of = texts(bench.outbox.cards[0])
    assert "Not read: " in said_of
    assert "the log (nobody knows)" in said_of


def test_what_was_read_is_on_the_card() -> None:
    log = LogTail("app", "group", "stream", (LogLine(moment(49), "no such table: users"),))
    bench = Bench(world=FakeWorld(evidence=replace(no_evidence(), log=log)))
    said(bench, *crashed("t", 50))
    assert "Log of app: no such table: users" in texts(bench.outbox.cards[0])


def service_state(*deployments: Deployment) -> ServiceState:
    texts: Raw = dict.fromkeys(ServiceState.__dataclass_fields__)
    numbers = {
        "desired": 2,
        "running": 1,
        "pending": 0,
        "minimum_healthy_percent": 100,
        "maximum_percent": 200,
    }
    lists = dict.fromkeys(
        ("alarm_names", "target_group_arns", "service_revision_arns", "messages", "tags"), ()
    )
    return ServiceState(**{**texts, **numbers, **lists, "arn": "arn", "deployments": deployments})


def test_the_evidence_is_asked_for_in_one_step(monkeypatch: pytest.MonkeyPatch) -> None:
    """The service is read with the rest and not before it: two steps of eight seconds are one too many."""
    read: list[ServiceRef] = []

    def now(_: FakeServices, service: ServiceRef) -> NotRead:
        read.append(service)
        return NotRead("nobody knows")

    monkeypatch.setattr(FakeServices, "now", now)
    bench = Bench()
    said(bench, *crashed("t", 50))
    (question,) = bench.world.asked
    assert question.service == ServiceRef("prod", "web")
    assert (question.task_definition_arn or "").endswith("web:29")
    assert read == []


def test_a_service_that_cannot_start_tasks_shares_the_incident_of_its_tasks() -> None:
    bench = Bench()
    outcomes = said(bench, *crashed("t", 50), action("SERVICE_TASK_START_IMPAIRED", 60, kind="WARN"))
    assert [o.cause for o in outcomes] == ["app-exit"] * 3
    assert len(incidents(bench)) == 1


def test_a_doubled_service_action_is_counted_once() -> None:
    bench = Bench()
    impaired = action("SERVICE_TASK_START_IMPAIRED", 60, kind="WARN")
    assert [o.verdict.value for o in said(bench, impaired, impaired)] == ["tell", "ignore"]
    assert incidents(bench)[0].count == 1


def test_a_tasks_stopped_action_that_names_a_deployment_is_still_about_tasks() -> None:
    (outcome,) = said(Bench(), action("TASKS_STOPPED", 5, deploymentId="ecs-svc/1"))
    assert (outcome.verdict, outcome.cause) == (Verdict.IGNORE, "scheduler")


def test_steady_events_resolve_an_incident_after_the_soak_by_editing_its_card() -> None:
    bench = Bench()
    opened = told(said(bench, *crashed("t", 50)))[0].incident
    outcomes = said(bench, action("SERVICE_STEADY_STATE", 100), action("SERVICE_STEADY_STATE", 800))
    assert [o.incident for o in outcomes] == [None, opened]
    assert [(card.id, card.tone) for card in bench.outbox.cards] == [(opened, Tone.TOLD), (opened, Tone.DONE)]
    assert told(said(bench, *crashed("u", 5000)))[0].incident != opened


def now(name: str, running: int, desired: int = 2) -> ServiceNow:
    return ServiceNow("prod", name, desired, running, 0, deploying=False)


def test_the_first_sweep_gives_one_digest_of_what_is_wrong_already_and_no_sweep_tells_it_again() -> None:
    bench = Bench(world=FakeWorld(services=(now("web", 0), now("api", 1), now("fine", 2))))
    for number in range(8):
        bench.clock.set(moment(300 * number))
        said(bench, sweep(300 * number))
    (card,) = bench.outbox.cards
    assert "2 services" in card.cause
    assert "prod/web runs 0 of 2" in texts(card)
    assert "fine" not in texts(card)


def test_a_first_sweep_that_finds_nothing_tells_nothing() -> None:
    bench = Bench(world=FakeWorld(services=(now("web", 2),)))
    (outcome,) = said(bench, sweep(0))
    assert (outcome.verdict, bench.outbox.cards) == (Verdict.IGNORE, [])


def swept(bench: Bench, *counts: int) -> list[Outcome]:
    """The outcomes of sweeps that see a service with these running tasks, five minutes apart."""
    outcomes = []
    for number, running in enumerate(counts):
        bench.world.services = (now("web", running),)
        outcomes += said(bench, sweep(300 * number))
    return outcomes


@pytest.mark.parametrize(("running", "words"), [(1, "runs too few tasks"), (0, "runs nothing at all")])
def test_a_service_that_silently_runs_too_few_tasks_for_too_long_is_told_once(
    running: int, words: str
) -> None:
    bench = Bench()
    outcomes = swept(bench, 2, *[running] * 7)
    assert [o.cause for o in told(outcomes)] == ["unknown"]
    (card,) = bench.outbox.cards
    assert (card.headline, card.subject) == (words, "web")
    assert f"{running} of 2" in card.cause


def test_a_sweep_resolves_what_no_event_says_is_over() -> None:
    bench = Bench()
    swept(bench, 2)
    opened = told(said(bench, *crashed("t", 50)))[0].incident
    swept(bench, 1, 2, 2, 2, 2)
    assert [(card.id, card.tone) for card in bench.outbox.cards[1:]] == [(opened, Tone.DONE)]


def test_each_incident_that_is_over_says_so_on_its_own_card() -> None:
    bench = Bench()
    swept(bench, 2)
    pull = "CannotPullContainerError: pull image manifest has been retried 1 time(s): not found"
    said(
        bench, *crashed("t", 5), task("m", 5, "STOPPED", 6, code="TaskFailedToStart", reason=pull, stopping=6)
    )
    swept(bench, 1, 2, 2, 2, 2)
    done = [card.id for card in bench.outbox.cards if card.tone is Tone.DONE]
    assert sorted(done) == sorted(one.id for one in incidents(bench))
    assert len(done) == 2


def test_what_no_sweep_sees_any_more_is_closed_without_a_word_after_a_day() -> None:
    bench = Bench()
    swept(bench, 2)
    said(bench, *crashed("t", 50, **{**API, "deployment": NEW}))
    before = len(bench.outbox.cards)
    said(bench, sweep(3600))
    assert incidents(bench, API_KEY)[0].open
    said(bench, sweep(2 * 86400))
    assert not incidents(bench, API_KEY)[0].open
    assert len(bench.outbox.cards) == before


def test_a_sweep_that_cannot_read_the_services_says_so_and_forgets_nothing() -> None:
    bench = Bench(world=FakeWorld(services=NotRead("prod: ThrottlingException")))
    (outcome,) = said(bench, sweep(0))
    assert outcome.verdict is Verdict.IGNORE
    assert "ThrottlingException" in outcome.reason
    bench.world.services = (now("web", 0),)
    assert len(told(said(bench, sweep(300)))) == 1, "the digest is still to come"


def restarted(bench: Bench, *counts: int | NotRead) -> list[Outcome]:
    """The outcomes of sweeps that find so many restarts inside the tasks of a service, five minutes apart."""
    bench.world.services, outcomes = (now("web", 2),), []
    for number, count in enumerate(counts):
        bench.world.restarts = count if isinstance(count, NotRead) else {ServiceRef("prod", "web"): count}
        outcomes += said(bench, sweep(300 * number))
    return outcomes


def test_restarts_that_no_event_tells_are_told_once_with_how_many_and_no_cause_made_up() -> None:
    bench = Bench()
    outcomes = restarted(bench, 0, 3, 4, 5)
    assert [o.cause for o in told(outcomes)] == ["unknown"]
    (card,) = bench.outbox.cards
    assert (card.headline, card.subject) == ("keeps crashing inside its tasks", "web")
    assert "restarted 3 times inside their tasks within 60 min; their restart policy hides it" in card.cause
    assert bench.world.counted[0] == (moment(-3600), moment(0))


def test_restarts_that_are_over_turn_their_card_green_and_say_what_is_known() -> None:
    bench = Bench()
    restarted(bench, 0, 3, 0, 0, 0)
    assert [card.tone for card in bench.outbox.cards] == [Tone.TOLD, Tone.DONE]
    assert "Restarts inside tasks: fewer than 3 within 60 min" in texts(bench.outbox.cards[-1])


def test_restarts_that_could_not_be_read_are_said_as_not_read_and_end_nothing() -> None:
    bench, unread = Bench(), NotRead("prod: GetMetricData: AccessDenied")
    outcomes = restarted(bench, 0, 3, unread, unread, unread, unread)
    said_so = [o for o in outcomes if o.reason == f"restarts inside tasks were not read: {unread.why}"]
    assert len(said_so) == 4
    assert [card.tone for card in bench.outbox.cards] == [Tone.TOLD]


def test_the_first_sweep_names_restarts_in_its_digest_and_tells_them_nowhere_else() -> None:
    bench = Bench()
    restarted(bench, 7, 7, 7)
    (card,) = bench.outbox.cards
    assert card.cause == "Containers of 1 services keep crashing inside their tasks."
    assert "prod/web: containers were restarted 7 times inside their tasks" in texts(card)


def test_the_thresholds_are_settings_with_the_defaults_that_are_documented() -> None:
    from dockwarden.playbooks.diagnose import DiagnoseSettings  # noqa: PLC0415

    thresholds = DiagnoseSettings().thresholds
    assert (thresholds.in_a_row, thresholds.short_lived, thresholds.soak) == (3, 300, timedelta(minutes=10))
    assert DiagnoseSettings().below_desired_minutes == 15
    assert (DiagnoseSettings().hidden_restarts, DiagnoseSettings().hidden_restarts_minutes) == (3, 60)
