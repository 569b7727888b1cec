"""Which container of a task decides why the task stopped, from what the event says about each of them."""

from typing import Final, NamedTuple

from dockwarden.causes import texts
from dockwarden.causes.vocabulary import Cause
from dockwarden.events.ecs_task_state_change import TaskContainer

# The event does not say which containers are essential; these are other people's helpers beside an application.
_HELPERS: Final = frozenset(
    {
        *(
            "firelens",
            "fluent",
            "fluentbit",
            "fluentd",
            "envoy",
            "xray",
            "sidecar",
            "otel",
            "adot",
            "logrouter",
        ),
        *("datadog", "cwagent", "newrelic", "guardduty"),
    }
)
_HELPER_NAMES: Final = ("log-router", "x-ray", "cloudwatch-agent", "dd-agent", "ecs-service-connect")
_SIGKILL: Final = 137
_SIGTERM: Final = 143
_COMMAND: Final = (126, 127)

# How much one container's end tells, the most first: (what happened, whether it is a helper) -> order.
_REASON, _GUESS, _NOT_RUN, _FAILED, _AFTERWARDS, _KILLED, _TERMINATED, _CLEAN, _NOTHING = range(9)
_ORDER: Final = {
    **{(kind, False): 10 * kind for kind in range(9)},
    # A helper fails without its task, unless nothing of the application says more than that it was killed.
    (_REASON, True): 42,
    (_GUESS, True): 44,
    (_NOT_RUN, True): 52,
    (_FAILED, True): 54,
    # What has to be stopped hard, or answers SIGTERM, does not end a task whose application ended cleanly.
    (_AFTERWARDS, True): 72,
    (_KILLED, True): 74,
    (_CLEAN, True): 76,
    (_TERMINATED, True): 78,
    (_NOTHING, True): 82,
}


# A tuple, not a dataclass: making the class costs a cold start a third as much.
class Ending(NamedTuple):
    """How one container ended, and what that says about its task."""

    container: TaskContainer
    cause: Cause
    certain: bool
    kind: int

    @property
    def failed(self) -> bool:
        """Whether the container has a cause of its own, rather than having been stopped with its task."""
        return self.kind in {_REASON, _GUESS, _NOT_RUN, _FAILED}

    @property
    def from_reason(self) -> bool:
        """Whether the cause is what the container's reason says."""
        return self.kind in {_REASON, _GUESS, _AFTERWARDS}


def ending(container: TaskContainer) -> Ending:
    """Return how a container ended: by its reason, or else by its exit code."""
    cause, certain = texts.read_failure(container.reason)
    if cause is Cause.UNKNOWN:
        cause, certain = texts.read_check(container.reason)
    if cause is Cause.UNKNOWN:
        return _by_exit_code(container)
    if texts.happened_afterwards(container.reason):
        return Ending(container, cause, certain, _AFTERWARDS)
    return Ending(container, cause, certain, _REASON if certain else _GUESS)


def deciding(containers: tuple[TaskContainer, ...], *, before_running: bool) -> Ending | None:
    """Return how the container ended that ended the task, None when no container tells anything.

    ``before_running`` is for a task that never ran: there each failure counts, a helper's like the others.
    The order of the containers has no influence.
    """
    endings = sorted(map(ending, containers), key=lambda one: _weight(one, before_running=before_running))
    if not endings or endings[0].kind == _NOTHING or _may_be_half_the_truth(endings):
        return None
    best, rest = endings[0], endings[1:]
    if best.certain and not _alone(best, rest):
        return Ending(best.container, best.cause, False, best.kind)  # noqa: FBT003 - a field of a record
    return best


def _may_be_half_the_truth(endings: list[Ending]) -> bool:
    """Whether only a clean end is known, as of an init container, and not how the application ended."""
    open_ = any(one.kind == _NOTHING and not _is_helper(one.container) for one in endings)
    return endings[0].kind == _CLEAN and open_


def _alone(best: Ending, rest: list[Ending]) -> bool:
    """Whether no other container could have ended the task as well, for another cause."""
    if best.failed:
        return all(other.cause is best.cause or not other.failed for other in rest)
    return all(other.kind in {best.kind, _NOTHING} for other in rest)


def _weight(one: Ending, *, before_running: bool) -> tuple[object, ...]:
    container, helps = one.container, _is_helper(one.container)
    if before_running and one.failed:
        helps = False
    order = _ORDER[one.kind, helps]
    code = -1 if container.exit_code is None else container.exit_code
    return (order, list(Cause).index(one.cause), container.name or "", code, container.reason or "")


def _is_helper(container: TaskContainer) -> bool:
    name = (container.name or "").lower().replace("_", "-")
    return not _HELPERS.isdisjoint(name.split("-")) or any(known in name for known in _HELPER_NAMES)


def _by_exit_code(container: TaskContainer) -> Ending:
    code = container.exit_code
    # No exit code means that it never ran, or that its host is gone: that is not 0. The agent gives the code of
    # SIGTERM to a container that it never started.
    if code is None or texts.never_started(container.reason):
        return Ending(container, Cause.UNKNOWN, False, _NOTHING)  # noqa: FBT003
    cause, kind = _MEANINGS.get(code, (Cause.APP_EXIT, _FAILED))
    return Ending(container, cause, True, kind)  # noqa: FBT003


_MEANINGS: Final = {
    0: (Cause.CLEAN_EXIT, _CLEAN),
    **dict.fromkeys(_COMMAND, (Cause.START_COMMAND, _NOT_RUN)),
    _SIGKILL: (Cause.KILLED, _KILLED),
    _SIGTERM: (Cause.KILLED, _TERMINATED),
}
