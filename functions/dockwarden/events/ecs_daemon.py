"""The subject of the daemon events: one daemon of ECS Managed Instances, by whichever of its ARNs AWS sends."""

from collections.abc import Iterator
from dataclasses import dataclass

from dockwarden.errors import MalformedEventError
from dockwarden.events import arn, fields
from dockwarden.events.envelope import Envelope

_KEYS = ("daemonArn", "daemonDeploymentArn", "daemonRevisionArn", "targetDaemonRevisionArn")
_KINDS = frozenset({"daemon", "daemon-deployment", "daemon-revision"})
_NAMED = 2  # cluster and daemon; deployments and revisions have their own id after these


@dataclass(frozen=True, slots=True)
class Daemon:
    """A daemon by its ARN; ``cluster`` and ``name`` are the names in it."""

    arn: str
    cluster: str
    name: str


def daemon_of(envelope: Envelope) -> Daemon:
    """Return the daemon that an event is about; MalformedEventError when no ARN names it."""
    found = next(filter(None, map(_daemon, _named(envelope))), None)
    if found is None:
        value = fields.value_at(envelope.detail, "daemonArn")
        raise MalformedEventError("detail.daemonArn", value, "the ARN of an ECS daemon as a string")
    return found


def _named(envelope: Envelope) -> Iterator[str]:
    yield from filter(None, (fields.text(envelope.detail, key) for key in _KEYS))
    yield from envelope.resources


def _daemon(value: str) -> Daemon | None:
    """The daemon in its own ARN, or in that of a deployment or revision, which begins with the same names."""
    found = arn.Arn.read(value)
    if found is None or found.service != "ecs" or found.kind not in _KINDS:
        return None
    names = found.path.split("/")[:_NAMED]
    if len(names) < _NAMED or not all(names):
        return None
    place = f"arn:{found.partition}:ecs:{found.region}:{found.account}"
    return Daemon(f"{place}:daemon/{names[0]}/{names[1]}", *names)
