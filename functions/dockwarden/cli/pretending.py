"""An installation that exists only for `decide`: a world in memory, and actions that call nothing."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import Any, ClassVar

from dockwarden.actions import (
    Action,
    ActivateContainerInstance,
    DrainContainerInstance,
    OfContainerInstance,
)
from dockwarden.cli.pretended_services import PretendServices
from dockwarden.cli.world import Cluster, World
from dockwarden.events.arn import cluster_name
from dockwarden.events.parse import Event
from dockwarden.facts.fleet import ContainerInstance, Fleet
from dockwarden.facts.scopes import MODE_TAG, Scopes
from dockwarden.facts.services import ServiceRef
from dockwarden.facts.unknown import NotRead
from dockwarden.ledger.index import InstanceIndex
from dockwarden.notify.cards import Card
from dockwarden.performing import Effect, Gate, State
from dockwarden.permissions import Permission

COUNTED = "counts as done from here on, and nothing was called"
"""What comes of everything that is done here."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
"""When something is remembered matters to DynamoDB's expiry only, which a store in memory has not."""


class PretendFleet(Fleet, Scopes):
    """Answers Fleet and Scopes from a world and from what earlier events said (which the index holds)."""

    def __init__(self, world: World, index: InstanceIndex) -> None:
        self._world = world
        self._index = index

    def listed_cluster(self, name: str) -> str | NotRead | None:
        """The ARN of an opted-in cluster, None where the world says that it is not opted in."""
        if self._world.clusters is None:
            return NotRead(self._world.why)
        found = self._world.cluster(name)
        if found is None or found.opted_in is False:
            return None
        if found.opted_in is None or found.arn is None:
            return NotRead(self._world.why)
        return found.arn

    def container_instances(self, ec2_instance_id: str) -> tuple[ContainerInstance, ...] | NotRead:
        """The container instances of an EC2 instance, as the world or the latest event says."""
        found = self._index.find([ec2_instance_id])
        if found:
            return tuple(found.values())
        return NotRead(self._world.why) if self._blind else ()

    def all_container_instances(self) -> tuple[ContainerInstance, ...] | NotRead:
        """Every container instance that the world names, as the latest event says."""
        if self._blind:
            return NotRead(self._world.why)
        return tuple(self._index.find(found.ec2_instance_id for found in self._world.instances()).values())

    @property
    def _blind(self) -> bool:
        """Whether there may be container instances that the world does not name."""
        clusters = self._world.clusters
        return clusters is None or any(
            c.container_instances is None for c in clusters if c.opted_in is not False
        )

    def opted_in(self, cluster_arn: str | None) -> bool | None:
        """Whether the world says that a cluster is opted in; None where it does not say."""
        if cluster_arn is None or self._world.clusters is None:
            return None
        found = self._at(cluster_arn)
        return found.opted_in if found is not None else False

    def mode_tag(self, cluster_arn: str | None) -> str | NotRead | None:
        """The mode that the tags of a cluster ask for."""
        found = self._at(cluster_arn) if cluster_arn else None
        if found is None or found.tags is None:
            return NotRead(self._world.why)
        return found.tags.get(MODE_TAG)

    def tags(self, arn: str) -> Mapping[str, str] | NotRead:
        """The tags of a cluster or of a service."""
        services = (one for one in self._world.services() if one.arn == arn)
        found = next(services, None) or self._at(arn)
        return NotRead(self._world.why) if found is None or found.tags is None else found.tags

    def _at(self, cluster_arn: str) -> Cluster | None:
        """The cluster of an ARN; another account's or region's of the same name is another one."""
        found = self._world.cluster(cluster_name(cluster_arn) or "")
        return found if found is not None and found.arn in (None, cluster_arn) else None


class PretendFacts:
    """Answers every protocol of the playbooks; what no world can hold yet is unknown.

    `recorded` takes the place of these for an event whose facts are known from its transcript.
    """

    def __init__(self, known: Mapping[type, object], protocols: Sequence[type], why: str) -> None:
        self.recorded: Mapping[type, object] = {}
        self._answers: dict[type, object] = {**dict.fromkeys(protocols, Unread(why)), **known}

    def mistaken(self, action: Action) -> bool:  # noqa: ARG002 - the port has it
        """Nothing is performed, so that no target turns out to be missing."""
        return False

    def prepare(self, events: Sequence[Event]) -> None:
        """Read nothing: it is all here."""

    def answers(self) -> Mapping[type, object]:
        """The object that answers each protocol."""
        return {**self._answers, **self.recorded}


