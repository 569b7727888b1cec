"""Why a service has no place, no start or no health for its tasks, and why a deployment failed."""

from collections.abc import Mapping
from typing import Final

from dockwarden.causes import sentences, texts
from dockwarden.causes.diagnosis import Diagnosis, Said
from dockwarden.causes.vocabulary import INTENDED, OF_THE_REVISION, Cause
from dockwarden.events.ecs_deployment_state_change import DeploymentStateChange
from dockwarden.events.ecs_service_action import ServiceAction

_FAILED_TYPES: Final = frozenset({"ERROR", "WARN", "WARNING"})
_DEPLOYMENT: Final = "SERVICE_DEPLOYMENT_"
_DEPLOYMENT_FAILED: Final = "SERVICE_DEPLOYMENT_FAILED"
_STOPPED: Final = "TASKS_STOPPED"
_NO_PLACE: Final = "SERVICE_TASK_PLACEMENT_FAILURE"
# What the name of an action says where its reason, which most actions lack, says nothing.
_NAMES: Final = {
    _NO_PLACE: Cause.PLACEMENT,
    "SERVICE_TASK_CONFIGURATION_FAILURE": Cause.CONFIG,
    "SERVICE_DAEMON_PLACEMENT_CONSTRAINT_VIOLATED": Cause.PLACEMENT,
    "ECS_OPERATION_THROTTLED": Cause.THROTTLED,
    "SERVICE_DISCOVERY_OPERATION_THROTTLED": Cause.THROTTLED,
    # Cloud Map has the health of the containers' own checks; VPC Lattice asks its targets like a load balancer.
    "SERVICE_DISCOVERY_INSTANCE_UNHEALTHY": Cause.CONTAINER_HEALTH,
    "VPC_LATTICE_TARGET_UNHEALTHY": Cause.ELB_HEALTH,
    _STOPPED: Cause.SCHEDULER,
}
# Names that no reason overrules.
_SETTLED: Final = frozenset(_NAMES) - {_NO_PLACE, _STOPPED}
# What can keep a task from being placed; any other word in such a reason means something else.
_WHY_NO_PLACE: Final = frozenset(
    {Cause.PLACEMENT, Cause.INFRASTRUCTURE, Cause.NETWORK_INTERFACE, Cause.CONFIG, Cause.THROTTLED}
)

_SENTENCES: Final = {
    "SERVICE_TASK_START_IMPAIRED": "The service cannot start tasks reliably; ECS waits longer between its attempts.",
    "SERVICE_TASK_CONFIGURATION_FAILURE": "ECS cannot start a task as the service is configured: its roles or tags.",
    "SERVICE_DAEMON_PLACEMENT_CONSTRAINT_VIOLATED": "A task of the service no longer meets its placement constraints.",
    "ECS_OPERATION_THROTTLED": "AWS throttled the calls that ECS made for the service.",
    "SERVICE_DISCOVERY_OPERATION_THROTTLED": "Cloud Map throttled the calls that ECS made for the service.",
    "SERVICE_DISCOVERY_INSTANCE_UNHEALTHY": "A task of the service is unhealthy in service discovery.",
    "VPC_LATTICE_TARGET_UNHEALTHY": "A task of the service is unhealthy in its VPC Lattice target group.",
    "SERVICE_HEALTH_UNKNOWN": "ECS does not know the health of the service.",
}


def diagnose_service_action(action: ServiceAction) -> Diagnosis | None:
    """Return why a service cannot have its tasks, None for an action that reports no failure and no stop.

    A failed deployment is `unknown` here; `diagnose_deployment` knows more, from the tasks that it is given.
    """
    name = action.event_name or ""
    if name.startswith(_DEPLOYMENT):
        return diagnose_deployment(action, {})
    if action.event_type not in _FAILED_TYPES and name != _STOPPED and name not in _SENTENCES:
        return None
    cause, certain = _cause(name, action.reason)
    said = _SENTENCES.get(name) if cause is _NAMES.get(name, Cause.UNKNOWN) else None
    return _diagnosis(cause, certain=certain, said=said, grounds=_grounds(action), reason=action.reason)


def diagnose_reason(reason: str | None, otherwise: Cause = Cause.UNKNOWN) -> Diagnosis:
    """Return what the reason of a failure says, such as that of an `ECS Daemon Service Action`."""
    cause, certain = _read(reason, otherwise)
    grounds = () if reason is None else (Said("reason:", reason),)
    return _diagnosis(cause, certain=certain, said=None, grounds=grounds, reason=reason)


def diagnose_deployment(
    event: DeploymentStateChange | ServiceAction, causes_so_far: Mapping[Cause, int]
) -> Diagnosis | None:
    """Return why a deployment failed, the commonest cause among its tasks so far; None when it did not fail.

    Both detail-types that carry SERVICE_DEPLOYMENT_* are taken. Among equals a cause of the revision comes
    first; tasks that were stopped on purpose count only when there are no others.
    """
    if event.event_name != _DEPLOYMENT_FAILED:
        return None
    cause = commonest(causes_so_far)
    seen, same = sum(causes_so_far.values()), causes_so_far.get(cause, 0)
    said = f"The deployment failed: {same} of its {seen} stopped tasks have the cause {cause.value}."
    if cause is Cause.UNKNOWN:
        said = "The deployment failed, and none of its tasks seen so far says why."
    certain = cause is not Cause.UNKNOWN
    return _diagnosis(cause, certain=certain, said=said, grounds=_grounds(event), reason=None)


def commonest(causes: Mapping[Cause, int]) -> Cause:
    """Return the cause that most tasks have, `unknown` when there is none."""
    counted = {cause: count for cause, count in causes.items() if count > 0}
    telling = {cause: count for cause, count in counted.items() if cause not in INTENDED} or counted
    return min(telling, key=lambda cause: (-telling[cause], *_order(cause)), default=Cause.UNKNOWN)


def _order(cause: Cause) -> tuple[bool, bool, int]:
    return (cause is Cause.UNKNOWN, cause not in OF_THE_REVISION, list(Cause).index(cause))


def _cause(name: str, reason: str | None) -> texts.Reading:
    by_name = _NAMES.get(name, Cause.UNKNOWN)
    if name in _SETTLED:
        return by_name, True
    cause, certain = _read(reason, by_name)
    return (by_name, True) if name == _NO_PLACE and cause not in _WHY_NO_PLACE else (cause, certain)


def _read(reason: str | None, otherwise: Cause) -> texts.Reading:
    cause, certain = texts.read(reason)
    return (otherwise, otherwise is not Cause.UNKNOWN) if cause is Cause.UNKNOWN else (cause, certain)


def _grounds(event: DeploymentStateChange | ServiceAction) -> tuple[Said, ...]:
    facts = (("event", event.event_name), ("reason", event.reason))
    return tuple(Said(f"{key}:", value) for key, value in facts if value)


def _diagnosis(
    cause: Cause, *, certain: bool, said: str | None, grounds: tuple[Said, ...], reason: str | None
) -> Diagnosis:
    sentence = sentences.sentence(cause, certain=certain, resource=sentences.resource(reason))
    return Diagnosis(cause, said or sentence, grounds, sentences.NEXT_STEPS[cause], certain=certain)
