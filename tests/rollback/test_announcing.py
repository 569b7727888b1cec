"""A revision that was taken back and is deployed again is told, once for each deployment, and is not fought."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from dockwarden.facts.evidence import DeployCall
from dockwarden.facts.known_good import Known
from dockwarden.facts.releases import ServiceReleases
from dockwarden.facts.services import STACK_TAG
from dockwarden.facts.unknown import NotRead
from dockwarden.rollback.announcing import NOT_YET, Again, again, suspects, words
from dockwarden.rollback.drift import Drift, brought
from dockwarden.verdicts import Words
from lab.drydock import deployments, stacks
from lab.drydock.model import Behaviour, Service
from lab.drydock.task_definition import TaskDefinition
from lab.drydock.trail import Caller, note_update
from tests.fakes import NOON
from tests.rollback.cases import (
    DIGEST,
    HOUR,
    bad,
    definition,
    deployment,
    good,
    releases,
    revisions,
    rollout,
    service,
)
from tests.rollback.story import Story, runs, story

MINUTE = timedelta(minutes=1)
ROLLED_BACK = bad(2, NOON - HOUR, deployment="ecs-svc/8")
AGAIN = "deployed again after a rollback"
LATE = Behaviour("exits", after=166, exit_code=1)


def call(agent: str = "Terraform/1.9.5 (+https://www.terraform.io) aws-sdk-go-v2/1.41") -> DeployCall:
    return DeployCall("UpdateService", NOON, "ci", None, "deploy", agent)


def now_on(number: int, **changes: Any) -> ServiceReleases:
    """The service whose deployment of a revision began a minute ago."""
    state = service(number, deployments=(deployment(number, "IN_PROGRESS", NOON - MINUTE),))
    made: dict[str, Any] = {
        "state": state,
        "rollouts": (rollout(number, "IN_PROGRESS"), rollout(1)),
        **changes,
    }
    return releases(**made)


def known(*revisions_bad: Any) -> Known:
    return Known("prod/web", (good(1),), revisions_bad or (ROLLED_BACK,))


def said(read: ServiceReleases, by: DeployCall | NotRead = NOT_YET) -> Words:
    return words(Again(ROLLED_BACK, read, by, NOON))


def test_nothing_is_suspected_where_nothing_was_rolled_back_or_a_person_took_that_back() -> None:
    assert suspects(None) == ()
    assert suspects(Known("prod/web", (good(1),))) == ()
    assert suspects(known(replace(ROLLED_BACK, undone=True))) == ()
    assert suspects(known()) == (ROLLED_BACK,)


def test_what_was_rolled_back_is_recognised_when_it_is_deployed_again() -> None:
    assert again(known(), now_on(2)) == ROLLED_BACK
    assert again(known(), now_on(3, revisions=revisions(1, 2))) is None
    assert again(known(replace(ROLLED_BACK, undone=True)), now_on(2)) is None


def test_its_own_image_is_recognised_under_another_number() -> None:
    """The image of the app, and not that of a sidecar which good revisions have, too."""
    broken = replace(ROLLED_BACK, digests=(("app", DIGEST),))
    harmless = Known("prod/web", (good(1),), (broken,))
    assert again(harmless, now_on(3)) is None
    assert again(replace(harmless, good=(good(1, digests=()),)), now_on(3)) == broken


def test_invariant_18_what_a_rollback_of_ours_deploys_is_never_announced() -> None:
    """Neither its own deployment, nor what ECS still shows of the one that was taken back."""
    assert again(known(replace(ROLLED_BACK, deployment="ecs-svc/9")), now_on(2)) is None
    assert again(known(replace(ROLLED_BACK, at=NOON)), now_on(2)) is None


def test_it_is_told_with_the_receipt_of_the_rollback_and_who_deployed() -> None:
    found = said(now_on(2), call())
    assert found.cause == (
        "Revision web:2 was rolled back on 20 Nov, 11:00 UTC, and is being deployed again by ci with Terraform/1.9; "
        "it is not rolled back by itself again"
    ).replace("20 Nov, 11:00", f"{ROLLED_BACK.at:%d %b, %H:%M}")
    assert dict(found.lines)["Receipt"] == "rollback-1"
    assert dict(found.lines)["Next"] == (
        "Terraform/1.9 deployed web:2: its next apply brings it back, unless its code is reverted"
    )
    assert not found.settled


def test_that_nobody_has_read_who_deployed_is_said_as_not_read() -> None:
    found = said(now_on(2))
    assert "and is being deployed again; it is not rolled back by itself again" in found.cause
    assert dict(found.lines)["Deployed"] == "by whom was not read (CloudTrail shows it some minutes later)"


def test_who_it_was_is_told_on_the_same_card_once_it_is_known() -> None:
    first = Again(ROLLED_BACK, now_on(2), NOT_YET, NOON)
    later = Again(ROLLED_BACK, now_on(2), call(), NOON)
    other = deployment(2, "IN_PROGRESS", NOON - MINUTE)
    once_more = now_on(2, state=service(2, deployments=(replace(other, id="ecs-svc/10"),)))
    assert first.incident == later.incident
    assert first.occurrence != later.occurrence
    assert Again(ROLLED_BACK, once_more, NOT_YET, NOON).incident != first.incident


def test_ecs_that_takes_another_deployment_back_to_it_is_said_to_have_done_it() -> None:
    """As when our rollback failed in its turn, and the circuit breaker went back."""
    back = rollout(1, "ROLLBACK_SUCCESSFUL", rolled_back_to=rollout(2).target)
    found = said(now_on(2, rollouts=(back, rollout(2))), call())
    assert "ECS itself went back to it" in found.cause
    assert "Next" not in dict(found.lines)


# Drift: what was read, and that nothing was read


def drift(by: DeployCall | NotRead, stack: str | None = None) -> str:
    return Drift(definition(2), by, stack).words()


def test_infrastructure_code_that_deployed_it_is_said_to_bring_it_back() -> None:
    by_template = drift(call("cloudformation.amazonaws.com"), "shop")
    assert by_template == (
        "CloudFormation deployed web:2: the next update of the service by stack shop brings it back, "
        "unless the template is reverted"
    )
    for agent in ("OpenTofu/1.8.1 (+https://opentofu.org)", "pulumi-aws/6.0 Pulumi/3"):
        assert "its next apply brings it back" in drift(call(agent))


@pytest.mark.parametrize(
    ("by", "stack", "words"),
    [
        (
            call("aws-cli/2.17"),
            "shop",
            "it belongs to stack shop, and whether the template names web:2 was not read",
        ),
        (
            NotRead("AccessDenied"),
            "shop",
            "it belongs to stack shop, and whether the template names web:2 was not read",
        ),
        (
            NotRead("AccessDenied"),
            None,
            "whether infrastructure code names web:2 was not read (AccessDenied)",
        ),
        (
            call("aws-cli/2.17"),
            None,
            "ci with aws-cli/2 deployed web:2, and whether infrastructure code names it was not read",
        ),
    ],
)
def test_where_that_was_not_read_it_is_said(by: DeployCall | NotRead, stack: str | None, words: str) -> None:
    assert drift(by, stack) == f"{words}: if it does, its next deploy brings it back"


def test_who_had_brought_a_bad_revision_is_asked_of_the_rollout_before_it_was_taken_back() -> None:
    first = rollout(2, created_at=NOON - 2 * HOUR)
    later = rollout(2, created_at=NOON)
    assert brought(releases(rollouts=(later, first)), ROLLED_BACK) == first
    assert brought(releases(rollouts=(later,)), ROLLED_BACK) is None
    assert brought(releases(rollouts=NotRead("AccessDenied")), ROLLED_BACK) is None


# Whole stories


def by_terraform(tale: Story, web: Service, revision: TaskDefinition) -> None:
    """Somebody's pipeline applies what its code still says."""
    deployments.begin(tale.world, tale.cluster, web, revision)
    asked = {"cluster": "prod", "service": "web", "taskDefinition": f"web:{revision.revision}"}
    caller = Caller(tale.world.names.assumed_role("ci", "apply"), "Terraform/1.9.5")
    note_update(tale.world, tale.cluster, web, asked, caller)
    tale.world.log.flush()


