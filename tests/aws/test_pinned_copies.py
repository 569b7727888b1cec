"""The adapter of rollbacks to pinned copies: what it asks the function, what it believes, and each way to fail."""

import json
from collections.abc import Callable, Sequence
from io import BytesIO
from typing import Any

import pytest
from botocore.exceptions import ConnectTimeoutError, ReadTimeoutError

from dockwarden.actions import Action
from dockwarden.aws import service_changes
from dockwarden.aws.adapters import adapters
from dockwarden.aws.performer import AwsPerformer
from dockwarden.performing import Effect, State
from dockwarden.pinned_actions import RollBackToPinnedCopy, RollForwardFromPinnedCopy, pinned
from dockwarden.pinned_names import pinned_family
from tests.aws.answering import refusal
from tests.aws.changing import BAD, GOOD, HOME, OTHER, deployments, roll_back, service, services
from tests.aws.test_instance_status import Assuming

FUNCTION = "arn:aws:lambda:us-east-1:111122223333:function:dockwarden-pinned-copy"
DIGEST = "sha256:" + "a" * 64
DIGESTS = (("app", DIGEST),)
FAMILY = f"{HOME}:task-definition/{pinned_family(GOOD, DIGESTS)}"
COPY = f"{FAMILY}:1"
ACTION = pinned(roll_back(), DIGESTS)
DESCRIBE, UPDATE, STATUS, DEFINITION = (
    *("DescribeServices", "UpdateService"),
    *("DescribeServiceDeployments", "DescribeTaskDefinition"),
)
ROLLED_ON = "ecs-svc/2000000000000000002"


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service_changes, "sleep", lambda _: None)


class Lambda:
    """Answers one invocation after another."""

    def __init__(self, *answers: Any, then: Callable[[], object] = lambda: None) -> None:
        self.answers, self.then = list(answers), then
        self.asked: list[dict[str, Any]] = []

    def invoke(self, **asked: Any) -> dict[str, Any]:
        self.asked.append(asked)
        self.then()
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        return {"StatusCode": 200, "Payload": BytesIO(body)} | (
            {"FunctionError": "Unhandled"} if answer == {"errorType": "x"} else {}
        )


class World(Assuming):
    """ECS with a service, and Lambda."""

    def __init__(
        self, *answers: Any, now: dict[str, Any] | None = None, image: str = f"shop@{DIGEST}"
    ) -> None:
        super().__init__()
        self.functions = Lambda(*(answers or ({"copy": COPY, "registered": True},)))
        self.on(DESCRIBE, services(now if now is not None else service()))
        self.on(STATUS, deployments("SUCCESSFUL"))
        self.on(UPDATE, {"service": service(COPY, ROLLED_ON)})
        described = {"containerDefinitions": [{"name": "app", "image": image}]}
        self.on(DEFINITION, {"taskDefinition": described})

    def client(self, service: str) -> Any:
        return self.functions if service == "lambda" else super().client(service)


def performer(world: World, function: str | None = FUNCTION) -> AwsPerformer:
    return AwsPerformer(world, {"mine": "arn:role"}, adapters(function))  # type: ignore[arg-type]


def performed(world: World, action: Action = ACTION, function: str | None = FUNCTION) -> Effect:
    (effect,) = performer(world, function).perform("mine", [action], "session", lambda _: None)
    return effect


def test_the_function_is_asked_for_the_copy_and_the_service_put_on_it() -> None:
    """UpdateService gets the copy and nothing else (invariant 30)."""
    world = World()
    effect = performed(world)
    [asked] = world.functions.asked
    assert (asked["FunctionName"], json.loads(asked["Payload"])) == (
        FUNCTION,
        {"task_definition": GOOD, "digests": dict(DIGESTS)},
    )
    assert [dict(one) for one in world.asked(UPDATE)] == [
        {"cluster": ACTION.cluster, "service": ACTION.service, "taskDefinition": COPY}
    ]
    assert (effect.state, effect.made) == (State.DONE, ROLLED_ON)


def test_without_the_switch_nothing_is_asked_of_anybody() -> None:
    world = World()
    effect = performed(world, function=None)
    assert effect.state is State.REFUSED
    assert "[pinned_copies] in dockwarden.toml" in effect.words
    assert (world.functions.asked, world.asked(UPDATE)) == ([], [])


