"""The rollback as a playbook, by fakes: what it reads and what not, and the verdict for whatever cannot be read."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dockwarden.causes.vocabulary import OF_THE_REVISION, Cause
from dockwarden.facts.alarms import Alarm, ServiceAlarms
from dockwarden.facts.known_good import Known
from dockwarden.facts.releases import Candidate, Definition
from dockwarden.facts.unknown import NotRead
from dockwarden.guard.modes import Mode
from dockwarden.incidents.history import History, Incident
from dockwarden.service_actions import RollBackService, StopServiceDeployment
from dockwarden.verdicts import Verdict
from tests.fakes import NOON, Bench
from tests.rollback.asking import DENIED, KEY, SWEEP, Asked, failing, running
from tests.rollback.cases import (
    HOUR,
    bad,
    definition,
    deployment,
    good,
    releases,
    revision_arn,
    revisions,
    rollout,
    service,
)
from tests.rollouts import Raw, action, crashed, rising, task
from tests.rollouts import deployment as deployment_event

CRASHED = crashed("t1", 0)[-1]
FAILED = deployment_event("FAILED", 0, "9")
EVENTS: Sequence[Raw] = (CRASHED, FAILED, action("SERVICE_TASK_START_IMPAIRED", 0, kind="WARN"))
NOTHING = {"prod/web": Known("prod/web")}
ALL = ["releases web", "definition web:2", "tasks web", "alarms web", "candidate web:1"]


# What is read, and what is not


@pytest.mark.parametrize(
    "raw",
    [*EVENTS, *rising("t1", 0), deployment_event("IN_PROGRESS", 0), action("SERVICE_STEADY_STATE", 0)],
    ids=lambda raw: str(raw["detail"].get("eventName", raw["detail"].get("lastStatus"))),
)
def test_of_a_service_without_an_incident_nothing_is_read_of_aws(raw: Raw) -> None:
    """Its history in the ledger says so, whatever the event is."""
    asked = Asked(histories={})
    assert asked.one(raw).verdict is Verdict.IGNORE
    assert asked.questions == []
    assert len(asked.looked_up) <= 2


def test_of_the_end_of_a_deployment_without_an_incident_the_ledger_alone_is_asked() -> None:
    """It may be the end of a rollback of ours, of which the ledger knows."""
    asked = Asked(histories={}, known={})
    assert asked.one(deployment_event("COMPLETED", 0)).verdict is Verdict.IGNORE
    assert asked.questions == []
    assert asked.looked_up == [f"history {KEY}", "known prod/web"]


def test_a_task_that_is_of_no_service_is_not_looked_up() -> None:
    asked = Asked(histories={})
    found = asked.one(task("t1", 6, "STOPPED", 0, group="family:build", code="EssentialContainerExited"))
    assert (found.verdict, found.reason) == (Verdict.IGNORE, "it is no service's")
    assert asked.questions == []


@pytest.mark.parametrize(
    "incident",
    [
        Incident("inc-1", "app-exit", "web:2", NOON, NOON),
        Incident("inc-1", "app-exit", "web:2", NOON, NOON, 9, looping=True, closed_at=NOON),
    ],
    ids=["one failure", "over"],
)
def test_an_incident_that_is_no_loop_or_is_over_reads_nothing(incident: Incident) -> None:
    asked = Asked(histories={KEY: History(KEY, incidents=(incident,))})
    assert asked.one(CRASHED).verdict is Verdict.IGNORE
    assert asked.questions == []


@pytest.mark.parametrize("cause", sorted(set(Cause) - OF_THE_REVISION - {Cause.KILLED, Cause.UNKNOWN}))
def test_invariant_34_against_a_cause_that_no_revision_ends_nothing_is_read_and_the_need_is_said(
    cause: Cause,
) -> None:
    """Before a single call: in an outage of AWS there is nothing to gain from asking it more."""
    asked = Asked(histories={KEY: failing(cause)})
    found = asked.one(CRASHED)
    assert (found.verdict, found.actions) == (Verdict.IGNORE, ())
    assert found.reason.startswith("no rollback helps: ")
    assert asked.questions == []


def test_where_a_revision_fails_each_thing_is_read_once() -> None:
    """And the images of the first candidate alone, where that can be deployed."""
    asked = Asked()
    found = asked.one(CRASHED)
    assert found.verdict is Verdict.ACT
    assert [type(one) for one in found.actions] == [RollBackService]
    assert sorted(asked.questions) == sorted(ALL)


@pytest.mark.parametrize("listed", [(), ("another",)])
def test_a_cluster_that_is_not_listed_is_not_read(listed: tuple[str, ...]) -> None:
    asked = Asked(listed=listed)
    found = asked.one(CRASHED)
    assert (found.verdict, found.reason) == (Verdict.IGNORE, "cluster prod is not opted in")
    assert asked.questions == []


def test_where_it_is_not_known_whether_the_cluster_is_listed_nothing_is_excluded_here() -> None:
    """The playbook decides as for a listed one; that nothing is done then is the guard's, as for every playbook."""
    bench = Bench()
    bench.world.listed = None
    assert Asked(listed=None).one(CRASHED).verdict is Verdict.ACT
    outcomes = [o for result in bench.run(CRASHED) for o in result.outcomes if o.playbook == "rollback"]
    assert bench.performer.performed == []
    assert {outcome.verdict for outcome in outcomes} <= {Verdict.IGNORE, Verdict.HOLD}


