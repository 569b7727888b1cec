"""The fixed words for why a task stopped or a service failed."""

from enum import StrEnum
from typing import Final


class Cause(StrEnum):
    """One word for why a task stopped, or why a service or a deployment failed."""

    APP_EXIT = "app-exit"
    CLEAN_EXIT = "clean-exit"
    OOM = "oom"
    KILLED = "killed"
    IMAGE_MISSING = "image-missing"
    IMAGE_ACCESS = "image-access"
    IMAGE_NETWORK = "image-network"
    IMAGE_RATE_LIMIT = "image-rate-limit"
    IMAGE_INVALID = "image-invalid"
    DISK_FULL = "disk-full"
    SECRET_MISSING = "secret-missing"  # noqa: S105 - a word, no secret
    SECRET_ACCESS = "secret-access"  # noqa: S105
    SECRET_NETWORK = "secret-network"  # noqa: S105
    LOG_MISSING = "log-missing"
    LOG_ACCESS = "log-access"
    LOG_NETWORK = "log-network"
    START_COMMAND = "start-command"
    ELB_HEALTH = "elb-health"
    CONTAINER_HEALTH = "container-health"
    SCHEDULER = "scheduler"
    SPOT = "spot"
    USER = "user"
    HOST_TERMINATED = "host-terminated"
    NETWORK_INTERFACE = "network-interface"
    PLACEMENT = "placement"
    CONFIG = "config"
    INFRASTRUCTURE = "infrastructure"
    THROTTLED = "throttled"
    UNKNOWN = "unknown"


# What a revision brings with it, so that going back to an earlier one could help.
OF_THE_REVISION: Final = frozenset(
    {
        Cause.APP_EXIT,
        Cause.CLEAN_EXIT,
        Cause.OOM,
        Cause.IMAGE_MISSING,
        Cause.IMAGE_INVALID,
        Cause.SECRET_MISSING,
        Cause.LOG_MISSING,
        Cause.START_COMMAND,
        Cause.ELB_HEALTH,
        Cause.CONTAINER_HEALTH,
        Cause.CONFIG,
    }
)

# Stops that are somebody's will, and so never the reason why something failed.
INTENDED: Final = frozenset({Cause.SCHEDULER, Cause.USER})

# Stops that are no failure of the service: its task is replaced, and nobody is told of it.
NO_FAILURE: Final = frozenset({*INTENDED, Cause.SPOT, Cause.HOST_TERMINATED})
