"""UpdateService and StopServiceDeployment: exact arguments, the comparison before them, and every way to fail."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from botocore.exceptions import ReadTimeoutError

from dockwarden.actions import Action
from dockwarden.aws import service_changes
from dockwarden.aws.performer import AwsPerformer
from dockwarden.performing import Effect, State
from tests.aws.answering import Answer, Answering, refusal
from tests.aws.changing import (
    BAD,
    DEPLOYMENT,
    GOOD,
    NEXT,
    OTHER,
    SERVICE,
    WHOLE,
    deployments,
    roll_back,
    service,
    services,
    stop,
)
from tests.aws.test_instance_status import Assuming
from tests.fakes import cluster_arn

UPDATE, STOP = "UpdateService", "StopServiceDeployment"
DESCRIBE, STATUS = "DescribeServices", "DescribeServiceDeployments"
TIMEOUT = ReadTimeoutError(endpoint_url="https://ecs")
ROLLED_ON = "ecs-svc/2000000000000000002"
DONE = {"service": service(GOOD, ROLLED_ON)}


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service_changes, "sleep", lambda _: None)


def world(now: dict[str, Any] | None = None, status: str | None = "IN_PROGRESS") -> Assuming:
    """ECS that has a service, of which a deployment has a status, and does what it is asked."""
    clients = Assuming()
    clients.on(DESCRIBE, services(now if now is not None else service()))
    clients.on(STATUS, deployments(status))
    clients.on(UPDATE, DONE).on(STOP, {"serviceDeploymentArn": WHOLE})
    return clients


def deploying(status: str) -> Assuming:
    """The bad one is being deployed, and its service deployment has a status."""
    return world(service(whole=WHOLE, primary={"rolloutState": "IN_PROGRESS"}), status)


def allowed(_: Sequence[Action]) -> None:
    return None


def performer(clients: Answering) -> AwsPerformer:
    return AwsPerformer(clients, {"mine": "arn:role"})  # type: ignore[arg-type]


def performed(clients: Answering, action: Action) -> Effect:
    (effect,) = performer(clients).perform("mine", [action], "session", allowed)
    return effect


def changed(clients: Answering) -> list[str]:
    return [operation for operation, _ in clients.calls if operation in (UPDATE, STOP)]


def test_invariant_30_a_rollback_sends_the_task_definition_and_nothing_else() -> None:
    """Not the desired count, which belongs to autoscaling, nor anything else of the service."""
    clients = world()
    effect = performed(clients, roll_back())
    assert clients.asked(UPDATE) == [
        {"cluster": cluster_arn(), "service": SERVICE, "taskDefinition": GOOD},
    ]
    assert (effect.state, effect.words) == (State.DONE, f"ECS deploys web:41 as {ROLLED_ON}")


def test_invariant_30_a_stop_sends_the_deployment_and_rollback_and_never_abort() -> None:
    clients = deploying("IN_PROGRESS")
    effect = performed(clients, stop())
    assert clients.asked(STOP) == [{"serviceDeploymentArn": WHOLE, "stopType": "ROLLBACK"}]
    assert (effect.state, effect.words) == (State.DONE, "ECS takes service deployment first back")


def test_the_undo_puts_back_what_the_service_had() -> None:
    clients = world(service(GOOD, ROLLED_ON))
    clients.on(UPDATE, {"service": service(BAD, "ecs-svc/3")})
    forward = roll_back().inverse()
    assert forward is not None
    assert performed(clients, forward).state is State.DONE
    assert clients.asked(UPDATE)[0]["taskDefinition"] == BAD


@pytest.mark.parametrize("name", [DEPLOYMENT, WHOLE])
def test_the_deployment_is_known_by_either_of_its_names(name: str) -> None:
    assert performed(world(service(whole=WHOLE)), roll_back(name)).state is State.DONE


@pytest.mark.parametrize(
    "now",
    [
        service(OTHER, "ecs-svc/9", NEXT),
        service(BAD, "ecs-svc/9", NEXT),
        service(OTHER, DEPLOYMENT),
        service(BAD, "ecs-svc/9"),
    ],
    ids=["another", "the same again", "another, same id", "the same again without a service deployment"],
)
def test_invariant_28_a_rollback_is_dropped_when_somebody_has_deployed_since(now: dict[str, Any]) -> None:
    """Also the same task definition once more: then somebody is at it."""
    clients = world(now)
    effect = performed(clients, roll_back())
    assert effect.state is State.REFUSED
    assert "somebody has deployed since" in effect.words
    assert changed(clients) == []


def test_invariant_28_a_stop_is_dropped_when_another_deployment_is_current() -> None:
    clients = world(service(OTHER, "ecs-svc/9", NEXT))
    effect = performed(clients, stop())
    assert (effect.state, changed(clients)) == (State.REFUSED, [])
    assert effect.words.startswith(
        "somebody has deployed since: web:44 as ecs-svc/9, service deployment next"
    )


@pytest.mark.parametrize("action", [roll_back(), stop()], ids=["update", "stop"])
def test_invariant_62_a_stop_that_comes_while_the_service_is_read_is_seen(action: Action) -> None:
    """The gate is asked after everything else that takes time."""
    clients = deploying("IN_PROGRESS")
    reads: list[int] = []

    def gate(_: Sequence[Action]) -> Effect:
        reads.append(len(clients.calls))
        return Effect(State.REFUSED, "stopped")

    (effect,) = performer(clients).perform("mine", [action], "s", gate)
    assert (effect.words, reads, changed(clients)) == ("stopped", [2], [])
    assert len(clients.calls) == 2


def test_a_gate_that_forbids_means_that_no_call_is_made() -> None:
    clients = deploying("IN_PROGRESS")
    stopped = Effect(State.REFUSED, "stopped")
    for action in (roll_back(), stop()):
        (effect,) = performer(clients).perform("mine", [action], "s", lambda _: stopped)
        assert effect.words == "stopped"
    assert changed(clients) == []


def test_a_service_that_is_on_the_good_one_already_is_left_alone() -> None:
    clients = world(service(GOOD, ROLLED_ON))
    effect = performed(clients, roll_back())
    assert (effect.state, changed(clients)) == (State.ALREADY, [])
    assert (effect.words, effect.made) == (f"its deployment is web:41 as {ROLLED_ON} already", ROLLED_ON)


GONE = [
    services(),
    services(service(status="INACTIVE")),
    services(service(status="DRAINING")),
    refusal("ClusterNotFoundException", DESCRIBE),
    refusal("ServiceNotFoundException", DESCRIBE),
]


@pytest.mark.parametrize("answer", GONE, ids=["missing", "inactive", "draining", "no cluster", "no service"])
@pytest.mark.parametrize("action", [roll_back(), stop()], ids=["update", "stop"])
def test_invariant_26_a_service_that_is_gone_is_a_success_without_a_call(
    action: Action, answer: Answer
) -> None:
    clients = world().on(DESCRIBE, answer)
    effect = performed(clients, action)
    assert (effect.state, effect.retry, changed(clients)) == (State.GONE, False, [])


@pytest.mark.parametrize(
    "code", ["ServiceNotFoundException", "ServiceNotActiveException", "ClusterNotFoundException"]
)
def test_invariant_26_a_service_that_goes_in_the_last_moment_is_gone_too(code: str) -> None:
    effect = performed(world().on(UPDATE, refusal(code, UPDATE)), roll_back())
    assert (effect.state, effect.retry) == (State.GONE, False)


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("ROLLBACK_REQUESTED", State.ALREADY),
        ("ROLLBACK_IN_PROGRESS", State.ALREADY),
        ("ROLLBACK_SUCCESSFUL", State.ALREADY),
        ("ROLLBACK_FAILED", State.REFUSED),
    ],
)
def test_invariant_27_nothing_is_done_where_ecs_takes_the_deployment_back_itself(
    status: str, state: State
) -> None:
    """One that failed in it is no success either: a person has to look."""
    clients = world(service(OTHER, "ecs-svc/9", WHOLE), status)
    effects = [performed(clients, action) for action in (roll_back(), stop())]
    assert [effect.state for effect in effects] == [state, state]
    assert changed(clients) == []


def test_a_revision_that_ecs_itself_went_back_to_may_be_bad_as_well() -> None:
    """Two bad releases in a row: what the breaker went back to is rolled back in its turn."""
    clients = world(service(whole=WHOLE), "ROLLBACK_SUCCESSFUL")
    assert performed(clients, roll_back()).state is State.DONE


@pytest.mark.parametrize("status", ["SUCCESSFUL", "STOPPED", "STOP_REQUESTED", "SOMETHING_NEW"])
def test_a_deployment_that_is_not_under_way_any_more_is_not_stopped(status: str) -> None:
    clients = deploying(status)
    assert (performed(clients, stop()).state, changed(clients)) == (State.REFUSED, [])


def test_a_service_whose_deployment_somebody_is_stopping_is_not_rolled_back() -> None:
    clients = deploying("STOP_REQUESTED")
    assert (performed(clients, roll_back()).state, changed(clients)) == (State.REFUSED, [])


@pytest.mark.parametrize(
    "more",
    [
        {"deploymentController": {"type": "CODE_DEPLOY"}},
        {"deploymentController": {"type": "EXTERNAL"}},
        {"schedulingStrategy": "DAEMON"},
        {"resourceManagementType": "ECS"},
        {"deploymentController": {"type": "SOMETHING_NEW"}},
    ],
    ids=str,
)
@pytest.mark.parametrize("action", [roll_back(), stop()], ids=["update", "stop"])
def test_invariant_29_what_others_deploy_gets_no_call(action: Action, more: dict[str, Any]) -> None:
    clients = world(service(whole=WHOLE, **more))
    assert (performed(clients, action).state, changed(clients)) == (State.REFUSED, [])


@pytest.mark.parametrize(
    ("action", "operation"), [(roll_back(), UPDATE), (stop(), STOP)], ids=["update", "stop"]
)
def test_a_throttled_call_is_made_again_after_new_looks(action: Action, operation: str) -> None:
    clients = deploying("IN_PROGRESS")
    answer = clients.answers[operation]
    answers = iter([refusal("ThrottlingException", operation), None])
    asked: list[Sequence[Action]] = []
    clients.on(operation, lambda params: next(answers) or answer(params))
    (effect,) = performer(clients).perform("mine", [action], "s", asked.append)
    assert (effect.state, len(asked), len(clients.asked(DESCRIBE))) == (State.DONE, 2, 2)


@pytest.mark.parametrize(
    ("action", "operation"), [(roll_back(), UPDATE), (stop(), STOP)], ids=["update", "stop"]
)
def test_a_call_that_is_throttled_for_ever_comes_back_later(action: Action, operation: str) -> None:
    clients = deploying("IN_PROGRESS").on(operation, refusal("ThrottlingException", operation))
    effect = performed(clients, action)
    assert (effect.state, effect.retry, len(changed(clients))) == (State.FAILED, True, 3)


@pytest.mark.parametrize(
    ("after", "state", "retry"),
    [(service(GOOD, ROLLED_ON), State.DONE, False), (service(), State.UNKNOWN, True)],
)
def test_a_rollback_that_was_not_answered_is_resolved_by_reading(
    after: dict[str, Any], state: State, *, retry: bool
) -> None:
    reads = iter([service(), after])
    clients = world().on(UPDATE, TIMEOUT).on(DESCRIBE, lambda _: services(next(reads)))
    effect = performed(clients, roll_back())
    assert (effect.state, effect.retry, len(changed(clients))) == (state, retry, 1)


@pytest.mark.parametrize(
    ("after", "state", "retry"),
    [("ROLLBACK_REQUESTED", State.DONE, False), ("IN_PROGRESS", State.UNKNOWN, True)],
)
def test_a_stop_that_was_not_answered_is_resolved_by_reading(
    after: str, state: State, *, retry: bool
) -> None:
    reads = iter(["IN_PROGRESS", after])
    clients = deploying("IN_PROGRESS").on(STOP, TIMEOUT).on(STATUS, lambda _: deployments(next(reads)))
    effect = performed(clients, stop())
    assert (effect.state, effect.retry, len(changed(clients))) == (state, retry, 1)


@pytest.mark.parametrize("code", ["InvalidParameterException", "ClientException", "AccessDeniedException"])
def test_invariant_24_what_ecs_refuses_is_a_failure_with_its_code(code: str) -> None:
    """A ClientException is how it refuses a task definition that is INACTIVE; nothing is tried again."""
    effect = performed(world().on(UPDATE, refusal(code, UPDATE)), roll_back())
    assert (effect.state, effect.words, effect.retry) == (State.FAILED, f"ECS refused it: {code}", False)


@pytest.mark.parametrize(
    ("after", "state", "retry"),
    [
        ("ROLLBACK_IN_PROGRESS", State.ALREADY, False),
        ("SUCCESSFUL", State.REFUSED, False),
        ("IN_PROGRESS", State.FAILED, True),
    ],
)
def test_a_conflict_is_resolved_by_reading(after: str, state: State, *, retry: bool) -> None:
    reads = iter(["IN_PROGRESS", after])
    clients = deploying("IN_PROGRESS").on(STOP, refusal("ConflictException", STOP))
    clients.on(STATUS, lambda _: deployments(next(reads)))
    effect = performed(clients, stop())
    assert (effect.state, effect.retry) == (state, retry)


def test_a_deployment_that_is_gone_in_the_last_moment_is_gone() -> None:
    clients = deploying("IN_PROGRESS").on(STOP, refusal("ServiceDeploymentNotFoundException", STOP))
    assert performed(clients, stop()).state is State.GONE


@pytest.mark.parametrize(("code", "retry"), [("AccessDeniedException", False), ("ThrottlingException", True)])
@pytest.mark.parametrize("action", [roll_back(), stop()], ids=["update", "stop"])
def test_what_cannot_be_read_before_the_call_is_not_called(action: Action, code: str, *, retry: bool) -> None:
    for operation in (DESCRIBE, STATUS):
        clients = deploying("IN_PROGRESS").on(operation, refusal(code, operation))
        effect = performed(clients, action)
        assert (effect.state, effect.retry, changed(clients)) == (State.FAILED, retry, [])


def test_an_answer_with_another_task_definition_is_a_failure() -> None:
    effect = performed(world().on(UPDATE, {"service": service(BAD)}), roll_back())
    assert (effect.state, effect.words) == (State.FAILED, "ECS reports web:43")


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        (services(service(GOOD, ROLLED_ON)), State.DONE),
        (services(service(BAD)), State.FAILED),
        (services(service(OTHER)), State.FAILED),
        (services(), State.GONE),
        (refusal("AccessDeniedException", DESCRIBE), State.UNKNOWN),
        ({"services": [], "failures": [{"arn": SERVICE, "reason": "SOMETHING"}]}, State.UNKNOWN),
    ],
)
def test_reading_shows_whether_a_service_is_on_what_it_was_put_on(answer: Answer, state: State) -> None:
    assert performer(world().on(DESCRIBE, answer)).verify([roll_back()])[0].state is state


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        (deployments("ROLLBACK_REQUESTED"), State.DONE),
        (deployments("ROLLBACK_IN_PROGRESS"), State.DONE),
        (deployments("ROLLBACK_SUCCESSFUL"), State.DONE),
        (deployments("ROLLBACK_FAILED"), State.FAILED),
        (deployments("IN_PROGRESS"), State.FAILED),
        (deployments(None), State.GONE),
        (refusal("AccessDeniedException", STATUS), State.UNKNOWN),
    ],
)
def test_reading_shows_whether_a_deployment_is_taken_back(answer: Answer, state: State) -> None:
    assert performer(world().on(STATUS, answer)).verify([stop()])[0].state is state


@pytest.mark.parametrize(
    ("answer", "over"),
    [
        (services(service(GOOD, primary={"rolloutState": "IN_PROGRESS"})), False),
        (services(service(GOOD)), True),
        (services(service(GOOD, primary={"rolloutState": "FAILED"})), True),
        (services(service(OTHER, primary={"rolloutState": "IN_PROGRESS"})), True),
        (services(), True),
        (refusal("AccessDeniedException", DESCRIBE), False),
    ],
)
def test_a_rollback_is_over_when_it_is_steady_or_failed_or_superseded(answer: Answer, *, over: bool) -> None:
    assert performer(world().on(DESCRIBE, answer)).over([roll_back()]) == [over]


@pytest.mark.parametrize(("status", "over"), [("IN_PROGRESS", False), ("SUCCESSFUL", True), (None, True)])
def test_a_rollback_without_a_rollout_state_is_over_with_its_service_deployment(
    status: str | None, *, over: bool
) -> None:
    """Only rolling updates without a Classic Load Balancer have a rollout state (botocore model)."""
    now = service(GOOD, whole=NEXT)
    del now["deployments"][0]["rolloutState"]
    assert performer(world(now, status)).over([roll_back()]) == [over]


@pytest.mark.parametrize(
    ("answer", "over"),
    [
        (deployments("ROLLBACK_IN_PROGRESS"), False),
        (deployments("ROLLBACK_SUCCESSFUL"), True),
        (deployments("ROLLBACK_FAILED"), True),
        (deployments(None), True),
        (refusal("AccessDeniedException", STATUS), False),
    ],
)
def test_a_stop_is_over_when_the_deployment_has_ended(answer: Answer, *, over: bool) -> None:
    assert performer(world().on(STATUS, answer)).over([stop()]) == [over]


def test_several_services_are_rolled_back_each_by_its_own_call() -> None:
    arns = [f"{SERVICE}{n}" for n in range(3)]
    some = [type(roll_back())(cluster_arn(), arn, GOOD, BAD, DEPLOYMENT) for arn in arns]

    def obeying(params: Mapping[str, Any]) -> Answer:
        return {"service": service(params["taskDefinition"], ROLLED_ON)}

    clients = world().on(UPDATE, obeying)
    effects = performer(clients).perform("mine", some, "session", allowed)
    assert [effect.state for effect in effects] == [State.DONE] * 3
    assert sorted(call["service"] for call in clients.asked(UPDATE)) == arns
