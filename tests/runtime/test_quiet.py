"""Events from which nothing follows: a lane leaves them alone without its engine, which would do nothing else."""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest

from dockwarden.causes.tasks import diagnose_task
from dockwarden.causes.vocabulary import NO_FAILURE
from dockwarden.errors import MalformedEventError
from dockwarden.events.ecs_task_state_change import TaskStateChange
from dockwarden.events.parse import Event, UnknownEvent, parse
from dockwarden.incidents.history import History, Incident
from dockwarden.incidents.subjects import key_of
from dockwarden.lanes import LANES, RECORDS
from dockwarden.ledger.histories import LedgerHistories
from dockwarden.ledger.memory import MemoryStore
from dockwarden.playbook import hushes, registry
from dockwarden.quiet import Quiet
from dockwarden.runtime import lane
from dockwarden.runtime.hushing import Hushes, hushed, read_hushes
from dockwarden.runtime.transcript import about
from dockwarden.verdicts import Verdict
from tests.causes.rows import ROWS
from tests.events import samples
from tests.fakes import ACCOUNT, NOON, REGION, Bench, FakeOutbox, FakeWorld
from tests.rollouts import NEW, SCALING, Raw, crashed, replaced, task

HUSHES = hushes([playbook for playbook in registry().values() if playbook.lane is RECORDS])
OF_LANES = [
    hushes([playbook for playbook in registry().values() if playbook.lane is one]) for one in LANES.values()
]
HOME = (ACCOUNT, REGION)


def quiet(raw: object) -> list[tuple[str, Quiet]] | None:
    try:
        event = parse(raw)
    except MalformedEventError:
        return None
    return None if isinstance(event, UnknownEvent) else hushed(event, HUSHES)


def at_home(raw: Raw) -> Raw:
    return {**raw, "account": ACCOUNT, "region": REGION}


def candidates() -> Iterator[Raw]:
    """Every sample, every row of the causes, and every sample of a task with each of its nodes missing."""
    for name in samples.NAMES:
        raw = samples.load(name)
        if isinstance(raw, dict):
            yield at_home(raw)
            if name.startswith("ecs/task-"):
                yield from (at_home(samples.without(raw, place)) for place in samples.places(raw))
    yield from (at_home(row.event()) for row in ROWS)


QUIET = [(raw, said) for raw in candidates() if (said := quiet(raw)) is not None]


def troubled(event: Event) -> MemoryStore:
    """A ledger in which the service or group of an event has failed, and so has its deployment."""
    store, key = MemoryStore(), key_of(event) or "?"
    opened = NOON - timedelta(days=9999)
    incident = Incident(
        "inc-1", "unknown", None, opened, opened, failed=getattr(event, "deployment_id", None)
    )
    histories = LedgerHistories(store)
    histories.prepare([key])
    histories.keep(History(key, incidents=(incident,)))
    histories.write(NOON)
    return store


def by_lane(event: Event) -> list[tuple[str, Quiet]]:
    """What each lane that calls an event quiet says of it."""
    return [said for lane_hushes in OF_LANES for said in hushed(event, lane_hushes) or ()]


def test_the_engine_does_nothing_about_an_event_that_is_quiet_and_says_the_same_of_it() -> None:
    """Also where its service is in trouble; so `dockwarden decide`, which has no such short way, says the same."""
    assert len(QUIET) > 200
    for raw, _ in QUIET:
        event = parse(raw)
        assert not isinstance(event, UnknownEvent)
        store = troubled(event)
        before = dict(store.items)
        bench = Bench(world=FakeWorld(), outbox=FakeOutbox(), store=store)
        (result,) = bench.run(raw)
        found = [(o.playbook, Quiet(o.reason, o.target, o.cause)) for o in result.outcomes]
        assert sorted(found) == sorted(by_lane(event)), raw
        assert {o.verdict for o in result.outcomes} == {Verdict.IGNORE}
        assert [o.incident for o in result.outcomes if o.incident] == []
        assert (result.retry, store.items, bench.outbox.cards, bench.world.asked) == (None, before, [], [])


