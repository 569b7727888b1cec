"""What worked, as a playbook, by fakes: what it reads and what not, what it remembers, and what it never forgets."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dockwarden.facts.known_good import Known, Soaking
from dockwarden.facts.roster import ServiceNow
from dockwarden.verdicts import Decision, Verdict
from tests.fakes import NOON
from tests.rollback.asking import DENIED, KEY, SWEEP, Asked, failing, roster_of
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
from tests.rollouts import Raw
from tests.rollouts import deployment as deployment_event

FILLED = Known("prod/web", filled=True)
MINUTES = timedelta(minutes=1)


def swept(at: datetime = NOON) -> Raw:
    """A sweep."""
    return {**SWEEP, "time": f"{at:%Y-%m-%dT%H:%M:%SZ}"}


def asked_of(*services: ServiceNow, known: Sequence[Known] = (FILLED,), **changes: Any) -> Asked:
    """Healthy services without any incident."""
    return Asked(
        histories=changes.pop("histories", {}),
        roster=services or (roster_of(1),),
        known={one.service: one for one in known},
        **changes,
    )


def remembered(found: Sequence[Decision]) -> list[Known]:
    """What is to be written down."""
    return [one for decision in found for one in decision.remember if isinstance(one, Known)]


def soaked(asked: Asked, lasting: timedelta = 15 * MINUTES) -> Known:
    """What is known after sweeps every five minutes."""
    for number in range(int(lasting / (5 * MINUTES)) + 1):
        for one in remembered(asked.decide("known_good", swept(NOON + number * 5 * MINUTES))):
            asked.known[one.service] = one
    return asked.known["prod/web"]


# What is read, and what is not


def test_a_healthy_service_of_which_all_is_known_costs_the_roster_and_nothing_more() -> None:
    """The roster is shared with the other playbooks of the sweep."""
    known = replace(FILLED, good=(good(1, NOON - MINUTES),))
    asked = asked_of(roster_of(1, revision=revision_arn(1)), known=[known])
    [found] = asked.decide("known_good", swept())
    assert (found.verdict, found.reason) == (Verdict.IGNORE, "nothing new works")
    assert asked.questions == ["roster"]


def test_the_history_of_ecs_is_read_once_for_a_service() -> None:
    asked = asked_of(known=[Known("prod/web")])
    soaked(asked)
    assert (
        asked.questions.count("releases web") <= 2
    )  # its history, and the digests of what has just proved good
    before = len(asked.questions)
    soaked(asked)
    assert set(asked.questions[before:]) == {"roster"}


def test_in_one_sweep_so_many_services_are_read_and_the_others_follow() -> None:
    """So that the first sweep of a large account throttles nobody."""
    services = [roster_of(1, name=f"s{n}") for n in range(60)]
    asked = asked_of(*services, known=[Known(f"prod/s{n}") for n in range(60)])
    for _ in range(6):
        asked.questions.clear()
        for one in remembered(asked.decide("known_good", swept())):
            asked.known[one.service] = one
        assert sum(q.startswith("releases") for q in asked.questions) <= 25
    assert all(one.filled for one in asked.known.values())


def test_the_beginning_of_a_deployment_of_a_service_that_was_never_rolled_back_reads_nothing() -> None:
    """The ledger says so."""
    asked = asked_of(known=[replace(FILLED, good=(good(1),))])
    [found] = asked.decide("known_good", deployment_event("IN_PROGRESS", 0))
    assert found.verdict is Verdict.IGNORE
    assert (asked.questions, asked.looked_up) == ([], ["known prod/web"])


# What cannot be read


def test_where_the_services_cannot_be_read_nothing_is_remembered_and_nothing_forgotten() -> None:
    asked = asked_of(known=[replace(FILLED, soaking=soaking())])
    asked.roster = DENIED
    [found] = asked.decide("known_good", swept())
    assert (found.verdict, found.reason) == (
        Verdict.IGNORE,
        "the services could not be read: AccessDenied",
    )
    assert remembered([found]) == []


@pytest.mark.parametrize(
    "read",
    [DENIED, releases(rollouts=DENIED), releases(revisions=DENIED)],
    ids=["all", "rollouts", "revisions"],
)
def test_a_history_that_cannot_be_read_is_asked_for_again(read: Any) -> None:
    """It is not taken for an empty one."""
    asked = asked_of(known=[Known("prod/web")], releases=read)
    assert not soaked(asked).filled
    assert asked.questions.count("releases web") >= 3


def test_a_service_whose_record_cannot_be_read_is_left_alone() -> None:
    """What is not known is not written over with nothing."""
    asked = asked_of(known=[])
    [found] = asked.decide("known_good", swept())
    assert remembered([found]) == []
    assert asked.questions == ["roster"]


def test_a_revision_does_not_prove_good_while_its_digests_cannot_be_read() -> None:
    """Nobody would know which image it was that worked; each sweep asks again."""
    asked = asked_of(releases=DENIED)
    assert soaked(asked).good == ()
    assert asked.questions.count("releases web") == 4


# What is remembered


def soaking() -> Soaking:
    return Soaking(definition(1), "revision-1", (), NOON - 5 * MINUTES, NOON)


def test_a_revision_that_is_healthy_for_a_soak_is_remembered_with_its_digests() -> None:
    asked = asked_of(roster_of(1, revision=revision_arn(1)))
    known = soaked(asked)
    [one] = known.good
    assert (one.task_definition, one.by_history) == (definition(1), False)
    assert one.digests == revisions(1)[revision_arn(1)].digests
    assert one.soaked_at - one.since >= 10 * MINUTES


@pytest.mark.parametrize(
    "ill",
    [{"running": 3}, {"settled": False}, {"desired": 0, "running": 0}, {"task_definition": None}],
    ids=lambda found: next(iter(found)),
)
def test_what_is_not_healthy_all_the_while_does_not_prove_good(ill: dict[str, Any]) -> None:
    """Neither SUCCESSFUL alone, nor a service without tasks."""
    assert soaked(asked_of(roster_of(1, **ill))).good == ()


def test_a_service_with_an_open_incident_does_not_soak() -> None:
    """Also where all its tasks run at the moment of each sweep, as those of a crash loop do."""
    assert soaked(asked_of(histories={KEY: failing()})).good == ()


def test_sweeps_that_were_lost_begin_the_soak_anew() -> None:
    """Nobody has seen how it was in between."""
    asked = asked_of()
    for minutes in (0, 5, 25):
        for one in remembered(asked.decide("known_good", swept(NOON + minutes * MINUTES))):
            asked.known[one.service] = one
    assert asked.known["prod/web"].good == ()


def test_invariant_19_a_bad_revision_does_not_prove_good_however_long_it_runs() -> None:
    """A person can undo the rollback; time cannot."""
    known = replace(FILLED, bad=(bad(1, NOON - HOUR),))
    assert soaked(asked_of(known=[known]), HOUR).good == ()
    undone = replace(FILLED, bad=(bad(1, NOON - HOUR, undone=True),))
    assert [one.task_definition for one in soaked(asked_of(known=[undone])).good] == [definition(1)]


def test_invariant_21_what_was_only_registered_or_failed_is_not_taken_over_from_the_history() -> None:
    """Of ECS's own history only what it found to work, and what stayed for a soak."""
    history = releases(
        state=service(3),
        rollouts=(
            rollout(3, created_at=NOON - HOUR, finished_at=NOON - HOUR),
            rollout(2, "ROLLBACK_FAILED", created_at=NOON - 3 * HOUR, finished_at=NOON - 2 * HOUR),
            rollout(1, created_at=NOON - 9 * HOUR, finished_at=NOON - 8 * HOUR),
        ),
    )
    asked = asked_of(roster_of(3), known=[Known("prod/web")], releases=history)
    [known] = remembered(asked.decide("known_good", swept()))
    assert [(one.task_definition, one.by_history) for one in known.good] == [(definition(1), True)]
    assert known.filled


