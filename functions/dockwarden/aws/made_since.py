"""Whether a service was put on a task definition and somebody has deployed since: by ECS's own history of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from dockwarden.aws.asking import Deadline, TooLateError, UnreadableError
from dockwarden.aws.clients import Clients
from dockwarden.aws.errors import AWS_ERRORS
from dockwarden.aws.rollouts import ServiceRevision, newest_rollouts, service_revisions
from dockwarden.aws.service_looks import Seen, unread
from dockwarden.facts.rollouts import MOST_ROLLOUTS, Rollout
from dockwarden.facts.services import ServiceRef
from dockwarden.performing import Effect, State
from dockwarden.pinned_actions import RollBackToPinnedCopy, RollForwardFromPinnedCopy
from dockwarden.pinned_names import has_images, is_copy, read
from dockwarden.service_actions import RollBackService, SetTaskDefinition, revision_name

_WITHIN = 8.0
_TOLERANCE = timedelta(minutes=2)
"""An intent is written by another clock than ECS's, right before its call."""


def as_it_was(now: Seen, action: SetTaskDefinition) -> bool:
    """Whether a service has the very deployment that was to be replaced, so that nothing can have been made."""
    if not now.is_on(action.bad_task_definition):
        return False
    if not isinstance(action, RollBackService):
        return True
    return action.current_deployment in (now.deployment, now.state.current_deployment_arn)


def made_since(readers: Clients, action: SetTaskDefinition, since: datetime) -> Effect | None:
    """DONE where the deployment of an action is among those since a moment, UNKNOWN where that cannot be told.

    None where ECS's history says that there was none.
    """
    ecs = readers.client("ecs")
    service = ServiceRef(action.cluster.rpartition("/")[2], action.service.rpartition("/")[2])
    try:
        rollouts = newest_rollouts(ecs, service, Deadline(_WITHIN))
        history = _History(rollouts, service_revisions(ecs, rollouts))
        return _among(ecs, history, action, since - _TOLERANCE)
    except (TooLateError, UnreadableError) as error:
        return Effect(State.UNKNOWN, f"what was deployed since could not be read ({error})", retry=True)
    except AWS_ERRORS as error:
        return unread(error)


@dataclass(frozen=True, slots=True)
class _History:
    """The newest service deployments of a service, the newest first, and their service revisions by ARN."""

    rollouts: Sequence[Rollout]
    revisions: Mapping[str, ServiceRevision]

    def since(self, moment: datetime) -> Sequence[Rollout]:
        """Those that began at a moment or later."""
        return [one for one in self.rollouts if one.created_at is None or one.created_at >= moment]

    def definition(self, revision: str | None) -> str:
        """The task definition of a service revision, empty where it is not known."""
        return str(self.revisions.get(revision or "", {}).get("taskDefinition", ""))

    def before(self, rollout: Rollout) -> set[str]:
        """The task definitions that a service may have had before one of them, as far as they are known."""
        older = self.rollouts[self.rollouts.index(rollout) + 1 :][:1]
        named = (*rollout.sources, *(arn for one in older for arn in (one.target, one.brings)))
        return set(filter(None, map(self.definition, named)))


def _among(ecs: Any, history: _History, action: SetTaskDefinition, since: datetime) -> Effect | None:
    later = history.since(since)
    brought = [history.definition(one.target) for one in later]
    for rollout, definition in zip(later, brought, strict=True):
        if _is_from(history.before(rollout), action) and _is_wanted(ecs, definition, action):
            named = f"service deployment {rollout.arn.rpartition('/')[2]} to {revision_name(definition)}"
            words = f"ECS began {named}, and somebody has deployed since"
            return Effect(State.DONE, words, made=rollout.arn)
    if not history.rollouts or not all(brought) or len(later) == len(history.rollouts) >= MOST_ROLLOUTS:
        return Effect(
            State.UNKNOWN, "somebody has deployed since, and whether it was done before is not known"
        )
    return None


def _is_from(before: set[str], action: SetTaskDefinition) -> bool:
    """Whether it replaced what the call replaces, and nothing else: the call is made of no other service."""
    if isinstance(action, RollForwardFromPinnedCopy):
        return not before or any(is_copy(one, action.original, read(action.digests)) for one in before)
    return not before or revision_name(action.bad_task_definition) in map(revision_name, before)


def _is_wanted(ecs: Any, definition: str, action: SetTaskDefinition) -> bool:
    """Whether a task definition is what the call brings; in the family of a copy others make revisions too.

    Raises what boto3 raises.
    """
    if not isinstance(action, RollBackToPinnedCopy):
        return bool(definition) and revision_name(definition) == revision_name(action.task_definition)
    digests = read(action.digests)
    if not is_copy(definition, action.original, digests):
        return False
    found = ecs.describe_task_definition(taskDefinition=definition)
    return has_images(found["taskDefinition"], digests)
