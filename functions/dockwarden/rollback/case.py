"""A service that fails, with all that was read about it, and the gates that it has to pass. Pure."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias

from dockwarden.causes.vocabulary import Cause
from dockwarden.facts.alarms import ServiceAlarms
from dockwarden.facts.known_good import Digests, Known
from dockwarden.facts.releases import Definition, ServiceReleases
from dockwarden.facts.rollouts import Rollout
from dockwarden.facts.services import ServiceState
from dockwarden.facts.unknown import NotRead
from dockwarden.rollback.share import Share
from dockwarden.rollback.targets import AskCandidate

ROLLBACK_TAG = "dockwarden:rollback"
"""The tag on a service that says whether it may be rolled back: never, ask (also without a tag), or safe."""

Define: TypeAlias = Callable[[str], Definition | NotRead]
"""Reads a revision of a task definition with its tags."""


@dataclass(frozen=True, slots=True)
class Gates:
    """What has to hold for a rollback by itself; see RollbackSettings."""

    newest: timedelta
    failing_percent: int
    oldest: timedelta


@dataclass(frozen=True, slots=True)
class Ask:
    """What is read only once a rollback is considered: whether a revision can be deployed, and its tags."""

    candidate: AskCandidate
    definition: Define


@dataclass(frozen=True, slots=True)
class Case:
    """A service that fails by a cause, and all that was read about it.

    `share` is how much of its current deployment fails, `beside` what fails at the same time and may have another
    cause; `current` is the task definition that it has now.
    """

    cause: Cause
    releases: ServiceReleases
    known: Known
    current: Definition | NotRead
    share: Share | NotRead
    beside: tuple[str, ...]
    alarms: ServiceAlarms | NotRead | None
    now: datetime

    @property
    def state(self) -> ServiceState:
        """The service as it is now."""
        return self.releases.state

    @property
    def rollout(self) -> Rollout | None:
        """Its newest service deployment, None where ECS tells none."""
        rollouts = self.releases.rollouts
        return rollouts[0] if not isinstance(rollouts, NotRead) and rollouts else None

    @property
    def digests(self) -> Digests:
        """The digests of what it runs now, as far as they are known."""
        return self.releases.current.digests if self.releases.current is not None else ()


def rollback_tag(state: ServiceState) -> str:
    """What the owner of a service says of rollbacks: never, ask or safe; whatever else is said means ask."""
    said = (state.tag(ROLLBACK_TAG) or "").strip().lower()
    return said if said in ("never", "safe") else "ask"
