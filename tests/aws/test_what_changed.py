"""What changed, by the rollouts that ECS knows: which revision fails, which one worked, and what is between them."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from dockwarden.aws.evidence import AwsEvidence
from dockwarden.facts.evidence import Question
from dockwarden.facts.revisions import Aspect, RevisionDifference
from dockwarden.facts.rollouts import Rollout, rollout_of, worked_before
from dockwarden.facts.services import ServiceRef
from dockwarden.facts.unknown import NotRead
from tests.aws.answering import REGION, Answering, refusal

ECS = f"arn:aws:ecs:{REGION}:111122223333"
WEB = ServiceRef("web-prod", "web-api")
BEGAN = datetime(2026, 11, 20, 8, 52, tzinfo=UTC)


def definition_arn(number: int) -> str:
    return f"{ECS}:task-definition/web-api:{number}"


def revision_arn(number: int) -> str:
    return f"{ECS}:service-revision/web-prod/web-api/{number}"


def rollout(
    number: int, target: int, *sources: int, status: str = "SUCCESSFUL", **more: Any
) -> dict[str, Any]:
    """A service deployment, some hours after the one before it."""
    return {
        "serviceDeploymentArn": f"{ECS}:service-deployment/web-prod/web-api/d{number}",
        "createdAt": BEGAN + timedelta(hours=number),
        "status": status,
        "targetServiceRevision": {"arn": revision_arn(target)},
        "sourceServiceRevisions": [{"arn": revision_arn(source)} for source in sources],
        **more,
    }


def revision(number: int, definition: int, digest: str | None = None, subnet: str = "a") -> dict[str, Any]:
    image = {"containerName": "web", "image": "web:latest", "imageDigest": digest or f"sha256:{number}"}
    return {
        "serviceRevisionArn": revision_arn(number),
        "taskDefinition": definition_arn(definition),
        "containerImages": [image],
        "networkConfiguration": {"awsvpcConfiguration": {"subnets": [f"subnet-{subnet}"]}},
        "launchType": "FARGATE",
    }


def deployment(number: int, definition: int, began: datetime, running: int = 0) -> dict[str, Any]:
    return {
        "id": f"ecs-svc/{number}",
        "status": "PRIMARY" if number == 9 else "ACTIVE",
        "taskDefinition": definition_arn(definition),
        "createdAt": began,
        "runningCount": running,
    }


def account(
    rollouts: list[dict[str, Any]], revisions: list[dict[str, Any]], *deployments: dict[str, Any]
) -> Answering:
    """A service with its history, as ECS tells it."""
    found = {"serviceName": "web-api", "deployments": list(deployments)}

    def describe(asked: Mapping[str, Any]) -> dict[str, Any]:
        known = {one["serviceRevisionArn"]: one for one in revisions}
        arns = asked["serviceRevisionArns"]
        assert len(arns) == len(set(arns)) <= 20
        return {"serviceRevisions": [known[arn] for arn in arns if arn in known], "failures": []}

    def define(asked: Mapping[str, Any]) -> dict[str, Any]:
        arn = asked["taskDefinition"]
        containers = [{"name": "web", "image": "web:latest", "cpu": int(arn.rpartition(":")[2])}]
        return {"taskDefinition": {"taskDefinitionArn": arn, "containerDefinitions": containers}}

    brief = [{"serviceDeploymentArn": one["serviceDeploymentArn"]} for one in rollouts]
    aws = Answering().on("DescribeServices", {"services": [found], "failures": []})
    aws.on("ListServiceDeployments", {"serviceDeployments": brief})
    aws.on("DescribeServiceDeployments", {"serviceDeployments": rollouts, "failures": []})
    return aws.on("DescribeServiceRevisions", describe).on("DescribeTaskDefinition", define)


def changed(
    aws: Answering, definition: int | None, deployment_id: str | None = None
) -> RevisionDifference | NotRead:
    arn = definition_arn(definition) if definition is not None else None
    return AwsEvidence(aws, 5.0).what_changed(WEB, arn, deployment_id)  # type: ignore[arg-type]


def aspects(found: RevisionDifference | NotRead) -> list[Aspect]:
    assert isinstance(found, RevisionDifference)
    return [change.aspect for change in found.changes]


def test_after_a_completed_rollout_the_revision_before_it_is_what_worked() -> None:
    """No task of it runs any more, as with a minimum healthy percent of 0: ECS still knows it."""
    began = BEGAN + timedelta(hours=2)
    aws = account(
        [rollout(1, 1), rollout(2, 2, 1)],
        [revision(1, 41, "sha256:a"), revision(2, 42, "sha256:b", subnet="b")],
        deployment(9, 42, began, running=2),
    )
    found = changed(aws, 42, "ecs-svc/9")
    assert aspects(found) == [Aspect.CONTAINER_CPU, Aspect.IMAGE_DIGEST, Aspect.NETWORK]
    assert isinstance(found, RevisionDifference)
    assert (found.good_task_definition_arn, found.bad_task_definition_arn) == (
        definition_arn(41),
        definition_arn(42),
    )
    assert (found.images_resolved, found.placing_compared) == (True, True)


def test_it_costs_three_calls_beside_the_service_and_the_task_definitions() -> None:
    aws = account([rollout(1, 1), rollout(2, 2, 1)], [revision(1, 41), revision(2, 42)])
    changed(aws, 42)
    assert sorted(name for name, _ in aws.calls) == [
        "DescribeServiceDeployments",
        "DescribeServiceRevisions",
        "DescribeServices",
        "DescribeTaskDefinition",
        "DescribeTaskDefinition",
        "ListServiceDeployments",
    ]
    (listed,) = aws.asked("ListServiceDeployments")
    assert listed == {"cluster": "web-prod", "service": "web-api", "maxResults": 20}


def test_a_redeploy_of_a_moved_tag_shows_the_image_that_moved() -> None:
    """Three service revisions of one task definition: the deployment's beginning tells which one fails."""
    aws = account(
        [rollout(1, 1), rollout(2, 2, 1, status="IN_PROGRESS"), rollout(3, 3, 2)],
        [revision(number, 41) for number in (1, 2, 3)],
        deployment(9, 41, BEGAN + timedelta(hours=2)),
    )
    found = changed(aws, 41, "ecs-svc/9")
    assert aspects(found) == [Aspect.IMAGE_DIGEST]
    assert isinstance(found, RevisionDifference)
    assert (found.changes[0].before, found.changes[0].after) == ("sha256:1", "sha256:2")


