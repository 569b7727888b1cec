"""UpdateService and StopServiceDeployment: one service a call, each after a last look at that service."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from random import random
from time import sleep
from typing import Any, ClassVar, Generic, TypeVar

from dockwarden.actions import Action
from dockwarden.aws.adapting import Effects
from dockwarden.aws.clients import Clients
from dockwarden.aws.errors import AWS_ERRORS, code, outcome_unknown, passing, throttled
from dockwarden.aws.made_since import as_it_was, made_since
from dockwarden.aws.service_looks import GONE, Seen, seen, service_now, status_now, taken_back_by_ecs
from dockwarden.facts.releases import ENDED, ROLLING_BACK, UNDER_WAY
from dockwarden.parallel import side_by_side
from dockwarden.performing import Effect, Gate, State
from dockwarden.service_actions import (
    RollBackService,
    RollForwardService,
    StopServiceDeployment,
    revision_name,
)

_WORKERS = 8
_THROTTLED_TRIES = 3
_THROTTLED_WAIT = 0.4
_STEADY_OR_FAILED = frozenset({"COMPLETED", "FAILED"})
_Set = RollBackService | RollForwardService
_Kind = TypeVar("_Kind", bound=Action)


class ServiceChange(ABC, Generic[_Kind]):
    """What these calls share: none takes a token or a condition, so that what they change is compared before.

    `BY` is who is called, for people.
    """

    BY: ClassVar[str] = "ECS"

    def perform(self, clients: Clients, readers: Clients, actions: Sequence[_Kind], gate: Gate) -> Effects:
        """Perform actions, each right after a last look at its service and the gate, in this order.

        The gate is asked last of all, so that no stop comes too late; what somebody deploys while it is asked is the
        one thing that the look cannot see, and none of the calls knows a condition.
        """
        effects = side_by_side(lambda one: self._one(clients, readers, one, gate), actions, _WORKERS)
        return {one.target: effect for one, effect in zip(actions, effects, strict=True)}

    def verify(self, readers: Clients, actions: Sequence[_Kind], since: datetime | None = None) -> Effects:
        """Read whether actions have taken effect: DONE, GONE, FAILED where not, UNKNOWN where unreadable."""
        return {one.target: self._found_since(readers, one, since) for one in actions}

    def over(self, readers: Clients, actions: Sequence[_Kind]) -> Mapping[str, bool]:
        """Whether the deployment that each action began has ended, steady or failed, or was superseded."""
        return {one.target: self._is_over(readers, one) for one in actions}

    def _one(self, clients: Clients, readers: Clients, action: _Kind, gate: Gate) -> Effect:
        """One action; only a throttled call, which was certainly not carried out, is made again, after new looks."""
        for attempt in range(_THROTTLED_TRIES):
            if (settled := self._before(readers, action) or gate([action])) is not None:
                return settled
            try:
                return self._send(self._client(clients), action)
            except AWS_ERRORS as error:
                if not throttled(error) or attempt == _THROTTLED_TRIES - 1:
                    return self._failed(readers, action, error)
            sleep(random() * _THROTTLED_WAIT * 2**attempt)  # noqa: S311
        raise AssertionError  # the last try always returns

    def _before(self, readers: Clients, action: _Kind) -> Effect | None:
        """What stands in the way of the call; what could not be read does, and then certainly nothing was done."""
        effect = self._stands(readers, action)
        if effect is not None and effect.state is State.UNKNOWN:
            return Effect(State.FAILED, f"before the call, {effect.words}", effect.retry)
        return effect

    def _failed(self, readers: Clients, action: _Kind, error: Exception) -> Effect:
        """What it means that the call failed."""
        if outcome_unknown(error):
            found = self._found(readers, action)
            if found.state in (State.DONE, State.GONE):
                return found
            words = f"the call was not answered ({code(error)}); it is tried again"
            return Effect(State.UNKNOWN, words, retry=True)
        if passing(error):
            return Effect(State.FAILED, f"{self.BY} answered {code(error)}; it is tried again", retry=True)
        if (gone := GONE.get(code(error))) is not None:
            return Effect(State.GONE, gone)
        return self._refused(readers, action, error)

    def _refused(self, readers: Clients, action: _Kind, error: Exception) -> Effect:
        """What it means that whoever is called does not want to do it."""
        del readers, action
        return Effect(State.FAILED, f"{self.BY} refused it: {code(error)}")

    def _client(self, clients: Clients) -> Any:
        """The client of the call."""
        return clients.client("ecs")

    @abstractmethod
    def _stands(self, readers: Clients, action: _Kind) -> Effect | None:
        """What comes of an action without a call, by what is read now; None where the call may be made."""

    @abstractmethod
    def _send(self, client: Any, action: _Kind) -> Effect:
        """Make the call. Raises what boto3 raises."""

    @abstractmethod
    def _found(self, readers: Clients, action: _Kind) -> Effect:
        """Whether the action has taken effect."""

    def _found_since(self, readers: Clients, action: _Kind, since: datetime | None) -> Effect:
        """The same, also where somebody has changed it again since a moment."""
        del since
        return self._found(readers, action)

    @abstractmethod
    def _is_over(self, readers: Clients, action: _Kind) -> bool:
        """Whether what the action began has ended; what is unreadable has not."""


class UpdateService(ServiceChange[_Set]):
    """The adapter of the actions that put a service on another task definition."""

    def _stands(self, readers: Clients, action: _Set) -> Effect | None:
        now = service_now(readers, action)
        if isinstance(now, Effect):
            return now
        if now.not_ours is not None:
            return Effect(State.REFUSED, now.not_ours)
        whole = now.state.current_deployment_arn
        status = status_now(readers, whole) if whole is not None else None
        if isinstance(status, Effect) and status.state is State.UNKNOWN:
            return status
        return _compared(now, action, status if isinstance(status, str) else None)

    def _send(self, client: Any, action: _Set) -> Effect:
        # Nothing but the task definition: what is left out stays as it is (invariant 30).
        answer = client.update_service(
            cluster=action.cluster, service=action.service, taskDefinition=action.task_definition
        )
        now = seen(answer.get("service", {}))
        if not now.is_on(action.task_definition):
            return Effect(State.FAILED, f"ECS reports {revision_name(now.task_definition)}")
        return Effect(State.DONE, f"ECS deploys {now.named()}", made=now.deployment)

    def _found(self, readers: Clients, action: _Set) -> Effect:
        now = service_now(readers, action)
        if isinstance(now, Effect):
            return now
        if now.is_on(action.task_definition):
            return Effect(State.DONE, f"ECS deploys {now.named()}", made=now.deployment)
        return Effect(State.FAILED, f"its deployment is {now.named()}")

    def _found_since(self, readers: Clients, action: _Set, since: datetime | None) -> Effect:
        found = self._found(readers, action)
        if found.state is not State.FAILED or since is None:
            return found
        now = service_now(readers, action)
        if isinstance(now, Effect):
            return now
        return found if as_it_was(now, action) else made_since(readers, action, since) or found

    def _is_over(self, readers: Clients, action: _Set) -> bool:
        now = service_now(readers, action)
        if isinstance(now, Effect):
            return now.state is State.GONE
        if not now.is_on(action.task_definition):
            return True  # superseded: what goes on now is somebody else's
        if now.rollout_state is not None:
            return now.rollout_state in _STEADY_OR_FAILED
        whole = now.state.current_deployment_arn
        return whole is None or _has_ended(readers, whole)


class StopDeployment(ServiceChange[StopServiceDeployment]):
    """The adapter of the action that has ECS take a deployment back that is under way."""

    def _stands(self, readers: Clients, action: StopServiceDeployment) -> Effect | None:
        now = service_now(readers, action)
        if isinstance(now, Effect):
            return now
        if now.not_ours is not None:
            return Effect(State.REFUSED, now.not_ours)
        status = status_now(readers, action.service_deployment)
        return status if isinstance(status, Effect) else _may_be_stopped(now, action, status)

    def _send(self, client: Any, action: StopServiceDeployment) -> Effect:
        # ABORT, the other value of the enum, leaves a service on half of two revisions: it is never sent.
        answer = client.stop_service_deployment(
            serviceDeploymentArn=action.service_deployment, stopType="ROLLBACK"
        )
        named = str(answer.get("serviceDeploymentArn") or action.service_deployment)
        return Effect(State.DONE, f"ECS takes service deployment {named.rpartition('/')[2]} back", made=named)

    def _refused(self, readers: Clients, action: StopServiceDeployment, error: Exception) -> Effect:
        """A conflict says that the deployment has moved on, which is read; where it has not, it is tried again."""
        if code(error) != "ConflictException":
            return super()._refused(readers, action, error)
        words = f"ECS refused it ({code(error)}), and the deployment is still under way"
        return self._before(readers, action) or Effect(State.FAILED, words, retry=True)

    def _found(self, readers: Clients, action: StopServiceDeployment) -> Effect:
        status = status_now(readers, action.service_deployment)
        if isinstance(status, Effect):
            return status
        if status in ROLLING_BACK or status == "ROLLBACK_SUCCESSFUL":
            done = f"the service deployment is {status}"
            return Effect(State.DONE, done, made=action.service_deployment)
        return Effect(State.FAILED, f"the service deployment is {status}")

    def _is_over(self, readers: Clients, action: StopServiceDeployment) -> bool:
        return _has_ended(readers, action.service_deployment)


def _compared(now: Seen, action: _Set, status: str | None) -> Effect | None:
    """What comes of an action by how the service is now; None where it is as it was when that was decided."""
    if status in ROLLING_BACK:
        return taken_back_by_ecs(status)
    if now.is_on(action.task_definition):
        return Effect(State.ALREADY, f"its deployment is {now.named()} already", made=now.deployment)
    if now.is_on(action.bad_task_definition) and _is_decided_on(now, action):
        stopping = Effect(State.REFUSED, "somebody is stopping its deployment")
        return stopping if status == "STOP_REQUESTED" else None
    since = Effect(State.REFUSED, f"somebody has deployed since: {now.named()}")
    return taken_back_by_ecs(status) or since


def _may_be_stopped(now: Seen, action: StopServiceDeployment, status: str) -> Effect | None:
    """What comes of stopping a deployment by its status; None where it is under way, and is still the current one."""
    if (taken_back := taken_back_by_ecs(status)) is not None:
        return replace(taken_back, made=action.service_deployment)
    if status not in UNDER_WAY:
        return Effect(State.REFUSED, f"the deployment is not under way any more: it is {status}")
    if now.state.current_deployment_arn != action.service_deployment:
        return Effect(State.REFUSED, f"somebody has deployed since: {now.named()}")
    return None


def _is_decided_on(now: Seen, action: _Set) -> bool:
    """Whether its deployment is the one that was decided on, by either of its names (invariant 28)."""
    if not isinstance(action, RollBackService):
        return True
    return action.current_deployment in (now.deployment, now.state.current_deployment_arn)


def _has_ended(readers: Clients, service_deployment: str) -> bool:
    status = status_now(readers, service_deployment)
    return status.state is State.GONE if isinstance(status, Effect) else status in ENDED