@pytest.mark.parametrize(
    ("answer", "state", "retry", "words"),
    [
        ({"refused": True, "why": "the role is not listed"}, State.REFUSED, False, "the role is not listed"),
        ({"why": "ECS answered X", "retry": False}, State.FAILED, False, "ECS answered X"),
        ({"why": "ECS answered X", "retry": True}, State.FAILED, True, "ECS answered X"),
        ({"errorType": "x"}, State.FAILED, True, "the function for that failed"),
        ({}, State.FAILED, False, "nothing that can be read"),
        (b"\xff{", State.FAILED, False, "nothing that can be read"),
        (b"[]", State.FAILED, False, "nothing that can be read"),
        ({"copy": 7}, State.FAILED, False, "nothing that can be read"),
        ({"copy": GOOD}, State.FAILED, False, "another one was answered"),
        ({"copy": FAMILY}, State.FAILED, False, "another one was answered"),
        ({"copy": COPY.replace("111122223333", "999999999999")}, State.FAILED, False, "another one"),
        (refusal("AccessDeniedException", "Invoke"), State.FAILED, False, "AccessDeniedException"),
        (refusal("ResourceNotFoundException", "Invoke"), State.FAILED, False, "ResourceNotFoundException"),
        (refusal("TooManyRequestsException", "Invoke"), State.FAILED, True, "TooManyRequestsException"),
        (ReadTimeoutError(endpoint_url="https://lambda"), State.FAILED, True, "ReadTimeoutError"),
        (ConnectTimeoutError(endpoint_url="https://lambda"), State.FAILED, True, "ConnectTimeoutError"),
    ],
)
def test_without_a_copy_the_service_stays_as_it_is(
    answer: Any,
    state: State,
    retry: bool,  # noqa: FBT001
    words: str,
) -> None:
    world = World(answer)
    effect = performed(world)
    assert (effect.state, effect.retry) == (state, retry)
    assert words in effect.words
    assert "canary-message" not in effect.words
    assert world.asked(UPDATE) == []


def test_invariant_28_who_deploys_before_the_registration_is_seen_before_it() -> None:
    world = World(now=service(OTHER))
    assert performed(world).state is State.REFUSED
    assert world.functions.asked == []


def test_invariant_28_who_deploys_during_the_registration_is_seen_after_it() -> None:
    world = World()
    world.functions.then = lambda: world.on(DESCRIBE, services(service(OTHER, ROLLED_ON)))
    effect = performed(world)
    assert (effect.state, world.asked(UPDATE)) == (State.REFUSED, [])
    assert "somebody has deployed since: web:44" in effect.words


@pytest.mark.parametrize(("says_no", "asked"), [(1, 0), (2, 1)])
def test_invariant_62_the_gate_is_asked_before_each_of_both_calls(says_no: int, asked: int) -> None:
    world = World()
    gates: list[Sequence[Action]] = []

    def gate(actions: Sequence[Action]) -> Effect | None:
        gates.append(actions)
        return Effect(State.REFUSED, "stopped") if len(gates) == says_no else None

    (effect,) = performer(world).perform("mine", [ACTION], "session", gate)
    assert (effect.words, len(world.functions.asked), world.asked(UPDATE)) == ("stopped", asked, [])


def test_a_service_that_has_the_copy_already_is_left_alone() -> None:
    world = World(now=service(COPY, ROLLED_ON))
    assert performed(world).state is State.ALREADY
    assert world.functions.asked == []


def test_a_revision_that_somebody_made_in_the_family_of_the_copy_is_not_the_copy() -> None:
    """As who derives the next revision from what the service runs; and the original is not the copy either."""
    for now, image in ((service(f"{FAMILY}:2", ROLLED_ON), "shop:3"), (service(GOOD, ROLLED_ON), "shop:1")):
        world = World(now=now, image=image)
        assert performed(world).state is State.REFUSED
        assert performer(world).verify([ACTION])[0].state is State.FAILED
        assert performer(world).over([ACTION]) == [True]


def test_whether_it_is_done_is_read_from_family_and_images() -> None:
    world = World(now=service(COPY, ROLLED_ON))
    assert performer(world).verify([ACTION])[0].state is State.DONE
    assert performer(world).over([ACTION]) == [True]
    running = World(now=service(COPY, ROLLED_ON, primary={"rolloutState": "IN_PROGRESS"}))
    assert performer(running).over([ACTION]) == [False]
    unread = World(now=service(COPY, ROLLED_ON)).on(DEFINITION, refusal("ThrottlingException", DEFINITION))
    assert isinstance(unread, World)
    assert performer(unread).verify([ACTION])[0].state is State.UNKNOWN
    assert performer(unread).over([ACTION]) == [False]


def test_invariant_74_the_way_back_leaves_the_copy_and_nothing_else() -> None:
    back = ACTION.inverse()
    assert isinstance(back, RollForwardFromPinnedCopy)
    world = World(now=service(COPY, ROLLED_ON)).on(UPDATE, {"service": service(BAD)})
    assert isinstance(world, World)
    assert performed(world, back).state is State.DONE
    assert world.asked(UPDATE)[0]["taskDefinition"] == BAD
    for now in (service(GOOD), service(OTHER), service(f"{FAMILY}:2")):
        elsewhere = World(now=now, image="shop:3")
        assert performed(elsewhere, back).state is State.REFUSED


def test_people_read_that_it_is_a_copy() -> None:
    assert isinstance(ACTION, RollBackToPinnedCopy)
    assert ACTION.sentence() == (
        "roll service web in cluster prod back from web:43 to a copy of web:41 with the images that worked"
    )
    back = ACTION.inverse()
    assert back is not None
    assert back.sentence() == (
        "roll service web in cluster prod forward again from the copy of web:41 to web:43"
    )
