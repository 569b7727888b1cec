"""A world: what `decide` is told about an installation and its clusters, in place of asking AWS."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from dockwarden.cli.world_services import WorldDefinition, WorldService
from dockwarden.facts.alarms import Alarm
from dockwarden.facts.fleet import ContainerInstance
from dockwarden.guard.freezes import Freeze
from dockwarden.guard.settings import GuardSettings
from dockwarden.ledger.controls import Scope
from dockwarden.runtime.config import PlaybookConfig


@dataclass(frozen=True, slots=True)
class Cluster:
    """A cluster of a world. None means unknown: whether it is opted in, its tags, its instances, or its services."""

    name: str
    arn: str | None = None
    opted_in: bool | None = None
    tags: Mapping[str, str] | None = field(default_factory=dict)
    container_instances: tuple[ContainerInstance, ...] | None = None
    services: tuple[WorldService, ...] | None = None


@dataclass(frozen=True, slots=True)
class WorldStop:
    """A stop that is set in a world."""

    scope: Scope
    name: str
    why: str


@dataclass(frozen=True, slots=True)
class World:
    """What is known before the first event; `clusters` is None where nothing is known of any.

    `why` says why what is missing is unknown. `modes` are the run-time settings, `alarms` and `stacks` the
    CloudWatch alarms and the statuses of stacks by name, `task_definitions` what is known of them by ARN. `home` is
    account and region of the installation, None where events are not compared with any.
    """

    why: str
    home: tuple[str, str] | None = None
    clusters: tuple[Cluster, ...] | None = None
    playbooks: Mapping[str, PlaybookConfig] = field(default_factory=dict)
    modes: Mapping[str, str] = field(default_factory=dict)
    stops: tuple[WorldStop, ...] = ()
    freezes: tuple[Freeze, ...] = ()
    alarms: Mapping[str, Alarm] = field(default_factory=dict)
    stacks: Mapping[str, str] = field(default_factory=dict)
    task_definitions: Mapping[str, WorldDefinition] = field(default_factory=dict)
    guard: GuardSettings = field(default_factory=GuardSettings)

    def cluster(self, name: str) -> Cluster | None:
        """The cluster of a name."""
        return next((cluster for cluster in self.clusters or () if cluster.name == name), None)

    def instances(self) -> tuple[ContainerInstance, ...]:
        """The container instances that are known and not of a cluster that is opted out."""
        clusters = [cluster for cluster in self.clusters or () if cluster.opted_in is not False]
        return tuple(found for cluster in clusters for found in cluster.container_instances or ())

    def services(self) -> tuple[WorldService, ...]:
        """The services that are known, of all clusters."""
        return tuple(found for cluster in self.clusters or () for found in cluster.services or ())


NO_WORLD = World(why="no world file was given")