# What cannot be read


def test_releases_that_cannot_be_read_hold_once_for_an_incident() -> None:
    asked = Asked(releases=DENIED)
    found = [asked.one(raw) for raw in EVENTS]
    assert {(one.verdict, one.reason) for one in found} == {
        (Verdict.HOLD, "its releases could not be read: AccessDenied")
    }
    assert {one.occurrence for one in found} == {"inc-1 unread"}
    assert {one.actions for one in found} == {()}


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"alarms_now": DENIED}, "its alarms could not be read: AccessDenied"),
        ({"current": DENIED}, "whether its release may be taken back could not be read: AccessDenied"),
        ({"tasks": DENIED}, "how many of its tasks hold could not be read: AccessDenied"),
        (
            {"tasks": running(1, complete=False)},
            "how many of its tasks hold could not be read: it has more than the 1 tasks that were read",
        ),
        ({"candidate": lambda _: DENIED}, "whether web:1 can be deployed could not be read: AccessDenied"),
        (
            {"releases": releases(rollouts=DENIED)},
            "which releases came in between could not be read",
        ),
        (
            {"releases": releases(revisions=DENIED)},
            "which releases came in between could not be read",
        ),
        (
            {"alarms_now": ServiceAlarms((Alarm("api-5xx", None),), NOON - HOUR)},
            "its alarm api-5xx is inconclusive",
        ),
        (
            {"alarms_now": ServiceAlarms((Alarm("api-5xx", "ALARM", NOON - 9 * HOUR),), None)},
            "its alarm api-5xx is inconclusive",
        ),
    ],
    ids=lambda found: next(iter(found)) if isinstance(found, dict) else "",
)
def test_whatever_cannot_be_read_holds_with_the_rollback_ready(changes: dict[str, Any], why: str) -> None:
    """Unknown is never fine: a person sees what is missing, and may approve."""
    found = Asked(**changes).one(CRASHED)
    assert found.verdict is Verdict.HOLD
    assert why in found.reason.split("; ")
    [ready] = found.actions
    assert isinstance(ready, RollBackService)
    assert ready.task_definition == definition(1)


def test_a_record_of_what_worked_that_cannot_be_read_holds() -> None:
    """The ledger answers nothing of the service then, which is not that nothing has worked."""
    found = Asked(known={}).one(CRASHED)
    assert (found.verdict, found.actions) == (Verdict.HOLD, ())
    assert "could not be read" in found.reason


def test_where_nothing_has_worked_people_are_told() -> None:
    found = Asked(known=NOTHING).one(CRASHED)
    assert (found.verdict, found.actions) == (Verdict.TELL, ())
    assert "there is nothing to go back to" in found.reason