class Unread:
    """Answers every question of any protocol with NotRead."""

    def __init__(self, why: str) -> None:
        self._why = why

    def __getattr__(self, method: str) -> Callable[..., NotRead]:
        return lambda *_: NotRead(self._why)

    def all_now(self, services: Iterable[ServiceRef]) -> Mapping[ServiceRef, NotRead]:
        """Each of several services, none of which was read."""
        return dict.fromkeys(services, NotRead(self._why))


class PretendPerformer:
    """Performs nothing, and lets what it was told to do count as done for later events."""

    def __init__(self, index: InstanceIndex, services: PretendServices | None = None) -> None:
        self._index = index
        self._services = services

    def perform(
        self,
        playbook: str,  # noqa: ARG002 - the port has it
        actions: Sequence[Action],
        session: str,  # noqa: ARG002 - as above
        gate: Gate,
    ) -> list[Effect]:
        """Count the actions as done, unless the gate forbids it."""
        return [gate([action]) or self._done(action) for action in actions]

    def _done(self, action: Action) -> Effect:
        if (kind := _PRETENCES.get(action.KIND)) is not None:
            kind.done(self._index, action)
        made = self._services.done(action) if self._services is not None else None
        return Effect(State.DONE, COUNTED, made=made)

    def verify(self, actions: Sequence[Action], _since: datetime | None = None) -> list[Effect]:
        """Everything that was claimed was done: nobody dies here."""
        return [Effect(State.DONE, "counts as done")] * len(actions)

    def over(self, actions: Sequence[Action]) -> list[bool]:
        """Whether events have said so since; what no event can say is not over."""
        kinds = [_PRETENCES.get(action.KIND) for action in actions]
        return [
            kind is not None and kind.over(self._index, action)
            for kind, action in zip(kinds, actions, strict=True)
        ]


@dataclass(frozen=True, slots=True)
class Pretence:
    """What an action of a kind changes in the world of `decide`, and how its end is seen there."""

    done: Callable[[InstanceIndex, Any], None]
    over: Callable[[InstanceIndex, Any], bool]


def _set_status(status: str, index: InstanceIndex, action: OfContainerInstance) -> None:
    found = index.find([action.ec2_instance_id]).values()
    # ECS counts the change in the version; our clock plays no part in what is newer.
    changed = [replace(i, status=status, version=(i.version or 0) + 1) for i in found]
    index.remember(changed, _EPOCH)


def _drain_over(index: InstanceIndex, action: OfContainerInstance) -> bool:
    found = index.find([action.ec2_instance_id]).get(action.ec2_instance_id)
    return found is not None and (found.arn != action.target or found.status != "DRAINING")


_PRETENCES: Mapping[str, Pretence] = {
    DrainContainerInstance.KIND: Pretence(partial(_set_status, "DRAINING"), _drain_over),
    ActivateContainerInstance.KIND: Pretence(partial(_set_status, "ACTIVE"), lambda *_: True),
}


class NowhereOutbox:
    """An outbox whose cards nobody gets."""

    def send(self, cards: Sequence[Card], events: Sequence[Mapping[str, Any]] = ()) -> None:
        """Drop the cards: `decide` prints the outcomes instead."""


class PretendAlarms:
    """The alarms that a world names; of others nothing is known, so that a freeze that asks for one holds."""

    PERMISSIONS: ClassVar[tuple[Permission, ...]] = ()

    def __init__(self, world: World) -> None:
        self._world = world

    def states(self, names: Sequence[str]) -> Mapping[str, str | NotRead]:
        """The state of each as the world says it."""
        known = {name: alarm.state for name, alarm in self._world.alarms.items()}
        return {name: known.get(name) or NotRead(self._world.why) for name in names}


class PretendStacks:
    """The stacks that a world names; how far another one is nobody knows."""

    PERMISSIONS: ClassVar[tuple[Permission, ...]] = ()

    def __init__(self, world: World) -> None:
        self._world = world

    def status(self, name: str) -> str | NotRead:
        """The status of a stack as the world says it."""
        return self._world.stacks.get(name) or NotRead(self._world.why)
