"""UpdateContainerInstancesState by both of its kinds of action: chunks, partial failures, throttling, silence."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from botocore.exceptions import ReadTimeoutError

from dockwarden.actions import Action, ActivateContainerInstance, DrainContainerInstance, Unaimed, rebuilt
from dockwarden.aws import instance_status
from dockwarden.aws.adapters import ADAPTERS
from dockwarden.aws.performer import AwsPerformer
from dockwarden.performing import Effect, State
from dockwarden.pinned_actions import RollForwardFromPinnedCopy
from dockwarden.playbook import registry
from dockwarden.service_actions import RollForwardService
from tests.aws.answering import Answer, Answering, Answers, refusal
from tests.fakes import cluster_arn, container_instance

UPDATE, DESCRIBE = "UpdateContainerInstancesState", "DescribeContainerInstances"
KINDS: dict[str, type[DrainContainerInstance | ActivateContainerInstance]] = {
    "DRAINING": DrainContainerInstance,
    "ACTIVE": ActivateContainerInstance,
}
OTHER = {"DRAINING": "ACTIVE", "ACTIVE": "DRAINING"}
both = pytest.mark.parametrize("wanted", ["DRAINING", "ACTIVE"])


@dataclass
class Assuming(Answering):
    """Clients whose act role is themselves, and whose instances are neither DRAINING nor ACTIVE yet."""

    sessions: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.on(DESCRIBE, standing("REGISTERING"))

    def assume(self, _role: str, session: str) -> "Assuming":
        self.sessions.append(session)
        return self


def actions(wanted: str, count: int = 1, cluster: str = "prod") -> list[Action]:
    instances = [container_instance(f"i-{n:x}", cluster=cluster) for n in range(count)]
    kind = KINDS[wanted]
    return [kind(cluster_arn(cluster), i.arn, i.ec2_instance_id) for i in instances]


def allowed(_: Sequence[Action]) -> None:
    return None


def performer(clients: Answering) -> AwsPerformer:
    return AwsPerformer(clients, {"mine": "arn:role"})  # type: ignore[arg-type]


def performed(clients: Answering, some: Sequence[Action]) -> list[Effect]:
    return performer(clients).perform("mine", some, "session", allowed)


def obeying(params: Mapping[str, Any]) -> Answer:
    """ECS that does what it is asked."""
    return {"containerInstances": [found(arn, params["status"]) for arn in params["containerInstances"]]}


def found(arn: str, status: str) -> dict[str, Any]:
    return {"containerInstanceArn": arn, "status": status, "runningTasksCount": 2}


def standing(status: str) -> Answers:
    """DescribeContainerInstances that finds all that it is asked for in one status."""
    return lambda params: {"containerInstances": [found(arn, status) for arn in params["containerInstances"]]}


def described(*statuses: str | None, wanted: str = "DRAINING") -> Answer:
    """DescribeContainerInstances with these statuses, None for one that is missing."""
    pairs = zip(actions(wanted, len(statuses)), statuses, strict=True)
    return {"containerInstances": [found(action.target, status) for action, status in pairs if status]}


@both
def test_the_status_is_set_ten_a_call_and_cluster_by_cluster(wanted: str) -> None:
    clients = Assuming().on(UPDATE, obeying)
    effects = performed(clients, [*actions(wanted, 11), *actions(wanted, 2, "batch")])
    assert (
        effects
        == [Effect(State.DONE, f"set to {wanted}; 2 tasks were running on it", session="session")] * 13
    )
    calls = clients.asked(UPDATE)
    assert sorted(len(call["containerInstances"]) for call in calls) == [1, 2, 10]
    assert {call["status"] for call in calls} == {wanted}


@both
def test_what_is_refused_among_several_is_tried_alone_and_the_rest_is_done(wanted: str) -> None:
    some = actions(wanted, 3)

    def picky(params: Mapping[str, Any]) -> Answer:
        failures = [{"arn": some[1].target, "reason": "BUSY"}, {"arn": some[2].target, "reason": "MISSING"}]
        named = params["containerInstances"]
        good = [found(some[0].target, wanted)] if some[0].target in named else []
        return {"containerInstances": good, "failures": [f for f in failures if f["arn"] in named]}

    clients = Assuming().on(UPDATE, picky)
    assert [effect.state for effect in performed(clients, some)] == [State.DONE, State.FAILED, State.GONE]
    assert [len(call["containerInstances"]) for call in clients.asked(UPDATE)] == [3, 1]


@both
def test_an_answer_with_another_status_is_a_failure(wanted: str) -> None:
    clients = Assuming().on(UPDATE, described(OTHER[wanted], wanted=wanted))
    (effect,) = performed(clients, actions(wanted))
    assert (effect.state, effect.words) == (State.FAILED, f"ECS reports the status {OTHER[wanted]}")


@both
def test_a_throttled_call_is_sent_again(wanted: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(instance_status, "sleep", lambda _: None)
    answers = iter([refusal("ThrottlingException", UPDATE), None])
    clients = Assuming().on(UPDATE, lambda params: next(answers) or obeying(params))
    assert [effect.state for effect in performed(clients, actions(wanted))] == [State.DONE]


@both
@pytest.mark.parametrize(
    ("reads", "state", "retry"),
    [("wanted", State.DONE, False), ("other", State.UNKNOWN, True), (None, State.GONE, False)],
)
def test_a_call_that_was_not_answered_is_resolved_by_reading(
    wanted: str, reads: str | None, state: State, *, retry: bool
) -> None:
    status = {"wanted": wanted, "other": OTHER[wanted], None: None}[reads]
    clients = Assuming().on(UPDATE, ReadTimeoutError(endpoint_url="https://ecs"))
    reading = iter([described(OTHER[wanted], wanted=wanted), described(status, wanted=wanted)])
    clients.on(DESCRIBE, lambda _: next(reading))
    (effect,) = performed(clients, actions(wanted))
    assert (effect.state, effect.retry) == (state, retry)
    assert len(clients.asked(UPDATE)) == 1


@both
def test_invariant_50_what_is_as_wanted_right_before_the_call_is_not_called_our_doing(wanted: str) -> None:
    """A person was faster: the answer of ECS would not say so, and an undo would take back what they did."""
    clients = Assuming().on(UPDATE, obeying)
    clients.on(DESCRIBE, described(wanted, OTHER[wanted], None, "DEREGISTERING", wanted=wanted))
    effects = performed(clients, actions(wanted, 4))
    assert [e.state for e in effects] == [State.ALREADY, State.DONE, State.GONE, State.GONE]
    [call] = clients.asked(UPDATE)
    assert call["containerInstances"] == [actions(wanted, 2)[1].target]


@both
@pytest.mark.parametrize(("code", "retry"), [("ThrottlingException", True), ("AccessDeniedException", False)])
def test_what_cannot_be_read_right_before_the_call_is_not_changed(
    wanted: str, code: str, *, retry: bool
) -> None:
    clients = Assuming().on(UPDATE, obeying).on(DESCRIBE, refusal(code, DESCRIBE))
    (effect,) = performed(clients, actions(wanted))
    assert (effect.state, effect.retry) == (State.FAILED, retry)
    assert clients.asked(UPDATE) == []


def test_what_is_drained_in_haste_is_not_read_before_and_has_its_inverse_only_where_it_was_read() -> None:
    """Invariant 50: a person may have drained it since the event that the index has it from."""
    hosts = [(i.cluster_arn, i.arn, i.ec2_instance_id) for i in map(container_instance, ("i-0aa", "i-0bb"))]
    read = DrainContainerInstance(*hosts[0], known=DrainContainerInstance.READ)
    remembered = DrainContainerInstance(*hosts[1], known=DrainContainerInstance.REMEMBERED)
    clients = Assuming().on(UPDATE, obeying)
    assert [effect.state for effect in performed(clients, [read, remembered])] == [State.DONE] * 2
    assert clients.asked(DESCRIBE) == []
    assert read.inverse() == ActivateContainerInstance(*hosts[0])
    assert remembered.inverse() is None
    for one in (read, remembered, DrainContainerInstance(*hosts[0])):
        assert rebuilt(one.KIND, one.fields()) == one


@both
def test_a_gate_that_forbids_means_that_no_call_is_made(wanted: str) -> None:
    clients = Assuming()
    stopped = Effect(State.REFUSED, "stopped")
    effects = performer(clients).perform("mine", actions(wanted, 12), "s", lambda _: stopped)
    assert {effect.words for effect in effects} == {"stopped"}
    assert clients.asked(UPDATE) == []


@both
def test_a_gate_that_forbids_one_lets_the_others_of_its_call_go(wanted: str) -> None:
    """Hands off one host says nothing about nine others; where nothing can be read, nobody asks ten times more."""
    some = actions(wanted, 4)
    asked: list[int] = []
    blind = Effect(State.FAILED, "nothing can be read", retry=True)

    def gate(of: Sequence[Action]) -> Effect | None:
        asked.append(len(of))
        return Effect(State.REFUSED, "hands off") if some[2] in of else None

    def unable(of: Sequence[Action]) -> Effect:
        asked.append(len(of))
        return blind

    clients = Assuming().on(UPDATE, obeying)
    effects = performer(clients).perform("mine", some, "s", gate)
    done, off = State.DONE, State.REFUSED
    assert [effect.state for effect in effects] == [done, done, off, done]
    assert asked == [4, 1, 1, 1, 1]
    asked.clear()
    assert performer(clients).perform("mine", some, "s", unable)[0].retry
    assert asked == [4]


@pytest.mark.parametrize(
    ("wanted", "status", "state"),
    [
        ("DRAINING", "DRAINING", State.DONE),
        ("DRAINING", "ACTIVE", State.FAILED),
        ("ACTIVE", "ACTIVE", State.DONE),
        ("ACTIVE", "DRAINING", State.FAILED),
        *((wanted, gone, State.GONE) for wanted in KINDS for gone in ("INACTIVE", "DEREGISTERING", None)),
    ],
)
def test_reading_shows_what_an_action_came_to(wanted: str, status: str | None, state: State) -> None:
    clients = Assuming().on(DESCRIBE, described(status, wanted=wanted))
    (effect,) = performer(clients).verify(actions(wanted))
    assert effect.state is state


@both
def test_what_cannot_be_read_is_unknown(wanted: str) -> None:
    clients = Assuming().on(DESCRIBE, refusal("AccessDeniedException", DESCRIBE))
    assert [effect.state for effect in performer(clients).verify(actions(wanted))] == [State.UNKNOWN]


@pytest.mark.parametrize(
    ("status", "over"),
    [("DRAINING", False), ("ACTIVE", True), ("INACTIVE", True), ("DEREGISTERING", True), (None, True)],
)
def test_a_drain_is_over_when_its_host_takes_tasks_again_or_is_gone(
    status: str | None, *, over: bool
) -> None:
    clients = Assuming().on(DESCRIBE, described(status))
    assert performer(clients).over(actions("DRAINING")) == [over]


@pytest.mark.parametrize(
    ("code", "over"), [("AccessDeniedException", False), ("ClusterNotFoundException", True)]
)
def test_a_drain_that_cannot_be_read_is_not_over(code: str, *, over: bool) -> None:
    """A slot that is freed too early lets the budget be overdrawn."""
    clients = Assuming().on(DESCRIBE, refusal(code, DESCRIBE))
    assert performer(clients).over(actions("DRAINING")) == [over]


def test_over_is_answered_for_each_of_more_than_a_hundred_in_their_order() -> None:
    some = actions("DRAINING", 150)
    clients = Assuming().on(
        DESCRIBE,
        lambda params: {
            "containerInstances": [
                found(arn, "ACTIVE" if arn == some[120].target else "DRAINING")
                for arn in params["containerInstances"]
            ]
        },
    )
    assert [n for n, over in enumerate(performer(clients).over(some)) if over] == [120]
    assert [len(call["containerInstances"]) for call in clients.asked(DESCRIBE)] == [100, 50]


def test_setting_active_disrupts_nothing_so_nothing_is_read() -> None:
    clients = Assuming()
    assert performer(clients).over(actions("ACTIVE")) == [True]
    assert clients.calls == []


def test_kinds_are_performed_each_by_its_own_call_and_told_apart_on_one_target() -> None:
    clients = Assuming()
    clients.on(UPDATE, obeying)
    some = [*actions("DRAINING"), *actions("ACTIVE")]
    assert [effect.words[:14] for effect in performed(clients, some)] == ["set to DRAININ", "set to ACTIVE;"]
    assert clients.sessions == ["session"]


def test_a_kind_without_an_adapter_is_refused_and_never_over() -> None:
    strange = Unaimed("StopEverything", "target")
    assert strange.KIND not in ADAPTERS
    (effect,) = performed(Assuming(), [strange])
    assert effect.state is State.REFUSED
    assert performer(Assuming()).over([strange]) == [False]


def test_every_kind_that_a_playbook_may_do_has_an_adapter() -> None:
    kinds = {action.KIND for playbook in registry().values() for action in playbook.may}
    inverses = {ActivateContainerInstance.KIND, RollForwardService.KIND, RollForwardFromPinnedCopy.KIND}
    assert kinds | inverses <= set(ADAPTERS)