def rolled_back(tale: Story, **tags: str) -> tuple[Service, TaskDefinition]:
    """A service whose second revision was rolled back, and runs the first one again."""
    stacks.set_stack(tale.world, "shop")
    web = tale.service(good_for=1200, tags={"dockwarden:rollback": "safe", **tags})
    tale.release(web, LATE)
    broken = web.definition
    tale.until(lambda: bool(tale.ours()), seconds=15)
    tale.run(900)
    assert (runs(web), tale.cards(AGAIN)) == ("web:1", [])
    return web, broken


def test_a_bad_revision_that_is_deployed_again_is_announced_at_once_and_who_did_it_a_little_later() -> None:
    with story() as tale:
        web, broken = rolled_back(tale, **{STACK_TAG: "shop"})
        by_terraform(tale, web, broken)
        tale.run(30)
        [card] = tale.cards(AGAIN)
        assert "is being deployed again; it is not rolled back" in card["cause"]
        receipt = tale.known(web).bad[0].intent
        assert {"label": "Receipt", "text": receipt} in card["lines"]
        tale.run(900)
        cards = tale.cards(AGAIN)
        assert len(cards) == 2
        assert {one["id"] for one in cards} == {card["id"]}
        assert "deployed again by role/ci with Terraform/1.9" in cards[1]["cause"]
        assert tale.ours() == {"UpdateService": 1}
        tale.run(3600)
        assert len(tale.cards(AGAIN)) == 2


def test_a_bad_revision_whose_event_is_lost_is_announced_by_the_sweep() -> None:
    with story() as tale:
        web, broken = rolled_back(tale)
        by_terraform(tale, web, broken)
        for queue in tale.bus.queues.values():
            queue.messages.clear()
        tale.run(330)
        assert {one["cause"].partition(" on ")[0] for one in tale.cards(AGAIN)} == {
            "Revision web:2 was rolled back"
        }
        assert tale.ours() == {"UpdateService": 1}


def test_the_card_of_a_rollback_says_who_had_deployed_and_whether_code_brings_it_back() -> None:
    with story() as tale:
        rolled_back(tale)
        [card] = tale.cards("rolled back, healthy again")
        lines = {line["label"]: line["text"] for line in card["lines"]}
        assert lines["Deployed"].startswith("role/ci with aws-sdk-go-v2/1.41.0 at ")
        assert "whether infrastructure code names it was not read" in lines["Next"]


def test_a_service_of_which_nothing_was_rolled_back_costs_no_call_when_it_is_deployed() -> None:
    with story(lanes=("records",)) as tale:
        web = tale.service(good_for=60)
        tale.swept = 10**9
        tale.release(web, Behaviour("runs"))
        tale.run(300)
        assert web.history[0].status == "SUCCESSFUL"
        assert tale.asked() == {}