@pytest.mark.parametrize(
    ("name", "cause"),
    [
        ("task-stopped-by-scheduler", "scheduler"),
        ("task-stopped-by-user", "user"),
        ("task-provisioning", None),
        ("task-running", None),
    ],
)
def test_a_stop_that_somebody_willed_and_a_task_that_runs_are_quiet(name: str, cause: str | None) -> None:
    ((playbook, said),) = quiet(samples.load(f"ecs/{name}")) or []
    assert (playbook, said.cause) == ("diagnose", cause)


@pytest.mark.parametrize(
    "name",
    [
        "task-stopped-essential-container-exit-1",
        "task-stopped-elb-health",
        "task-stopped-standalone-exit-0",
        "task-stopped-spot-interruption",
        "service-steady-state",
        "service-tasks-stopped",
        "deployment-completed",
        "container-instance-draining",
    ],
)
def test_what_fails_may_end_an_incident_or_has_to_be_remembered_is_not_quiet(name: str) -> None:
    raw = samples.load(f"ecs/{name}")
    if name == "task-stopped-spot-interruption":
        raw["detail"]["startedBy"] = "ecs-svc/1"
    assert quiet(raw) is None


def earlier(raw: Raw) -> Iterator[Raw]:
    """What ECS may have sent of a task before this: less of its containers' ends, or nothing of its stop yet."""
    detail = raw["detail"]
    unended = [
        {k: v for k, v in container.items() if k not in {"exitCode", "reason"}}
        for container in detail.get("containers", [])
        if isinstance(container, dict)
    ]
    silent = {k: v for k, v in detail.items() if k not in {"stopCode", "stoppedReason"}}
    wordless = {k: v for k, v in detail.items() if k != "stoppedReason"}
    for last in ("RUNNING", "DEACTIVATING", "STOPPING", "DEPROVISIONING"):
        for known in (detail, wordless, silent):
            for containers in (detail.get("containers", []), unended):
                yield {**raw, "detail": {**known, "lastStatus": last, "containers": containers}}


def test_invariant_3_no_earlier_event_of_a_quiet_stop_is_a_failure_so_that_its_version_can_be_forgotten() -> (
    None
):
    stops = [raw for raw, said in QUIET if any(one.cause for _, one in said)]
    assert len(stops) > 100
    for raw in stops:
        for before in earlier(raw):
            event = parse(before)
            assert isinstance(event, TaskStateChange)
            found = diagnose_task(event)
            assert found is None or found.cause in NO_FAILURE, (found, before)


def by_user(name: str) -> list[Raw]:
    """A task that somebody stops, and that has to be killed."""
    why: Raw = {
        "code": "UserInitiated",
        "reason": "OutOfMemoryError, said the operator",
        "stopping": 5,
        "started": 0,
    }
    ends = [("DEACTIVATING", None), ("STOPPING", None), ("DEPROVISIONING", 137), ("STOPPED", 137)]
    return [task(name, 5 + n, last, 6 + n, exits=(code,), **why) for n, (last, code) in enumerate(ends)]


@pytest.mark.parametrize("stop", [replaced("t", 9, deployment=NEW), by_user("t")], ids=["scheduler", "user"])
def test_invariant_3_a_willed_stop_tells_and_writes_nothing_in_any_order(stop: list[Raw]) -> None:
    for order in permutations(stop):
        bench = Bench(store=MemoryStore(), outbox=FakeOutbox())
        outcomes = [o for raw in (*order, *order) for r in bench.run(raw) for o in r.outcomes]
        assert {o.verdict for o in outcomes} == {Verdict.IGNORE}
        assert getattr(bench.store, "items") == {}  # noqa: B009  the store of this test is one in memory
        assert bench.outbox.cards == []


def records(*raws: Mapping[str, Any]) -> dict[str, Any]:
    return {"Records": [{"messageId": f"m{n}", "body": json.dumps(raw)} for n, raw in enumerate(raws)]}