def test_a_service_that_starts_no_task_is_asked_by_its_deployment() -> None:
    """A failed placement names no task definition."""
    began = BEGAN + timedelta(hours=2)
    aws = account(
        [rollout(1, 1), rollout(2, 2, 1)], [revision(1, 41), revision(2, 42)], deployment(9, 42, began)
    )
    assert aspects(changed(aws, None)) == [Aspect.CONTAINER_CPU, Aspect.IMAGE_DIGEST]


def test_the_first_revision_has_nothing_to_be_compared_with_and_that_is_said() -> None:
    aws = account([rollout(1, 1)], [revision(1, 41)], deployment(9, 41, BEGAN))
    assert changed(aws, 41) == NotRead("no earlier revision is known")
    question = Question(service=WEB, task_definition_arn=definition_arn(41))
    aws.on("LookupEvents", {"Events": []})
    about = AwsEvidence(aws, 5.0).about(question)  # type: ignore[arg-type]
    assert about.difference == NotRead("no earlier revision is known")


def test_a_service_without_rollouts_is_compared_with_a_deployment_that_still_runs() -> None:
    """Other deployment controllers have none; then only the task definitions are compared."""
    aws = account([], [], deployment(9, 42, BEGAN), deployment(8, 41, BEGAN, running=1))
    found = changed(aws, 42)
    assert aspects(found) == [Aspect.CONTAINER_CPU]
    assert isinstance(found, RevisionDifference)
    assert (found.images_resolved, found.placing_compared) == (False, False)
    assert changed(account([], [], deployment(9, 42, BEGAN)), 42) == NotRead("no earlier revision is known")