def test_of_many_candidates_five_are_read() -> None:
    """And each that falls out is named."""
    known = Known("prod/web", tuple(good(n, NOON - (10 - n) * HOUR) for n in (9, 8, 7, 6, 5, 4, 3)))

    def gone(name: str) -> Candidate:
        return Candidate(Definition(name, "INACTIVE"), ())

    asked = Asked(known={"prod/web": known}, candidate=gone)
    found = asked.one(CRASHED)
    assert [q for q in asked.questions if q.startswith("candidate")] == [
        f"candidate web:{n}" for n in (9, 8, 7, 6, 5)
    ]
    assert found.verdict is Verdict.TELL
    assert all(f"web:{n}: its task definition is INACTIVE" in found.reason for n in (9, 8, 7, 6, 5))


# Occurrences


def test_all_events_about_one_deployment_are_one_occurrence() -> None:
    """One proposal for it, however many tasks stop, and in whichever way it is heard of."""
    found = [Asked().one(raw) for raw in EVENTS] + [*Asked().decide("rollback", SWEEP)]
    assert {one.verdict for one in found} == {Verdict.ACT}
    assert {one.occurrence for one in found} == {"ecs-svc/9 UpdateService"}
    assert {one.target for one in found} == {service().arn}


def test_the_next_deployment_and_another_way_are_occurrences_of_their_own() -> None:
    """What was under way and is over is taken back by another call."""
    over = Asked().one(CRASHED)
    state = service(deployments=(deployment(state="IN_PROGRESS"),))
    way = releases(state=state, rollouts=(rollout(2, "IN_PROGRESS", 1), rollout(1)))
    stopped = Asked(releases=way).one(CRASHED)
    assert isinstance(stopped.actions[0], StopServiceDeployment)
    later = replace(deployment(), id="ecs-svc/10")
    again = Asked(
        releases=releases(state=service(deployments=(later,))),
        histories={
            KEY: replace(
                failing(),
                stops=tuple(replace(one, deployment="ecs-svc/10") for one in failing().stops),
            )
        },
    ).one(CRASHED)
    assert len({one.occurrence for one in (over, stopped, again)}) == 3


def test_that_nothing_can_be_done_is_said_once_for_a_deployment() -> None:
    found = [Asked(known=NOTHING).one(raw) for raw in EVENTS]
    assert {(one.verdict, one.occurrence) for one in found} == {(Verdict.TELL, "ecs-svc/9 nothing")}


def test_what_failed_before_the_deployment_of_now_is_no_reason() -> None:
    """A person was faster: the new deployment is read and left alone."""
    later = replace(deployment(3), id="ecs-svc/10")
    asked = Asked(releases=releases(state=service(3, deployments=(later,))))
    found = asked.one(CRASHED)
    assert (found.verdict, found.reason) == (Verdict.IGNORE, "what failed is not what it runs now")
    assert asked.questions == ["releases web"]


# The sweep


def test_the_sweep_reads_nothing_where_no_service_fails() -> None:
    asked = Asked(histories={})
    [found] = asked.decide("rollback", SWEEP)
    assert (found.verdict, found.reason) == (Verdict.IGNORE, "no service fails for long")
    assert (asked.questions, asked.looked_up) == ([], ["troubled"])


def test_the_sweep_decides_about_each_service_that_fails_and_about_services_only() -> None:
    """What an event would have led to, whichever was lost; one that needs nothing is not mentioned."""
    other, task_group = "prod/service/api", "prod/tasks/family:build"
    quiet = History(other, incidents=(Incident("inc-2", "app-exit", "api:1", NOON, NOON),))
    asked = Asked(
        histories={KEY: failing(), other: quiet, task_group: failing(key=task_group)},
    )
    [found] = asked.decide("rollback", SWEEP)
    assert (found.verdict, found.subject) == (Verdict.ACT, "web")
    assert "releases api" not in asked.questions
    assert f"history {task_group}" not in asked.looked_up


def test_the_sweep_goes_on_where_one_service_cannot_be_read() -> None:
    asked = Asked(
        histories={KEY: failing(), "prod/service/api": failing(key="prod/service/api")}, releases=DENIED
    )
    found = asked.decide("rollback", SWEEP)
    assert {one.subject for one in found} == {"web", "api"}
    assert {one.verdict for one in found} == {Verdict.HOLD}


