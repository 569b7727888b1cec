"""How two revisions of a service differ, by names and settings and never by a value that may be secret."""

from dataclasses import dataclass
from enum import StrEnum


class Aspect(StrEnum):
    """What of a revision may differ; those of a container first, then those of the task and the service."""

    CONTAINER = "container"
    IMAGE = "image"
    IMAGE_DIGEST = "image digest"
    COMMAND = "command"
    ENTRY_POINT = "entry point"
    ENVIRONMENT = "environment variable"
    ENVIRONMENT_FILE = "environment file"
    SECRET = "secret"  # noqa: S105  the word itself
    CONTAINER_CPU = "container CPU"
    CONTAINER_MEMORY = "container memory"
    CONTAINER_MEMORY_RESERVATION = "container memory reservation"
    HEALTH_CHECK = "health check"
    PORTS = "ports"
    ESSENTIAL = "essential"
    CPU = "CPU"
    MEMORY = "memory"
    TASK_ROLE = "task role"
    EXECUTION_ROLE = "execution role"
    NETWORK_MODE = "network mode"
    PLATFORM = "platform"
    NETWORK = "network"
    CAPACITY = "capacity"


class How(StrEnum):
    """What became of it."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Change:
    """One difference; `name` is that of a variable, secret or container, whose value is in no field.

    `before` and `after` are settings in words, redacted, and None where there was or is none, and for variables,
    secrets and containers.
    """

    aspect: Aspect
    how: How
    container: str | None = None
    name: str | None = None
    before: str | None = None
    after: str | None = None


@dataclass(frozen=True, slots=True)
class RevisionDifference:
    """What changed from the revision that worked to the one that does not; no changes: they are alike.

    `images_resolved` says that the digests of both were compared: without, an image that only moved under its tag
    is not among the changes. `placing_compared` says the same of network, capacity and platform version.
    """

    good_task_definition_arn: str
    bad_task_definition_arn: str
    changes: tuple[Change, ...]
    images_resolved: bool
    placing_compared: bool = False

    def of(self, aspect: Aspect) -> tuple[Change, ...]:
        """The changes of one aspect."""
        return tuple(change for change in self.changes if change.aspect is aspect)