@pytest.mark.parametrize(
    "operation", ["ListServiceDeployments", "DescribeServiceDeployments", "DescribeServiceRevisions"]
)
def test_a_call_that_is_refused_is_said_with_awss_code(operation: str) -> None:
    """Unless another deployment still runs, which says something all the same."""
    rollouts, revisions = [rollout(1, 1), rollout(2, 2, 1)], [revision(1, 41), revision(2, 42)]
    aws = account(rollouts, revisions, deployment(9, 42, BEGAN))
    refused = refusal("AccessDeniedException", operation)
    assert changed(aws.on(operation, refused), 42) == NotRead(f"{operation}: AccessDeniedException")
    still = deployment(8, 41, BEGAN, running=1)
    aws = account(rollouts, revisions, deployment(9, 42, BEGAN), still).on(operation, refused)
    assert aspects(changed(aws, 42)) == [Aspect.CONTAINER_CPU]


def test_a_container_whose_image_ecs_did_not_resolve_is_not_compared() -> None:
    """Version consistency may be off for a container: then its digest is nowhere."""
    unresolved = {**revision(2, 42), "containerImages": [{"containerName": "web", "image": "web:latest"}]}
    aws = account([rollout(1, 1), rollout(2, 2, 1)], [revision(1, 41), unresolved])
    found = changed(aws, 42)
    assert isinstance(found, RevisionDifference)
    assert (found.images_resolved, found.placing_compared) == (False, True)


def test_a_long_history_is_read_no_further_than_twenty_revisions() -> None:
    rollouts = [rollout(n, n, n - 1) for n in range(30, 10, -1)]
    aws = account(rollouts, [revision(n, n) for n in range(10, 31)])
    assert aspects(changed(aws, 30)) == [Aspect.CONTAINER_CPU, Aspect.IMAGE_DIGEST]


# --- which one worked, from what is known


def made(
    number: int, target: int, *sources: int, status: str = "SUCCESSFUL", to: int | None = None
) -> Rollout:
    return Rollout(
        arn=f"d{number}",
        status=status,
        created_at=BEGAN + timedelta(hours=number),
        target=f"r{target}",
        sources=tuple(f"r{source}" for source in sources),
        rolled_back_to=f"r{to}" if to is not None else None,
    )


@pytest.mark.parametrize(
    ("newest_first", "good"),
    [
        pytest.param([made(2, 2, 1), made(1, 1)], "r1", id="the source"),
        pytest.param([made(2, 2, 1)], "r1", id="a source of before the history"),
        pytest.param([made(2, 2), made(1, 1)], "r1", id="no source, but an earlier success"),
        pytest.param(
            [made(3, 3, 2, 1), made(2, 2, 1, status="STOPPED"), made(1, 1)], "r1", id="not a failed source"
        ),
        pytest.param(
            [made(3, 3, 2), made(2, 2, 1, status="STOPPED"), made(1, 1)], "r1", id="before a failed source"
        ),
        pytest.param(
            [made(3, 3), made(2, 2, 1, status="ROLLBACK_SUCCESSFUL", to=1)], "r1", id="rolled back to"
        ),
        pytest.param([made(2, 2, 1), made(1, 1, status="STOPPED")], "r1", id="nothing better"),
        pytest.param([made(2, 1, 1), made(1, 1)], None, id="only itself"),
        pytest.param([made(1, 1)], None, id="the first"),
    ],
)
def test_what_worked_is_a_source_that_did_not_fail_or_what_was_proven_before(
    newest_first: list[Rollout], good: str | None
) -> None:
    assert worked_before(newest_first, newest_first[0]) == good


def test_the_tasks_of_a_rollback_belong_to_the_rollout_that_brought_their_revision() -> None:
    """A rollback makes no revision: its deployment begins long after the rollout of what it starts."""
    history = [made(3, 3, 2, status="ROLLBACK_SUCCESSFUL", to=2), made(2, 2, 1), made(1, 1)]
    named = {"r1": "web:1", "r2": "web:2", "r3": "web:3"}
    found = rollout_of(history, named, "web:2", BEGAN + timedelta(hours=4))
    assert found == history[1]
    assert rollout_of(history, named, "web:9", None) is None