# A rollback that is under way


def test_a_service_that_was_rolled_back_lately_is_read_at_the_end_of_a_deployment() -> None:
    """Without any incident: how the rollback went is news."""
    taken = bad(2, NOON - timedelta(minutes=10), deployment="ecs-svc/9")
    state = service(1, deployments=(deployment(1, began=NOON - timedelta(minutes=10)),))
    back = releases(
        state=state,
        rollouts=(
            rollout(9, created_at=NOON - timedelta(minutes=10), target=revision_arn(1)),
            rollout(2, source=1),
        ),
        revisions=revisions(1, 2),
    )
    known = {"prod/web": Known("prod/web", (good(1),), (taken,))}
    asked = Asked(histories={}, known=known, releases=back)
    found = asked.one(deployment_event("COMPLETED", 0, "9"))
    assert (found.verdict, found.reason) == (Verdict.TELL, "rolled back, healthy again")
    assert "candidate web:1" not in asked.questions


# Modes, by the engine


@pytest.mark.parametrize("mode", [Mode.OBSERVE, Mode.OFF])
def test_in_observe_mode_nothing_is_called_whatever_fails(mode: Mode) -> None:
    """The engine of all playbooks, with the recorded failure; nobody may act."""
    bench = Bench(mode, ceiling=Mode.OBSERVE)
    results = bench.run(*(raw for n in range(6) for raw in crashed(f"t{n}", 10.0 * n)))
    outcomes = [o for result in results for o in result.outcomes if o.playbook == "rollback"]
    assert outcomes
    assert bench.performer.performed == []
    assert all(outcome.verdict is not Verdict.ACT for outcome in outcomes)


# Hostile texts

_NASTY = st.text(min_size=1, max_size=60) | st.sampled_from(
    (
        "<!channel>",
        "<https://evil|console>",
        "`x`",
        "\u202eexe",
        "\x00",
        "{{}}",
        '"}',
        "a" * 10_000,
        "💥" * 300,
    )
)


@given(texts=st.tuples(*[_NASTY] * 5))
@settings(max_examples=150, deadline=None)
def test_invariant_60_hostile_texts_in_names_and_tags_break_no_decision(texts: tuple[str, ...]) -> None:
    """Whatever an owner, or whoever writes a registry, calls things: it is held, and the action names what it names."""
    name, tag, family, alarm, why = texts
    evil = f"arn:aws:ecs:eu-central-1:111122223333:task-definition/{family}:1"
    asked = Asked(
        known={"prod/web": Known("prod/web", (replace(good(1), task_definition=evil),))},
        releases=releases(state=replace(service(), tags=(("dockwarden:rollback", tag),), arn=f"arn/{name}")),
        current=Definition(definition(2), "ACTIVE", ((name, tag), ("dockwarden:barrier", tag))),
        alarms_now=ServiceAlarms((Alarm(alarm, "INSUFFICIENT_DATA", NOON),), NOON - HOUR),
        candidate=lambda _: NotRead(why),
    )
    found = asked.one(CRASHED)
    if tag == "never":
        return
    [ready] = found.actions
    assert found.verdict is Verdict.HOLD
    assert isinstance(ready, RollBackService)
    assert ready.task_definition == evil
    assert alarm in found.reason


_VALUE: st.SearchStrategy[Any] = st.none() | st.integers() | _NASTY | st.lists(st.integers())


@given(
    changes=st.dictionaries(
        st.sampled_from(
            ("group", "stopCode", "stoppedReason", "startedBy", "taskDefinitionArn", "containers")
        ),
        _VALUE,
    )
)
@settings(max_examples=150, deadline=None)
def test_invariant_14_and_15_a_task_event_with_anything_in_it_breaks_nothing(changes: dict[str, Any]) -> None:
    """What it says of itself is never what is acted on: the service, as it is read, is."""
    raw = task("t1", 6, "STOPPED", 0, code="EssentialContainerExited", reason="x")
    raw["detail"] |= changes
    for found in Asked().decide("rollback", raw):
        assert all(one.service == service().arn for one in found.actions)  # type: ignore[attr-defined]
