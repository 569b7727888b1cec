"""StopDeployment of CodeDeploy: exact arguments, the comparison before it, and every way to fail."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ReadTimeoutError

from dockwarden.actions import Action
from dockwarden.aws import service_changes
from dockwarden.aws.code_deployments import AwsCodeDeployments
from dockwarden.aws.performer import AwsPerformer
from dockwarden.code_deploy_actions import StopCodeDeployment
from dockwarden.facts.code_deploy import CodeDeployment
from dockwarden.facts.unknown import NotRead
from dockwarden.performing import Effect, State
from tests.aws.answering import Answer, Answering, refusal
from tests.aws.changing import BAD, GOOD, OTHER, SERVICE, service, services
from tests.aws.test_instance_status import Assuming
from tests.fakes import cluster_arn

STOP, GET, DESCRIBE = "StopDeployment", "GetDeployment", "DescribeServices"
OURS, BACK = "d-A1B2C3D4E", "d-F5G6H7I8J"
ACTION = StopCodeDeployment(cluster_arn(), SERVICE, OURS, BAD)
TIMEOUT = ReadTimeoutError(endpoint_url="https://codedeploy")


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service_changes, "sleep", lambda _: None)


def task_set(number: str, status: str, external: str | None, minute: int) -> dict[str, Any]:
    """A task set that was made at a minute of an hour."""
    made = {
        "status": status,
        "taskDefinition": number,
        "createdAt": datetime(2026, 11, 1, 12, minute, tzinfo=UTC),
    }
    return made | ({"externalId": external} if external else {})


OLD = task_set(GOOD, "PRIMARY", None, 0)
NEW = task_set(BAD, "ACTIVE", OURS, 30)


def deployed(*sets: dict[str, Any], **more: Any) -> dict[str, Any]:
    """DescribeServices of a service that CodeDeploy deploys."""
    by = {"deploymentController": {"type": "CODE_DEPLOY"}}
    return services(service(GOOD, **{**by, "deployments": [], "taskSets": list(sets or (NEW, OLD)), **more}))


def deployment(status: str | None, platform: str = "ECS", **back: str) -> dict[str, Any]:
    """GetDeployment with a status, and what it says of a rollback."""
    names = {"deploymentId": OURS, "applicationName": "app", "deploymentGroupName": "group"}
    info: dict[str, Any] = {**names, "computePlatform": platform, "rollbackInfo": back}
    return {"deploymentInfo": info | ({"status": status} if status else {})}


def world(status: str | None = "InProgress", now: Answer | None = None, **back: str) -> Assuming:
    """CodeDeploy with the deployment in a status, and ECS with the service."""
    found = Assuming()
    found.on(DESCRIBE, now or deployed()).on(GET, deployment(status, **back))
    found.on(STOP, {"status": "Succeeded", "statusMessage": "No more commands"})
    return found


def performer(clients: Answering) -> AwsPerformer:
    return AwsPerformer(clients, {"mine": "arn:role"})  # type: ignore[arg-type]


def performed(clients: Answering) -> Effect:
    (effect,) = performer(clients).perform("mine", [ACTION], "session", lambda _: None)
    return effect


def stops(clients: Answering) -> list[Any]:
    return list(clients.asked(STOP))


def test_the_deployment_is_stopped_with_its_rollback_and_nothing_else_is_asked() -> None:
    """Without the flag the traffic would stay on the tasks that fail."""
    clients = world()
    effect = performed(clients)
    assert (effect.state, effect.made) == (State.DONE, OURS)
    assert effect.words == f"CodeDeploy stops {OURS} and takes it back (Succeeded)"
    assert stops(clients) == [{"deploymentId": OURS, "autoRollbackEnabled": True}]
    assert [name for name, _ in clients.calls] == [DESCRIBE, GET, STOP]


@pytest.mark.parametrize("status", ["Created", "Queued", "InProgress", "Baking", "Ready"])
def test_a_deployment_can_be_stopped_in_each_status_before_its_end(status: str) -> None:
    assert performed(world(status)).state is State.DONE


def test_a_stop_that_is_pending_is_done() -> None:
    assert performed(world().on(STOP, {"status": "Pending"})).state is State.DONE


@pytest.mark.parametrize("status", ["Succeeded", "Failed", "Stopped", "SomethingNew", None])
def test_a_deployment_that_is_not_under_way_any_more_is_not_stopped(status: str | None) -> None:
    """Stopped without a rollback is nothing that we wanted either: a person has to look."""
    clients = world(status)
    assert (performed(clients).state, stops(clients)) == (State.REFUSED, [])


@pytest.mark.parametrize("status", ["Stopped", "Failed"])
def test_invariant_27_what_code_deploy_takes_back_itself_is_left_to_it(status: str) -> None:
    clients = world(status, rollbackDeploymentId=BACK)
    effect = performed(clients)
    assert (effect.state, stops(clients)) == (State.ALREADY, [])
    assert (
        effect.words == f"CodeDeploy itself takes the deployment back: it is {status}, taken back by {BACK}"
    )


def test_invariant_27_the_way_back_itself_is_never_stopped() -> None:
    clients = world("InProgress", rollbackTriggeringDeploymentId=BACK)
    assert (performed(clients).state, stops(clients)) == (State.ALREADY, [])


@pytest.mark.parametrize(
    "sets",
    [
        (task_set(OTHER, "ACTIVE", BACK, 40), OLD),
        (task_set(OTHER, "ACTIVE", BACK, 40), NEW, OLD),
        (task_set(OTHER, "ACTIVE", None, 40), NEW, OLD),
        (OLD,),
        (task_set(BAD, "DRAINING", OURS, 30), OLD),
        (task_set(OTHER, "ACTIVE", OURS, 30), OLD),
    ],
    ids=["another", "a newer one", "of nobody", "none", "on its way out", "something else"],
)
def test_invariant_28_a_stop_is_dropped_when_it_is_not_what_the_service_gets(sets: Any) -> None:
    """The id is compared with what ECS shows of this service right now, whatever CodeDeploy says of it."""
    clients = world(now=deployed(*sets))
    assert (performed(clients).state, stops(clients)) == (State.REFUSED, [])


def test_after_the_traffic_has_shifted_the_new_task_set_is_the_primary_one() -> None:
    sets = task_set(BAD, "PRIMARY", OURS, 30), task_set(GOOD, "ACTIVE", None, 0)
    assert performed(world(now=deployed(*sets))).state is State.DONE


@pytest.mark.parametrize("platform", ["Lambda", "Server"])
def test_a_deployment_of_another_platform_is_not_stopped(platform: str) -> None:
    clients = world().on(GET, deployment("InProgress", platform))
    assert (performed(clients).state, stops(clients)) == (State.REFUSED, [])


@pytest.mark.parametrize("controller", ["ECS", "EXTERNAL", "SOMETHING_NEW"])
def test_invariant_29_a_service_of_another_controller_gets_no_call(controller: str) -> None:
    clients = world(now=deployed(deploymentController={"type": controller}))
    assert (performed(clients).state, stops(clients)) == (State.REFUSED, [])


GONE = [
    services(),
    services(service(status="INACTIVE")),
    refusal("ClusterNotFoundException", DESCRIBE),
]


@pytest.mark.parametrize("answer", GONE, ids=["missing", "inactive", "no cluster"])
def test_invariant_26_a_service_that_is_gone_is_a_success_without_a_call(answer: Answer) -> None:
    clients = world(now=answer)
    assert (performed(clients).state, stops(clients)) == (State.GONE, [])


@pytest.mark.parametrize("operation", [GET, STOP])
def test_invariant_26_a_deployment_that_is_gone_is_gone(operation: str) -> None:
    clients = world().on(operation, refusal("DeploymentDoesNotExistException", operation))
    effect = performed(clients)
    assert (effect.state, effect.retry) == (State.GONE, False)


@pytest.mark.parametrize(
    ("after", "back", "state", "retry"),
    [
        ("Stopped", {"rollbackDeploymentId": BACK}, State.ALREADY, False),
        ("Succeeded", {}, State.REFUSED, False),
        ("InProgress", {}, State.FAILED, True),
    ],
)
def test_that_it_is_complete_already_is_resolved_by_reading(
    after: str, back: dict[str, str], state: State, *, retry: bool
) -> None:
    reads = iter([deployment("InProgress"), deployment(after, **back)])
    clients = world().on(STOP, refusal("DeploymentAlreadyCompletedException", STOP))
    effect = performed(clients.on(GET, lambda _: next(reads)))
    assert (effect.state, effect.retry) == (state, retry)


@pytest.mark.parametrize(
    "code",
    [
        "AccessDeniedException",
        "InvalidDeploymentIdException",
        "DeploymentGroupDoesNotExistException",
        "UnsupportedActionForDeploymentTypeException",
    ],
)
def test_what_code_deploy_refuses_is_a_failure_with_its_code(code: str) -> None:
    effect = performed(world().on(STOP, refusal(code, STOP)))
    assert (effect.state, effect.words, effect.retry) == (
        State.FAILED,
        f"CodeDeploy refused it: {code}",
        False,
    )


@pytest.mark.parametrize(
    ("after", "state", "retry"), [("Stopped", State.DONE, False), ("InProgress", State.UNKNOWN, True)]
)
def test_a_stop_that_was_not_answered_is_resolved_by_reading(
    after: str, state: State, *, retry: bool
) -> None:
    reads = iter([deployment("InProgress"), deployment(after)])
    clients = world().on(STOP, TIMEOUT).on(GET, lambda _: next(reads))
    effect = performed(clients)
    assert (effect.state, effect.retry, len(stops(clients))) == (state, retry, 1)


def test_a_throttled_stop_is_made_again_after_new_looks() -> None:
    answers: Iterator[Answer] = iter([refusal("ThrottlingException", STOP), {"status": "Succeeded"}])
    asked: list[Sequence[Action]] = []
    clients = world().on(STOP, lambda _: next(answers))
    (effect,) = performer(clients).perform("mine", [ACTION], "s", asked.append)
    assert (effect.state, len(asked), len(clients.asked(GET))) == (State.DONE, 2, 2)


def test_a_stop_that_is_throttled_for_ever_comes_back_later() -> None:
    clients = world().on(STOP, refusal("ThrottlingException", STOP))
    effect = performed(clients)
    assert (effect.state, effect.retry, len(stops(clients))) == (State.FAILED, True, 3)
    assert effect.words == "CodeDeploy answered ThrottlingException; it is tried again"


@pytest.mark.parametrize(("code", "retry"), [("AccessDeniedException", False), ("ThrottlingException", True)])
@pytest.mark.parametrize("operation", [DESCRIBE, GET])
def test_what_cannot_be_read_before_the_call_is_not_called(operation: str, code: str, *, retry: bool) -> None:
    clients = world().on(operation, refusal(code, operation))
    effect = performed(clients)
    assert (effect.state, effect.retry, stops(clients)) == (State.FAILED, retry, [])


def test_invariant_62_a_stop_that_comes_while_it_is_read_is_seen() -> None:
    """The gate is asked after everything else that takes time."""
    clients = world()
    reads: list[int] = []

    def gate(_: Sequence[Action]) -> Effect:
        reads.append(len(clients.calls))
        return Effect(State.REFUSED, "stopped")

    (effect,) = performer(clients).perform("mine", [ACTION], "s", gate)
    assert (effect.words, reads, stops(clients)) == ("stopped", [2], [])


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        (deployment("Stopped", rollbackDeploymentId=BACK), State.DONE),
        (deployment("Stopped"), State.DONE),
        (deployment("Failed", rollbackDeploymentId=BACK), State.FAILED),
        (deployment("Failed"), State.FAILED),
        (deployment("InProgress"), State.FAILED),
        (deployment("Succeeded"), State.FAILED),
        (refusal("DeploymentDoesNotExistException", GET), State.GONE),
        (refusal("AccessDeniedException", GET), State.UNKNOWN),
    ],
)
def test_reading_shows_whether_a_deployment_was_stopped(answer: Answer, state: State) -> None:
    """What is Failed came to that by itself: nobody has stopped it."""
    found = performer(world().on(GET, answer)).verify([ACTION])[0]
    assert (found.state, found.made) == (state, OURS if state is State.DONE else None)


@pytest.mark.parametrize(("status", "made"), [("Stopped", OURS), ("Failed", None)])
def test_a_stop_that_an_earlier_try_may_have_made_is_named(status: str, made: str | None) -> None:
    assert performed(world(status, rollbackDeploymentId=BACK)).made == made


@pytest.mark.parametrize(
    ("stopped", "back", "over"),
    [
        ("InProgress", None, False),
        ("Succeeded", None, True),
        ("Stopped", None, True),
        ("Stopped", "InProgress", False),
        ("Stopped", "Succeeded", True),
        ("Stopped", "Failed", True),
    ],
)
def test_a_stop_is_over_when_the_way_back_has_ended(stopped: str, back: str | None, *, over: bool) -> None:
    named = {"rollbackDeploymentId": BACK} if back else {}
    answers = {OURS: deployment(stopped, **named), BACK: deployment(back)}
    clients = world().on(GET, lambda params: answers[params["deploymentId"]])
    assert performer(clients).over([ACTION]) == [over]


@pytest.mark.parametrize(
    ("code", "over"), [("AccessDeniedException", False), ("DeploymentDoesNotExistException", True)]
)
def test_a_stop_that_cannot_be_read_is_not_over(code: str, *, over: bool) -> None:
    assert performer(world().on(GET, refusal(code, GET))).over([ACTION]) == [over]


def test_a_deployment_is_read_by_its_id() -> None:
    clients = world("Stopped", rollbackDeploymentId=BACK)
    found = AwsCodeDeployments(clients).deployment(OURS)  # type: ignore[arg-type]
    assert found == CodeDeployment(OURS, "Stopped", "ECS", "app", "group", rollback=BACK)
    assert clients.asked(GET) == [{"deploymentId": OURS}]


def test_a_deployment_that_cannot_be_read_says_why() -> None:
    clients = world().on(GET, refusal("AccessDeniedException", GET))
    found = AwsCodeDeployments(clients).deployment(OURS)  # type: ignore[arg-type]
    assert found == NotRead("GetDeployment: AccessDeniedException")
