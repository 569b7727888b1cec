"""Why a task stopped or is being stopped."""

from collections.abc import Iterator
from typing import Final, NamedTuple

from dockwarden.causes import containers, sentences, texts
from dockwarden.causes.containers import Ending
from dockwarden.causes.diagnosis import Diagnosis, Said, named
from dockwarden.causes.texts import NOTHING, Reading
from dockwarden.causes.vocabulary import Cause
from dockwarden.events.ecs_task_state_change import TaskContainer, TaskStateChange

_ENDED: Final = frozenset({"STOPPED", "DELETED"})
_ENDING: Final = frozenset({"DEACTIVATING", "STOPPING", "DEPROVISIONING"})
_NEVER_RAN: Final = "TaskFailedToStart"
_CONTAINER_ENDED: Final = "EssentialContainerExited"
_SCHEDULER: Final = "ServiceSchedulerInitiated"
_USER: Final = "UserInitiated"
_NOTICE: Final = "TerminationNotice"
# These say it all, whatever the text next to them is.
_CODES: Final = {
    _USER: Cause.USER,
    "SpotInterruption": Cause.SPOT,
    _NOTICE: Cause.SPOT,
    "InfrastructureHealth": Cause.INFRASTRUCTURE,
}
# The other wording of the code EssentialContainerExited, for events that have no code.
_CONTAINER_ENDED_TEXT: Final = "essential container"
_SERVICE_STARTED: Final = "ecs-svc/"
# Whole words by which ECS stops a task that runs: with these codes they would contradict the code.
_NOT_A_FAILURE: Final = frozenset({Cause.SCHEDULER, Cause.ELB_HEALTH, Cause.CONTAINER_HEALTH, Cause.USER})


class _Finding(NamedTuple):
    cause: Cause
    certain: bool
    container: TaskContainer | None = None


_UNKNOWN: Final = _Finding(Cause.UNKNOWN, certain=False)


def diagnose_task(task: TaskStateChange) -> Diagnosis | None:
    """Return why a task stopped or is being stopped, None when it is not or nothing has failed.

    A task on its way down has a diagnosis only when it can no longer change; a stopped one always, if need be
    `unknown`. A standalone task that ended with exit code 0 has done its work: None.
    """
    ended = task.last_status in _ENDED
    if not ended and not _is_ending(task):
        return None
    found = _find(task)
    if not ended and not _is_final(task, found):
        return None
    if found.cause is Cause.CLEAN_EXIT and not _is_of_a_service(task):
        return None
    return _explained(task, found)


def _is_ending(task: TaskStateChange) -> bool:
    return task.desired_status in _ENDED or task.last_status in _ENDING or task.stop_code is not None


def _is_final(task: TaskStateChange, found: _Finding) -> bool:
    # What killed a container, memory or not, may still be reported.
    if found.cause in {Cause.UNKNOWN, Cause.KILLED} or not found.certain:
        return False
    return task.stop_code in _CODES or task.stopped_reason is not None


def _is_of_a_service(task: TaskStateChange) -> bool:
    return task.service_name is not None or (task.started_by or "").startswith(_SERVICE_STARTED)


def _find(task: TaskStateChange) -> _Finding:
    """The cause by stopCode, then the text of the stop, then the containers."""
    code = task.stop_code
    if code == _NOTICE:
        return _by_notice(task)
    if code in _CODES:
        return _Finding(_CODES[code], certain=True)
    if code == _SCHEDULER:
        return _by_scheduler(task)
    return _by_text(task)


def _by_notice(task: TaskStateChange) -> _Finding:
    """The cause by a notice of termination: Spot, or AWS's maintenance, of which on-demand Fargate is told too."""
    if texts.read_stop(task.stopped_reason)[0] is Cause.INFRASTRUCTURE:
        return _Finding(Cause.INFRASTRUCTURE, certain=True)
    words = texts.plain(task.stopped_reason)
    return _Finding(Cause.SPOT, certain=not words or "spot" in words)


def _by_scheduler(task: TaskStateChange) -> _Finding:
    if not texts.plain(task.stopped_reason):
        # What the scheduler does most, and a guess. With a text that is not understood it may be a failure.
        return _Finding(Cause.SCHEDULER, certain=False)
    cause, certain = texts.read_stop(task.stopped_reason)
    if cause is Cause.UNKNOWN:
        cause, certain = texts.read_failure(task.stopped_reason)
    return _Finding(cause, certain)


def _by_text(task: TaskStateChange) -> _Finding:
    cause, certain = _reading(task)
    ending = containers.deciding(task.containers, before_running=task.stop_code == _NEVER_RAN)
    if certain:
        return _Finding(cause, certain, _whose(cause, task, ending))
    if ending is not None and (ending.from_reason or _exit_codes_count(task)):
        better = _by_ending(task, ending)
        if better.certain or cause is Cause.UNKNOWN:
            return better
    return _Finding(cause, certain, _whose(cause, task, ending))


def _reading(task: TaskStateChange) -> Reading:
    if task.stop_code not in {_NEVER_RAN, _CONTAINER_ENDED}:
        return texts.read(task.stopped_reason)
    reading = texts.read_failure(task.stopped_reason)
    return NOTHING if reading[0] in _NOT_A_FAILURE else reading


def _exit_codes_count(task: TaskStateChange) -> bool:
    """Whether the task was stopped by the end of a container, and not for a reason that is not understood."""
    text = task.stopped_reason
    if task.stop_code in {_NEVER_RAN, _CONTAINER_ENDED} or (text and _CONTAINER_ENDED_TEXT in text.lower()):
        return True
    return task.stop_code is None and (text is None or "failed to start" in text.lower())


def _by_ending(task: TaskStateChange, ending: Ending) -> _Finding:
    # A task that failed to start failed by no container that ended well, or only together with it.
    if task.stop_code == _NEVER_RAN and ending.cause is Cause.CLEAN_EXIT:
        return _UNKNOWN
    return _Finding(ending.cause, ending.certain, ending.container)


def _whose(cause: Cause, task: TaskStateChange, ending: Ending | None) -> TaskContainer | None:
    """The container that a cause in the task's text is about: the only one, or the one that tells the same."""
    if ending is not None and (ending.cause is cause or cause is Cause.OOM):
        return ending.container
    return task.containers[0] if len(task.containers) == 1 else None


def _explained(task: TaskStateChange, found: _Finding) -> Diagnosis:
    container = found.container
    return Diagnosis(
        cause=found.cause,
        sentence=sentences.sentence(
            found.cause,
            certain=found.certain,
            who=sentences.who(container),
            how=sentences.how(container),
            limit=sentences.limit(task, container),
            resource=sentences.resource(task.stopped_reason),
        ),
        grounds=tuple(_grounds(task, container)),
        next_step=sentences.NEXT_STEPS[found.cause],
        container=container.name if container is not None else None,
        certain=found.certain,
    )


def _grounds(task: TaskStateChange, container: TaskContainer | None) -> Iterator[Said | str]:
    if task.stop_code:
        yield Said("stopCode", task.stop_code)
    if task.stopped_reason:
        free = " (free text of whoever stopped it)" if task.stop_code == _USER else ""
        yield Said(f"stoppedReason{free}:", task.stopped_reason)
    if container is None:
        return
    name = named(container.name) if container.name else "without a name"
    if container.reason:
        yield Said(f"reason of container {name}:", container.reason)
    code = "none" if container.exit_code is None else str(container.exit_code)[:20]
    yield f"exit code of container {name}: {code}"