# A bad revision that is deployed again


def test_a_bad_revision_that_is_deployed_again_is_told_once_for_a_deployment() -> None:
    """By the event at once; the sweep says the same about a deployment of the last hour."""
    state = service(2, deployments=(deployment(2, "IN_PROGRESS", NOON - MINUTES),))
    known = replace(FILLED, good=(good(1),), bad=(bad(2, NOON - HOUR, deployment="ecs-svc/8"),))
    asked = asked_of(
        roster_of(2, deployed_at=NOON - MINUTES, deployment="ecs-svc/9", settled=False),
        known=[known],
        releases=releases(state=state),
    )
    [at_once] = asked.decide("known_good", deployment_event("IN_PROGRESS", 0, "9"))
    assert (at_once.verdict, at_once.actions) == (Verdict.TELL, ())
    [later] = [one for one in asked.decide("known_good", swept()) if one.verdict is Verdict.TELL]
    assert (later.incident, later.target) == (at_once.incident, at_once.target)


def test_releases_of_a_suspect_that_cannot_be_read_tell_nothing() -> None:
    known = replace(FILLED, bad=(bad(2, NOON - HOUR),))
    asked = asked_of(known=[known], releases=DENIED)
    [found] = asked.decide("known_good", deployment_event("IN_PROGRESS", 0, "9"))
    assert found.verdict is Verdict.IGNORE
    assert "AccessDenied" in found.reason


# Hostile texts

_NASTY = st.text(min_size=1, max_size=40) | st.sampled_from(("<!channel>", "\x00", "a" * 10_000, "/", ":"))


@given(name=_NASTY, family=_NASTY, revision=_NASTY)
@settings(max_examples=100, deadline=None)
def test_invariant_60_hostile_names_are_remembered_as_they_are(name: str, family: str, revision: str) -> None:
    """Nothing is cut out of them: what is remembered has to be found again."""
    asked = asked_of(
        roster_of(1, name=name, task_definition=family, revision=revision),
        known=[Known(f"prod/{name}", filled=True)],
    )
    [known] = remembered(asked.decide("known_good", swept()))
    assert known.service == f"prod/{name}"
    assert known.soaking is not None
    assert (known.soaking.task_definition, known.soaking.service_revision) == (family, revision)