class Woken:
    """Work that only notes what it was woken for."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    def run(self, heard: list[lane.Heard], _request: str | None) -> list[str]:
        self.heard += [message for message, *_ in heard]
        return []


def heard(known: Hushes, *raws: Raw) -> list[str]:
    work: Any = Woken()
    assert lane.Lane(HOME, lambda: work, known).handle(records(*raws)) == {"batchItemFailures": []}
    heard: list[str] = work.heard
    return heard


def logged(caplog: pytest.LogCaptureFixture) -> list[dict[str, Any]]:
    """What the log says of what was ignored: the fields beside the message."""
    return [vars(record) for record in caplog.records if record.getMessage() == "ignored"]


def test_of_a_batch_only_what_is_not_quiet_wakes_the_engine(caplog: pytest.LogCaptureFixture) -> None:
    old, (_, failed) = replaced("old", 5, deployment=NEW), crashed("t", 50)
    assert heard(HUSHES, *old, failed) == ["m4"]
    said = logged(caplog)
    assert [(one["playbook"], one["cause"]) for one in said] == [("diagnose", "scheduler")] * 4
    assert said[0]["event_id"] == old[0]["id"]
    assert said[0]["target"] == old[0]["detail"]["taskArn"]
    assert "scheduler stopped the task" in said[0]["reason"]
    assert SCALING.format(NEW) not in str(said), "the sentence is ours; what ECS wrote stays out"


def test_a_quiet_event_of_a_replay_is_ignored_as_a_replay(caplog: pytest.LogCaptureFixture) -> None:
    replay = {**replaced("old", 5, deployment=NEW)[0], "replay-name": "last-week"}
    assert heard(HUSHES, replay) == []
    (said,) = logged(caplog)
    assert "it is a replay" in said["reason"]
    assert "playbook" not in said


def fails(event: object) -> Quiet | None:
    raise ZeroDivisionError(event)


@pytest.mark.parametrize(
    "places",
    [
        {"diagnose": f"{__name__}:fails"},
        {"diagnose": "dockwarden.causes.quiet:not_there"},
        {"diagnose": "dockwarden.not_there:quiet_task"},
        {"diagnose": "dockwarden.causes.quiet:quiet_task", "another": f"{__name__}:fails"},
        {"diagnose": 7},
        {},
    ],
)
def test_invariant_13_where_it_cannot_be_told_whether_an_event_is_quiet_it_is_heard(places: Any) -> None:
    assert heard({"TaskStateChange": places}, replaced("old", 5, deployment=NEW)[0]) == ["m0"]


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "7", '{"TaskStateChange": 7}'])
def test_without_a_readable_list_of_what_may_be_quiet_everything_is_heard(text: str) -> None:
    assert read_hushes(text) == {}


COLD = """
import json, sys
from dockwarden.runtime.lane import handle
print(handle({{"Records": [{{"messageId": "m", "body": {body!r}}}]}}, None))
names = ("boto3", "botocore.session", "dockwarden.runtime.engine", "dockwarden.playbook", "dockwarden.ledger")
print("loaded:", [name for name in names if name in sys.modules])
"""


@pytest.mark.parametrize("name", ["task-stopped-by-scheduler", "task-stopped-by-user", "task-running"])
def test_a_cold_start_for_a_quiet_event_imports_neither_the_engine_nor_boto3(name: str) -> None:
    """In a process of its own, with the environment that the deploy writes and no AWS to ask."""
    body = json.dumps(samples.load(f"ecs/{name}"))
    raw = json.loads(body)
    config = json.dumps({"account": raw["account"], "region": raw["region"]})
    done = subprocess.run(
        [sys.executable, "-c", COLD.format(body=body)],
        capture_output=True,
        text=True,
        check=True,
        env={
            "DOCKWARDEN_CONFIG": config,
            "DOCKWARDEN_QUIET": json.dumps(HUSHES),
            "PYTHONPATH": ":".join(sys.path),
        },
    )
    assert "{'batchItemFailures': []}" in done.stdout
    assert '"message":"ignored"' in done.stdout
    assert "loaded: []" in done.stdout


def test_a_transcript_names_the_fields_of_a_task_and_of_its_containers() -> None:
    """Whatever kind of record holds them: the models of this path are tuples, for the sake of its cold start."""
    event = parse(samples.load("ecs/task-stopped-by-user"))
    assert isinstance(event, TaskStateChange)
    script = about(event, [])["event"]
    assert script["stop_code"] == "UserInitiated"
    assert script["containers"][0]["name"] == event.containers[0].name
