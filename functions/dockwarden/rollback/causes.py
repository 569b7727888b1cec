"""Which causes going back to an earlier revision can end, and what helps against the others. Pure."""

from collections.abc import Mapping

from dockwarden.causes.vocabulary import OF_THE_REVISION, Cause

_NEEDED: Mapping[Cause, str] = {
    Cause.PLACEMENT: "there is no room for its tasks: capacity is needed, not another revision",
    Cause.IMAGE_ACCESS: "its image may not be pulled: the execution role or the registry's policy has to be mended",
    Cause.IMAGE_NETWORK: "the registry cannot be reached: the network has to be mended",
    Cause.IMAGE_RATE_LIMIT: "the registry throttles its pulls: log in to it, or use a pull-through cache",
    Cause.SECRET_ACCESS: "its secrets may not be read: the execution role or the key's policy has to be mended",
    Cause.SECRET_NETWORK: "the store of its secrets cannot be reached: the network, or the store, has to be mended",
    Cause.LOG_ACCESS: "its log group may not be written: the execution role has to be mended",
    Cause.LOG_NETWORK: "CloudWatch Logs cannot be reached: the network has to be mended",
    Cause.NETWORK_INTERFACE: "its tasks get no network interface: free addresses or interfaces are needed",
    Cause.INFRASTRUCTURE: "the platform under it fails: ECS replaces the tasks by itself",
    Cause.THROTTLED: "an API throttles: fewer calls, or a higher quota, are needed",
    Cause.DISK_FULL: "the disk under its tasks is full: more storage is needed",
    Cause.SPOT: "EC2 takes its capacity back: capacity is needed",
    Cause.HOST_TERMINATED: "its hosts go away: capacity is needed",
}

_UNCLEAR = frozenset({Cause.UNKNOWN, Cause.KILLED})
"""Causes that may be the code's or not: a person decides."""


def helps(cause: Cause) -> bool:
    """Whether the revision brings the cause with it, so that an earlier one may be without."""
    return cause in OF_THE_REVISION


def is_unclear(cause: Cause) -> bool:
    """Whether it cannot be told if another revision would help."""
    return cause in _UNCLEAR


def needed_instead(cause: Cause) -> str:
    """What helps where no other revision does (invariant 34)."""
    return _NEEDED.get(cause, f"{cause} is nothing that another revision would end")
