"""The function that registers pinned copies, asked by the act role, and UpdateService to what it answers."""

import json
import re
from collections.abc import Mapping
from typing import Any

from dockwarden.aws.clients import Clients
from dockwarden.aws.errors import AWS_ERRORS, code, outcome_unknown, passing
from dockwarden.aws.service_changes import UpdateService
from dockwarden.aws.service_looks import service_now, unread
from dockwarden.performing import Effect, Gate, State
from dockwarden.pinned_actions import RollBackToPinnedCopy, RollForwardFromPinnedCopy
from dockwarden.pinned_names import has_images, is_copy, pinned_family, read
from dockwarden.service_actions import RollBackService, RollForwardService

OFF = "pinned copies are switched off: [pinned_copies] in dockwarden.toml switches them on"

_LONGEST = 300
_Set = RollBackService | RollForwardService


class FromPinnedCopy(UpdateService):
    """The adapter of the way back from a pinned copy, and what both ways share: which copy it is has to be read."""

    def _stands(self, readers: Clients, action: _Set) -> Effect | None:
        aimed = _aimed(readers, action)
        return aimed if isinstance(aimed, Effect) else super()._stands(readers, aimed)

    def _found(self, readers: Clients, action: _Set) -> Effect:
        aimed = _aimed(readers, action)
        return aimed if isinstance(aimed, Effect) else super()._found(readers, aimed)

    def _is_over(self, readers: Clients, action: _Set) -> bool:
        aimed = _aimed(readers, action)
        return aimed.state is State.GONE if isinstance(aimed, Effect) else super()._is_over(readers, aimed)


class ToPinnedCopy(FromPinnedCopy):
    """The adapter of the rollback to a pinned copy: looks, has the copy registered, and looks once more.

    `function` is the ARN of the function that registers copies, from the configuration and never out of an event;
    None where the platform has not switched it on. Dying between both calls does no harm: the copy that is there is
    what the next try gets.
    """

    def __init__(self, function: str | None = None) -> None:
        self._function = function

    def _one(self, clients: Clients, readers: Clients, action: _Set, gate: Gate) -> Effect:
        if not isinstance(action, RollBackToPinnedCopy):
            return super()._one(clients, readers, action, gate)
        if (settled := self._before(readers, action) or gate([action])) is not None:
            return settled
        copy = self._copy(clients, action)
        return copy if isinstance(copy, Effect) else super()._one(clients, readers, action.onto(copy), gate)

    def _copy(self, clients: Clients, action: RollBackToPinnedCopy) -> str | Effect:
        """The ARN of the copy, or what it means that there is none."""
        if self._function is None:
            return Effect(State.REFUSED, OFF)
        asked = {"task_definition": action.task_definition, "digests": dict(read(action.digests))}
        try:
            answer = clients.client("lambda").invoke(
                FunctionName=self._function, Payload=json.dumps(asked).encode()
            )
        except AWS_ERRORS as error:
            # Whether it was registered does not matter: the service is as it was, and the next try finds it.
            retry = passing(error) or outcome_unknown(error)
            return Effect(State.FAILED, f"the copy was not registered: Lambda answered {code(error)}", retry)
        if answer.get("FunctionError"):
            words = "the copy was not registered: the function for that failed"
            return Effect(State.FAILED, words, retry=True)
        return _read(_document(answer), action)


def _aimed(readers: Clients, action: _Set) -> _Set | Effect:
    """An action with the ARN of the copy that its service has; with one that there is not where it has none."""
    if not isinstance(action, RollBackToPinnedCopy | RollForwardFromPinnedCopy):
        return action
    now = service_now(readers, action)
    if isinstance(now, Effect):
        return now
    digests = read(action.digests)
    if not is_copy(now.task_definition, action.original, digests):
        return action.onto(f"{_family_arn(action)}:0")
    try:
        found = readers.client("ecs").describe_task_definition(taskDefinition=now.task_definition)
    except AWS_ERRORS as error:
        return unread(error)
    # Whoever makes the next revision from what the service runs makes it in the same family.
    is_it = has_images(found["taskDefinition"], digests)
    return action.onto(now.task_definition if is_it else f"{_family_arn(action)}:0")


def _family_arn(action: RollBackToPinnedCopy | RollForwardFromPinnedCopy) -> str:
    home = action.original.rpartition("/")[0]
    return f"{home}/{pinned_family(action.original, read(action.digests))}"


def _document(answer: Mapping[str, Any]) -> Mapping[str, Any]:
    try:
        found = json.loads(answer["Payload"].read())
    except (ValueError, KeyError):
        return {}
    return found if isinstance(found, dict) else {}


def _read(answer: Mapping[str, Any], action: RollBackToPinnedCopy) -> str | Effect:
    """What the function says; the ARN has to be one of the family that was asked for, where the original is."""
    arn = answer.get("copy")
    if isinstance(arn, str):
        if re.fullmatch(re.escape(_family_arn(action)) + r":\d+", arn):
            return arn
        return Effect(State.FAILED, "the copy was not registered: another one was answered")
    why = str(answer.get("why", "the function answered nothing that can be read"))[:_LONGEST]
    if answer.get("refused"):
        return Effect(State.REFUSED, f"no copy is registered: {why}")
    return Effect(State.FAILED, f"the copy was not registered: {why}", retry=answer.get("retry") is True)
