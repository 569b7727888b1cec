"""Whether a rollback was made that somebody has deployed over since: by ECS's history, and unknown where that is silent."""

from datetime import timedelta
from typing import Any

import pytest

from dockwarden.aws.performer import AwsPerformer
from dockwarden.performing import Effect, State
from dockwarden.pinned_actions import pinned
from dockwarden.pinned_names import pinned_family
from tests.aws.answering import Answer, Answering, refusal
from tests.aws.changing import BAD, GOOD, NEXT, OTHER, roll_back, service, services
from tests.aws.test_instance_status import Assuming
from tests.fakes import NOON

LIST, STATUS, REVISIONS = "ListServiceDeployments", "DescribeServiceDeployments", "DescribeServiceRevisions"
DEFINITION = "DescribeTaskDefinition"
LATER, BEFORE = timedelta(minutes=1), timedelta(hours=-1)
DIGESTS = (("app", "sha256:" + "1" * 64),)


def history(*brought: tuple[str, timedelta]) -> Assuming:
    """ECS whose service somebody has put on another revision, with rollouts of task definitions, the newest first."""
    rollouts: list[dict[str, Any]] = [
        {
            "serviceDeploymentArn": f"arn:aws:ecs:::service-deployment/prod/web/{number}",
            "createdAt": NOON + at,
            "targetServiceRevision": {"arn": f"revision-{number}"},
        }
        for number, (_, at) in enumerate(brought)
    ]
    revisions = [
        {"serviceRevisionArn": f"revision-{number}", "taskDefinition": definition}
        for number, (definition, _) in enumerate(brought)
    ]
    clients = Assuming()
    clients.on("DescribeServices", services(service(OTHER, "ecs-svc/9", NEXT)))
    listed = [{"serviceDeploymentArn": one["serviceDeploymentArn"]} for one in rollouts]
    clients.on(LIST, {"serviceDeployments": listed})
    clients.on(STATUS, {"serviceDeployments": rollouts})
    clients.on(REVISIONS, {"serviceRevisions": revisions})
    return clients


def found(clients: Answering, action: Any = None) -> Effect:
    """What reading shows of a rollback that was to be made at noon."""
    performer = AwsPerformer(clients, {})  # type: ignore[arg-type]
    (effect,) = performer.verify([action or roll_back()], NOON)
    return effect


def test_invariant_5_a_rollback_that_was_made_is_found_below_the_deployment_that_came_after_it() -> None:
    effect = found(history((OTHER, LATER), (GOOD, LATER), (BAD, BEFORE)))
    assert (effect.state, effect.made) == (
        State.DONE,
        "arn:aws:ecs:::service-deployment/prod/web/1",
    )


def test_what_worked_before_it_failed_is_no_rollback() -> None:
    """The deployment that brought it in the first place is older than the intent."""
    assert found(history((OTHER, LATER), (BAD, BEFORE), (GOOD, BEFORE))).state is State.FAILED


def test_the_way_back_from_a_pinned_copy_is_found_by_the_copy_that_it_replaced() -> None:
    copy = f"{GOOD.rpartition('/')[0]}/{pinned_family(GOOD, DIGESTS)}:3"
    back = pinned(roll_back(), DIGESTS).inverse()
    assert found(history((OTHER, LATER), (BAD, LATER), (copy, BEFORE)), back).state is State.DONE
    assert found(history((OTHER, LATER), (BAD, LATER), (OTHER, BEFORE)), back).state is State.FAILED


def test_what_replaced_something_else_than_what_failed_is_nobodys_rollback() -> None:
    """Right before the intent, by ECS's clock: what failed was deployed after that."""
    shortly = timedelta(seconds=-90)
    assert (
        found(history((OTHER, LATER), (BAD, shortly), (GOOD, shortly), (OTHER, BEFORE))).state is State.FAILED
    )
    assert found(history((OTHER, LATER), (GOOD, LATER), (OTHER, LATER), (BAD, BEFORE))).state is State.FAILED


@pytest.mark.parametrize(
    ("operation", "answer"),
    [
        (LIST, refusal("AccessDeniedException", LIST)),
        (LIST, {"serviceDeployments": []}),
        (REVISIONS, {"serviceRevisions": []}),
    ],
)
def test_what_ecs_does_not_tell_is_unknown(operation: str, answer: Answer) -> None:
    effect = found(history((OTHER, LATER), (BAD, BEFORE)).on(operation, answer))
    assert effect.state is State.UNKNOWN


def test_a_rollout_that_ecs_lists_and_does_not_describe_may_be_the_rollback() -> None:
    made = history((OTHER, LATER), (GOOD, LATER), (BAD, BEFORE))
    answer: Any = made.answers[STATUS]({})
    newest, _, oldest = answer["serviceDeployments"]
    described = {"serviceDeployments": [newest, oldest], "failures": [{"reason": "MISSING"}]}
    assert found(made.on(STATUS, described)).state is State.UNKNOWN


def test_more_deployments_since_than_ecs_lists_are_unknown() -> None:
    assert found(history(*[(OTHER, LATER)] * 20)).state is State.UNKNOWN
    assert found(history(*[(OTHER, LATER)] * 19, (BAD, BEFORE))).state is State.FAILED


def test_a_service_that_is_as_it_was_has_had_no_rollback_and_nothing_more_is_read() -> None:
    clients = history().on("DescribeServices", services(service()))
    assert found(clients).state is State.FAILED
    assert {operation for operation, _ in clients.calls} == {"DescribeServices"}


def described(digest: str) -> Any:
    """A copy as ECS describes it."""
    return {"taskDefinition": {"containerDefinitions": [{"name": "app", "image": f"shop@{digest}"}]}}


def test_a_pinned_copy_is_known_by_its_family_and_its_images() -> None:
    """Whoever makes the next revision of what a service runs makes it in the same family."""
    action = pinned(roll_back(), DIGESTS)
    copy = f"{GOOD.rpartition('/')[0]}/{pinned_family(GOOD, DIGESTS)}:3"
    made = history((OTHER, LATER), (copy, LATER), (BAD, BEFORE)).on(DEFINITION, described(DIGESTS[0][1]))
    assert found(made, action).state is State.DONE
    theirs = history((OTHER, LATER), (copy, LATER), (BAD, BEFORE))
    theirs.on(DEFINITION, described("sha256:" + "2" * 64))
    assert found(theirs, action).state is State.FAILED
    denied = history((OTHER, LATER), (copy, LATER), (BAD, BEFORE))
    denied.on(DEFINITION, refusal("AccessDeniedException", DEFINITION))
    assert found(denied, action).state is State.UNKNOWN
    assert found(history((OTHER, LATER), (GOOD, LATER), (BAD, BEFORE)), action).state is State.FAILED
