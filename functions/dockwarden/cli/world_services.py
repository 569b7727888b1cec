"""The services of a world: what `decide` is told of them, in place of asking ECS, ECR and the ledger."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from dockwarden.facts.known_good import Known
from dockwarden.facts.releases import Definition, ImageNow, ServiceReleases
from dockwarden.facts.services import Deployment, ServiceRef, ServiceState
from dockwarden.facts.unknown import NotRead

UNSAID = "the world file does not say"
"""Why something is unknown in a world."""


@dataclass(frozen=True, slots=True)
class WorldService:
    """A service of a world. None means unknown: its tags, or when the tasks of what it runs now were started.

    `watched` says whether it is known which alarms its deployments watch.
    """

    ref: ServiceRef
    arn: str
    tags: Mapping[str, str] | None
    releases: ServiceReleases | NotRead
    started: tuple[datetime, ...] | None
    known: Known
    watched: bool = False


@dataclass(frozen=True, slots=True)
class WorldDefinition:
    """A revision of a task definition in a world; whether its images can still be pulled is None where unknown."""

    definition: Definition
    images: tuple[ImageNow, ...] | None


def unsaid(what: str) -> NotRead:
    """That a world file leaves something out."""
    return NotRead(f"{UNSAID}: no {what}")


def primary(
    state: ServiceState, deployment_id: str, rollout_state: str | None, began: datetime | None
) -> Deployment:
    """The deployment that ECS works towards, of what a service is to run."""
    return Deployment(
        id=deployment_id,
        status="PRIMARY",
        rollout_state=rollout_state,
        rollout_state_reason=None,
        task_definition_arn=state.task_definition_arn,
        desired=state.desired,
        running=state.running,
        pending=state.pending,
        failed_tasks=0,
        created_at=began,
        updated_at=began,
    )
