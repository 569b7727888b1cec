"""A person at work is noticed, left alone, and what they did is remembered."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from dockwarden.actions import Unaimed
from dockwarden.guard.deeds import Deed
from dockwarden.guard.orders import HandsOff
from dockwarden.ledger.histories import LedgerHistories
from dockwarden.playbook import load, settings_of
from dockwarden.runtime.restraining import Restraints
from dockwarden.verdicts import Verdict
from tests.events import samples
from tests.fakes import ACCOUNT, REGION, Bench, FakeWorld, cluster_arn, event

AT = datetime(2026, 11, 20, 8, 52, tzinfo=UTC)
HALF_AN_HOUR = AT + timedelta(minutes=30)
TASK = "761d1f23e291f7174cccc54c7b4e2241"
HOST = "container-instance/web-prod/8f0d4a1b2c3e4f5a6b7c8d9e0f1a2b3c"
SSO = "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_PowerUser_0123456789abcdef/jane@example.com"


def bench(**tasks: str | None) -> Bench:
    return Bench(world=FakeWorld(listed=("web-prod",), tasks=tasks))


def reason(found: Bench, raw: dict[str, Any]) -> str:
    """What is said of a call; whatever it is, nobody is told."""
    [outcome] = [o for r in found.run(raw) for o in r.outcomes if o.playbook == "hands_off"]
    assert outcome.verdict is Verdict.IGNORE
    assert found.outbox.cards == []
    return outcome.reason


def call(name: str, **changes: Any) -> dict[str, Any]:
    raw: dict[str, Any] = samples.load(f"ecs/{name}")
    raw["detail"] |= changes
    return raw


def noticed(found: Bench) -> list[tuple[str, str, datetime]]:
    return [(order.scope, order.name, order.until) for order in found.parts.controls.noticed()]


def test_a_service_is_left_alone_for_half_an_hour_after_a_person_changed_it() -> None:
    found = bench()
    assert reason(found, call("api-update-service-by-person")).endswith(
        "hands off web-prod/web-api for 30 min"
    )
    assert found.parts.controls.noticed() == (
        HandsOff("service", "web-prod/web-api", HALF_AN_HOUR, SSO, "UpdateService"),
    )


@pytest.mark.parametrize("name", ["api-execute-command", "api-stop-task"])
def test_a_task_that_a_person_enters_or_stops_leads_to_its_service(name: str) -> None:
    found = bench(**{TASK: "web-api"})
    reason(found, call(name))
    assert noticed(found) == [("service", "web-prod/web-api", HALF_AN_HOUR)]


def test_a_task_whose_service_cannot_be_read_keeps_hands_off_the_whole_cluster() -> None:
    found = bench()
    assert "could not be read (nobody knows)" in reason(found, call("api-execute-command"))
    assert noticed(found) == [("cluster", "web-prod", HALF_AN_HOUR)]


def test_a_task_of_no_service_is_nobody_elses() -> None:
    found = bench(**{TASK: None})
    assert "of no service" in reason(found, call("api-execute-command"))
    assert noticed(found) == []


def test_a_deployment_is_known_by_its_own_arn() -> None:
    found = bench()
    reason(found, call("api-stop-service-deployment"))
    assert noticed(found) == [("service", "web-prod/web-api", HALF_AN_HOUR)]
    [deed] = found.parts.deeds.of("service/web-prod/web-api")
    assert (deed.kind, deed.person) == ("StopServiceDeployment", True)


def test_ecs_exec_by_nobody_known_counts_as_a_person_and_by_a_pipeline_does_not() -> None:
    developer = call("api-update-service-denied")["detail"]["userIdentity"]
    found = bench(**{TASK: "web-api"})
    reason(found, call("api-execute-command", userIdentity=developer))
    assert noticed(found) == [("service", "web-prod/web-api", HALF_AN_HOUR)]
    found = bench(**{TASK: "web-api"})
    reason(
        found, call("api-execute-command", userIdentity=call("api-update-service")["detail"]["userIdentity"])
    )
    assert noticed(found) == []


def test_a_pipeline_keeps_nobodys_hands_off_but_its_deed_is_kept() -> None:
    found = bench()
    assert "pipeline: the setting pipelines lists *gha*" in reason(found, call("api-update-service"))
    assert noticed(found) == []
    [deed] = found.parts.deeds.of("service/web-prod/web-api")
    assert (deed.kind, deed.person) == ("UpdateService", False)


def test_an_unknown_caller_is_no_person_and_the_reason_says_so() -> None:
    found = bench()
    said = reason(found, call("api-update-service-denied", errorCode=None))
    assert "unknown: nothing says that it is a person, so it counts as none" in said
    assert noticed(found) == []


def test_a_person_who_drains_a_host_is_remembered_and_no_service_is_held_up() -> None:
    found = bench()
    reason(found, call("api-drain-by-person"))
    assert noticed(found) == []
    event_id = "7c1e2a34-90ab-4d55-8c21-5b6a7c8d9e04"
    assert found.parts.deeds.of(HOST) == (
        Deed(event_id, HOST, "UpdateContainerInstancesState", SSO, AT, person=True),
    )
    reason(found, call("api-drain-by-person"))
    assert len(found.parts.deeds.of(HOST)) == 1


def test_invariant_18_our_own_drain_is_neither_noticed_nor_a_deed() -> None:
    found = bench()
    assert reason(found, call("api-drain-by-dockwarden")) == "Dockwarden's own call"
    assert not [key for key in found.store.items if key[0].startswith(("DEEDS", "NOTICED"))]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"errorCode": "AccessDeniedException"}, "failed (AccessDeniedException)"),
        ({"readOnly": True}, "changes no service"),
        ({"eventName": "RegisterTaskDefinition"}, "changes no service"),
        ({"eventName": None}, "changes no service"),
        ({"requestParameters": {"cluster": "other", "service": "a"}}, "cluster other is not opted in"),
        ({"requestParameters": None, "responseElements": None}, "cluster not named is not opted in"),
    ],
)
def test_a_call_that_changed_nothing_of_ours_is_ignored(changes: dict[str, Any], why: str) -> None:
    found = bench()
    assert why in reason(found, call("api-update-service-by-person", **changes))
    assert noticed(found) == []


def test_a_later_call_prolongs_it_and_an_older_one_does_not_shorten_it() -> None:
    found = bench()
    later = (AT + timedelta(minutes=10)).isoformat()
    for at in (later, AT.isoformat()):
        reason(found, call("api-update-service-by-person", eventTime=at))
    assert [until for _, _, until in noticed(found)] == [HALF_AN_HOUR + timedelta(minutes=10)]


@pytest.mark.parametrize(("minutes", "left_alone"), [(5, 5), (0, 0), (-1, 0), (10**12, 10_080)])
def test_the_minutes_are_a_setting_within_a_week(minutes: int, left_alone: int) -> None:
    """Neither a negative nor an absurd number fails the event."""
    playbook = load("hands_off")
    facts = bench().world.answers()
    raw = event(call("api-update-service-by-person"))
    decision = playbook(raw, facts, settings_of(playbook, {"minutes": minutes}))
    assert not isinstance(decision, tuple)
    [order] = [kept for kept in decision.remember if isinstance(kept, HandsOff)]
    assert order.until - AT == timedelta(minutes=left_alone)


def test_what_is_noticed_holds_what_is_about_the_service_and_nothing_else() -> None:
    """A host is no single service's, and the half hour ends by itself."""
    found = bench()
    found.clock.set(AT)
    reason(found, call("api-update-service-by-person"))

    def held(service: str | None) -> str | None:
        arn = f"arn:aws:ecs:{REGION}:{ACCOUNT}:service/web-prod/{service}" if service else None
        action = Unaimed("UpdateService", "t", cluster_arn=cluster_arn("web-prod"), service_arn=arn)
        histories = LedgerHistories(found.store)
        return Restraints(found.parts, found.parts.controls.read(), histories).hands_off(action)

    assert held("web-api") is not None
    assert "hands off web-prod/web-api" in str(held("web-api"))
    assert (held("web-next"), held(None)) == (None, None)
    found.clock.set(HALF_AN_HOUR)
    assert held("web-api") is None
