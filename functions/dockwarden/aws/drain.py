"""UpdateContainerInstancesState: container instances set to DRAINING, ten a call."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from random import random
from time import sleep
from typing import Any

from dockwarden.actions import Action, DrainContainerInstance
from dockwarden.aws.clients import Clients
from dockwarden.aws.errors import AWS_ERRORS, code, outcome_unknown, passing, throttled
from dockwarden.parallel import side_by_side
from dockwarden.performing import Effect, Gate, State

_DRAIN = 10  # UpdateContainerInstancesState takes no more
_DESCRIBE = 100
_WORKERS = 8
_THROTTLED_TRIES = 3
_THROTTLED_WAIT = 0.4
_GONE = frozenset({"MISSING", "INACTIVE"})

Drains = Sequence[DrainContainerInstance]
Effects = dict[str, Effect]


def drain(clients: Clients, readers: Clients, drains: Drains, gate: Gate) -> Effects:
    """Drain container instances, each cluster's in calls of ten side by side; the effect by target.

    The answer of the call is its verification. What ECS refuses in a call of several is tried one by one.
    """
    calls = list(_chunks(drains))
    answers = side_by_side(lambda call: _drain_some(clients, readers, call, gate), calls, _WORKERS)
    return {target: effect for answer in answers for target, effect in answer.items()}


def verify(readers: Clients, drains: Drains) -> Effects:
    """Read whether container instances are DRAINING or gone; FAILED where not, UNKNOWN where unreadable."""
    effects: Effects = {}
    for cluster, some in _by_cluster(drains).items():
        for start in range(0, len(some), _DESCRIBE):
            effects |= _verify_some(readers, cluster, some[start : start + _DESCRIBE])
    return effects


def _chunks(drains: Drains) -> Iterator[Drains]:
    for some in _by_cluster(drains).values():
        for start in range(0, len(some), _DRAIN):
            yield some[start : start + _DRAIN]


def _by_cluster(drains: Drains) -> Mapping[str, list[DrainContainerInstance]]:
    clusters: dict[str, list[DrainContainerInstance]] = {}
    for action in drains:
        clusters.setdefault(action.cluster, []).append(action)
    return clusters


def _drain_some(clients: Clients, readers: Clients, some: Drains, gate: Gate) -> Effects:
    """One call; those that it refused are tried one by one."""
    if (forbidden := gate(some)) is not None:
        return _all(some, forbidden)
    try:
        answer = _call(clients, some)
    except AWS_ERRORS as error:
        return _failed(clients, readers, some, gate, error)
    effects = _read(answer)
    again = [one for one in some if effects.get(one.target, _NO_ANSWER).state is State.FAILED]
    if len(some) > 1:
        for one in again:
            effects |= _drain_some(clients, readers, [one], gate)
    return {one.target: effects.get(one.target, _NO_ANSWER) for one in some}


def _call(clients: Clients, some: Drains) -> Mapping[str, Any]:
    """The answer of one call; only a throttled one, which was certainly not carried out, is sent again."""
    arns = [one.target for one in some]
    for attempt in range(_THROTTLED_TRIES - 1):
        try:
            return _update(clients, some[0].cluster, arns)
        except AWS_ERRORS as error:
            if not throttled(error):
                raise
            sleep(random() * _THROTTLED_WAIT * 2**attempt)  # noqa: S311
    return _update(clients, some[0].cluster, arns)


def _update(clients: Clients, cluster: str, arns: list[str]) -> Mapping[str, Any]:
    answer: Mapping[str, Any] = clients.client("ecs").update_container_instances_state(
        cluster=cluster, containerInstances=arns, status="DRAINING"
    )
    return answer


def _failed(clients: Clients, readers: Clients, some: Drains, gate: Gate, error: Exception) -> Effects:
    """What a call that failed as a whole means for each of its instances."""
    if outcome_unknown(error):
        return {target: _resolved(effect, error) for target, effect in verify(readers, some).items()}
    if passing(error):
        return _all(some, Effect(State.FAILED, f"ECS answered {code(error)}; it is tried again", retry=True))
    if code(error) == "ClusterNotFoundException":
        return _all(some, Effect(State.GONE, "the cluster is gone"))
    if len(some) > 1:
        one_by_one: Callable[[DrainContainerInstance], Effects] = lambda one: _drain_some(  # noqa: E731
            clients, readers, [one], gate
        )
        return {target: effect for one in some for target, effect in one_by_one(one).items()}
    return _all(some, Effect(State.FAILED, f"ECS refused it: {code(error)}"))


def _resolved(effect: Effect, error: Exception) -> Effect:
    """A call that was sent but not answered, as reading showed it: had it an effect or not?"""
    if effect.state in (State.DONE, State.GONE):
        return effect
    return Effect(State.UNKNOWN, f"the call was not answered ({code(error)}); it is tried again", retry=True)


def _read(answer: Mapping[str, Any]) -> Effects:
    """The effects that an answer reports."""
    effects: Effects = {}
    for found in answer.get("containerInstances", []):
        effects[found["containerInstanceArn"]] = _drained(found)
    for failure in answer.get("failures", []):
        effects[str(failure.get("arn"))] = _refused(failure)
    return effects


def _drained(found: Mapping[str, Any]) -> Effect:
    if found.get("status") != "DRAINING":
        return Effect(State.FAILED, f"ECS reports the status {found.get('status')}")
    tasks = found.get("runningTasksCount")
    running = "" if tasks is None else f"; {tasks} {'task was' if tasks == 1 else 'tasks were'} running on it"
    return Effect(State.DONE, f"set to DRAINING{running}")


def _refused(failure: Mapping[str, Any]) -> Effect:
    reason = str(failure.get("reason"))
    if reason in _GONE:
        return Effect(State.GONE, "it is not registered in its cluster any more")
    return Effect(State.FAILED, f"ECS refused it: {reason}")


def _verify_some(readers: Clients, cluster: str, some: Drains) -> Effects:
    try:
        answer = readers.client("ecs").describe_container_instances(
            cluster=cluster, containerInstances=[one.target for one in some]
        )
    except AWS_ERRORS as error:
        if code(error) == "ClusterNotFoundException":
            return _all(some, Effect(State.GONE, "its cluster is gone"))
        return _all(some, Effect(State.UNKNOWN, f"its status could not be read ({code(error)})"))
    effects = {
        found["containerInstanceArn"]: _as_found(found) for found in answer.get("containerInstances", [])
    }
    missing = Effect(State.GONE, "it is not registered in its cluster any more")
    return {one.target: effects.get(one.target, missing) for one in some}


def _as_found(found: Mapping[str, Any]) -> Effect:
    if found.get("status") == "DRAINING":
        return Effect(State.DONE, "found DRAINING: an earlier try had done it")
    if found.get("status") in ("INACTIVE", "DEREGISTERING"):
        return Effect(State.GONE, f"it is {found['status']}")
    return Effect(State.FAILED, f"its status is {found.get('status')}")


def _all(some: Sequence[Action], effect: Effect) -> Effects:
    return {one.target: effect for one in some}


_NO_ANSWER = Effect(State.FAILED, "ECS said nothing about it")
