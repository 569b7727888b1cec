"""Why a deployment of a service may never come to its end. Pure."""

from collections.abc import Sequence

from dockwarden.facts.services import ServiceState

_ALL = 100

# Service event messages, developer guide: "unable to stop or start tasks during a deployment because of the service
# deployment configuration", and "... scale in due to the number of protected tasks being more than the desired count".
_BLOCKED = {
    "protected tasks": "tasks with scale-in protection may not be stopped: the protection has to be taken away",
    "service deployment configuration": "ECS says that its deployment configuration lets it stop or start no task",
}


def cannot_progress(state: ServiceState) -> Sequence[str]:
    """Why a deployment of a service may never come to its end (invariant 35)."""
    found = [why for text, why in _BLOCKED.items() if _says(state, text)]
    least, most = state.minimum_healthy_percent, state.maximum_percent
    if least is not None and most is not None and state.desired:
        kept = -(-state.desired * least // _ALL)
        if kept >= state.desired >= state.desired * most // _ALL:
            found.insert(
                0,
                f"with minimumHealthyPercent {least} and maximumPercent {most} ECS may replace none of its "
                f"{state.desired} tasks while they run",
            )
    return tuple(found)


def _says(state: ServiceState, text: str) -> bool:
    """Whether ECS says something since the deployment of now began."""
    primary = state.deployment()
    began = primary.created_at if primary is not None else None
    return any(
        text in one.message and (began is None or one.at is None or one.at >= began) for one in state.messages
    )
