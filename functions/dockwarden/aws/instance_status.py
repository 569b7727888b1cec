"""UpdateContainerInstancesState: container instances set to DRAINING or ACTIVE, ten a call."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from random import random
from time import sleep
from typing import Any, Literal

from dockwarden.actions import Action, ActivateContainerInstance, DrainContainerInstance
from dockwarden.aws.adapting import Effects
from dockwarden.aws.clients import Clients
from dockwarden.aws.errors import AWS_ERRORS, code, outcome_unknown, passing, throttled
from dockwarden.parallel import side_by_side
from dockwarden.performing import Effect, Gate, State

_UPDATE = 10  # UpdateContainerInstancesState takes no more
_DESCRIBE = 100
_WORKERS = 8
_THROTTLED_TRIES = 3
_THROTTLED_WAIT = 0.4
_REFUSED_AS_GONE = frozenset({"MISSING", "INACTIVE"})
_LEAVING = frozenset({"INACTIVE", "DEREGISTERING"})
_NOT_IN_DISRUPTION = frozenset({"ACTIVE", *_LEAVING, None})
"""Taking tasks again, or no part of the cluster any more (None: it has no such container instance)."""

One = DrainContainerInstance | ActivateContainerInstance
Some = Sequence[One]


@dataclass(frozen=True, slots=True)
class SetInstanceStatus:
    """The adapter of the actions that set a container instance to one status."""

    wanted: Literal["DRAINING", "ACTIVE"]

    def perform(self, clients: Clients, readers: Clients, actions: Some, gate: Gate) -> Effects:
        """Set container instances to the status, each cluster's in calls of ten side by side; the effect by target.

        The answer of the call is its verification, but does not say how it was before: that is read right before it,
        except in haste. What ECS refuses in a call of several is tried one by one.
        """
        call = _Calls(self, clients, readers, gate)
        answers = side_by_side(call.some, list(_chunks(actions, _UPDATE)), _WORKERS)
        return {target: effect for answer in answers for target, effect in answer.items()}

    def verify(self, readers: Clients, actions: Some, since: datetime | None = None) -> Effects:
        """Read whether container instances have the status; GONE or FAILED where not, UNKNOWN where unreadable."""
        del since  # ECS keeps no history of it
        effects: Effects = {}
        for some in _chunks(actions, _DESCRIBE):
            found = _statuses(readers, some)
            effects |= _all(some, found) if isinstance(found, Effect) else self._found(some, found)
        return effects

    def over(self, readers: Clients, actions: Some) -> Mapping[str, bool]:
        """Whether container instances take tasks again or are gone; setting one to ACTIVE disrupted nothing."""
        if self.wanted == "ACTIVE":
            return {one.target: True for one in actions}
        over: dict[str, bool] = {}
        for some in _chunks(actions, _DESCRIBE):
            found = _statuses(readers, some)
            over |= {one.target: _is_over(one.target, found) for one in some}
        return over

    def _found(self, some: Some, statuses: Mapping[str, str]) -> Effects:
        return {one.target: self._as_found(statuses.get(one.target)) for one in some}

    def _as_found(self, status: str | None) -> Effect:
        if status is None:
            return Effect(State.GONE, "it is not registered in its cluster any more")
        if status == self.wanted:
            return Effect(State.DONE, f"found {status}: an earlier try had done it")
        if status in _LEAVING:
            return Effect(State.GONE, f"it is {status}")
        return Effect(State.FAILED, f"its status is {status}")

    def needless(self, status: str | None) -> Effect | None:
        """What comes of one that has a status already, without a call; None where the call is to be made."""
        if status == self.wanted:
            return Effect(State.ALREADY, f"it is {status} already")
        found = self._as_found(status)
        return found if found.state is State.GONE else None

    def read(self, answer: Mapping[str, Any]) -> Effects:
        """The effects that the answer of a call reports."""
        effects = {found["containerInstanceArn"]: self._set(found) for found in answer["containerInstances"]}
        return effects | {str(failure.get("arn")): _refused(failure) for failure in answer["failures"]}

    def _set(self, found: Mapping[str, Any]) -> Effect:
        if found.get("status") != self.wanted:
            return Effect(State.FAILED, f"ECS reports the status {found.get('status')}")
        tasks = found.get("runningTasksCount")
        running = (
            "" if tasks is None else f"; {tasks} {'task was' if tasks == 1 else 'tasks were'} running on it"
        )
        return Effect(State.DONE, f"set to {self.wanted}{running}")


@dataclass(frozen=True, slots=True)
class _Calls:
    """The calls that set a status, for one batch of actions."""

    adapter: SetInstanceStatus
    clients: Clients
    readers: Clients
    gate: Gate

    def some(self, some: Some) -> Effects:
        """One call for those that are not as they should be yet; those that it refused are tried one by one."""
        before = self._before([one for one in some if not one.in_haste])
        left = [one for one in some if one.target not in before]
        return before | (self._asked(left) if left else {})

    def _asked(self, some: Some) -> Effects:
        """What came of those that the gate lets go; it is asked last of all, so that no stop comes too late."""
        if (forbidden := self.gate(some)) is not None:
            # What is refused one of them is not refused all; what cannot be read is the same for each.
            alone = len(some) == 1 or forbidden.state is not State.REFUSED
            if alone:
                return _all(some, forbidden)
            return {target: effect for one in some for target, effect in self._asked([one]).items()}
        return self._sent(some)

    def _before(self, some: Some) -> Effects:
        """What comes of actions without a call, by how they are now; what could not be read is not changed."""
        found = _statuses(self.readers, some) if some else {}
        if not isinstance(found, Effect):
            needless = {one.target: self.adapter.needless(found.get(one.target)) for one in some}
            return {target: effect for target, effect in needless.items() if effect is not None}
        if found.state is State.UNKNOWN:
            found = Effect(State.FAILED, f"before the call, {found.words}", found.retry)
        return _all(some, found)

    def _sent(self, some: Some) -> Effects:
        """What one call came to for each."""
        try:
            answer = self._call(some)
        except AWS_ERRORS as error:
            return self._failed(some, error)
        effects = self.adapter.read({"containerInstances": [], "failures": [], **answer})
        again = [one for one in some if effects.get(one.target, _NO_ANSWER).state is State.FAILED]
        if len(some) > 1:
            effects |= self._one_by_one(again)
        return {one.target: effects.get(one.target, _NO_ANSWER) for one in some}

    def _one_by_one(self, several: Some) -> Effects:
        return {target: effect for one in several for target, effect in self.some([one]).items()}

    def _call(self, some: Some) -> Mapping[str, Any]:
        """The answer of one call; only a throttled one, which was certainly not carried out, is sent again."""
        for attempt in range(_THROTTLED_TRIES - 1):
            try:
                return self._update(some)
            except AWS_ERRORS as error:
                if not throttled(error):
                    raise
                sleep(random() * _THROTTLED_WAIT * 2**attempt)  # noqa: S311
        return self._update(some)

    def _update(self, some: Some) -> Mapping[str, Any]:
        answer: Mapping[str, Any] = self.clients.client("ecs").update_container_instances_state(
            cluster=some[0].cluster,
            containerInstances=[one.target for one in some],
            status=self.adapter.wanted,
        )
        return answer

    def _failed(self, some: Some, error: Exception) -> Effects:
        """What a call that failed as a whole means for each of its instances."""
        if outcome_unknown(error):
            found = self.adapter.verify(self.readers, some)
            return {target: _resolved(effect, error) for target, effect in found.items()}
        if passing(error):
            words = f"ECS answered {code(error)}; it is tried again"
            return _all(some, Effect(State.FAILED, words, retry=True))
        if code(error) == "ClusterNotFoundException":
            return _all(some, Effect(State.GONE, "the cluster is gone"))
        if len(some) > 1:
            return self._one_by_one(some)
        return _all(some, Effect(State.FAILED, f"ECS refused it: {code(error)}"))


def _chunks(actions: Some, size: int) -> Iterator[Some]:
    """The actions of each cluster, in groups of a size."""
    clusters: dict[str, list[One]] = {}
    for action in actions:
        clusters.setdefault(action.cluster, []).append(action)
    for some in clusters.values():
        for start in range(0, len(some), size):
            yield some[start : start + size]


def _resolved(effect: Effect, error: Exception) -> Effect:
    """A call that was sent but not answered, as reading showed it: had it an effect or not?"""
    if effect.state in (State.DONE, State.GONE):
        return effect
    return Effect(State.UNKNOWN, f"the call was not answered ({code(error)}); it is tried again", retry=True)


def _refused(failure: Mapping[str, Any]) -> Effect:
    reason = str(failure.get("reason"))
    if reason in _REFUSED_AS_GONE:
        return Effect(State.GONE, "it is not registered in its cluster any more")
    return Effect(State.FAILED, f"ECS refused it: {reason}")


def _statuses(readers: Clients, some: Some) -> Mapping[str, str] | Effect:
    """The status of each container instance that its cluster has, or what it means that nothing was read."""
    try:
        answer = readers.client("ecs").describe_container_instances(
            cluster=some[0].cluster, containerInstances=[one.target for one in some]
        )
    except AWS_ERRORS as error:
        if code(error) == "ClusterNotFoundException":
            return Effect(State.GONE, "its cluster is gone")
        return Effect(State.UNKNOWN, f"its status could not be read ({code(error)})", retry=passing(error))
    return {i["containerInstanceArn"]: str(i.get("status")) for i in answer.get("containerInstances", [])}


def _is_over(target: str, found: Mapping[str, str] | Effect) -> bool:
    if isinstance(found, Effect):
        return found.state is State.GONE
    return found.get(target) in _NOT_IN_DISRUPTION


def _all(some: Sequence[Action], effect: Effect) -> Effects:
    return {one.target: effect for one in some}


_NO_ANSWER = Effect(State.FAILED, "ECS said nothing about it")
