"""The installation that a replay pretends: the world of a file or of an account, with other settings laid over it."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from dockwarden.actions import Action
from dockwarden.cli.documents import DocumentError, read_bytes
from dockwarden.cli.nodes import Node
from dockwarden.cli.playbook_settings import playbook_config
from dockwarden.cli.world import Cluster, World
from dockwarden.facts.capacity import Capacity
from dockwarden.facts.unknown import NotRead
from dockwarden.guard.budgets import Need, Room
from dockwarden.guard.freeze_settings import read_freezes
from dockwarden.guard.freezes import Freeze
from dockwarden.guard.pools import Pools
from dockwarden.guard.settings import GuardSettings
from dockwarden.guard.settings_reading import read_guard
from dockwarden.runtime.config import PlaybookConfig

_NO_ROOM = NotRead("it is not recorded")


@dataclass(frozen=True, slots=True)
class Platform:
    """What a dockwarden.toml says of modes and of the guard; None for what it does not say."""

    playbooks: Mapping[str, PlaybookConfig] | None
    clusters: tuple[str, ...] | None
    guard: GuardSettings | None
    freezes: tuple[Freeze, ...] | None


def read_platform(name: str) -> Platform:
    """The settings in a dockwarden.toml. Raises DocumentError, NodeError and SettingsError."""
    try:
        document = tomllib.loads(read_bytes(name).decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DocumentError(name, f"it is no TOML ({error})") from error
    top = Node(document, document=name)
    playbooks, clusters = top.get("playbooks"), top.get("clusters")
    return Platform(
        playbooks=_playbooks(playbooks) if playbooks else None,
        clusters=tuple(item.text() for item in clusters.items()) if clusters else None,
        guard=read_guard(document["guard"]) if "guard" in document else None,
        freezes=read_freezes(document["freeze"]) if "freeze" in document else None,
    )


def _playbooks(entries: Node) -> dict[str, PlaybookConfig]:
    return {found: playbook_config(found, entries.need(found)) for found in entries.keys()}  # noqa: SIM118


def under(world: World, platform: Platform) -> World:
    """A world as it would be under a platform's settings; what the file does not say stays as it is."""
    clusters = world.clusters
    if platform.clusters is not None:
        clusters = _opted_in(world, platform.clusters)
    return replace(
        world,
        clusters=clusters,
        playbooks=world.playbooks if platform.playbooks is None else platform.playbooks,
        guard=platform.guard or world.guard,
        freezes=world.freezes if platform.freezes is None else platform.freezes,
    )


def _opted_in(world: World, listed: Iterable[str]) -> tuple[Cluster, ...]:
    """The clusters of a world, opted in where they are listed, and those listed that it does not name."""
    names = list(listed)
    known = tuple(replace(found, opted_in=found.name in names) for found in world.clusters or ())
    new = [name for name in names if world.cluster(name) is None]
    return known + tuple(Cluster(name, cluster_arn(world.home, name), opted_in=True) for name in new)


def cluster_arn(home: tuple[str, str] | None, name: str) -> str | None:
    """The ARN of a cluster of an account and region."""
    if home is None:
        return None
    account, region = home
    special = {"cn": "aws-cn", "us-gov": "aws-us-gov"}
    partition = next((found for begin, found in special.items() if region.startswith(f"{begin}-")), "aws")
    return f"arn:{partition}:ecs:{region}:{account}:cluster/{name}"


def home_of(raw_events: Iterable[Any]) -> tuple[str, str] | None:
    """The one account and region that all events are of, None where there are several."""
    homes = {
        (raw["account"], raw["region"])
        for raw in raw_events
        if isinstance(raw, dict)
        and isinstance(raw.get("account"), str)
        and isinstance(raw.get("region"), str)
    }
    return homes.pop() if len(homes) == 1 else None


def names_hosts(world: World) -> bool:
    """Whether a world says how many container instances there are anywhere, so that budgets can be judged."""
    return any(cluster.container_instances is not None for cluster in world.clusters or ())


class UnjudgedCapacity(Capacity):
    """A capacity that never stands in the way: how much there was is not recorded, and nothing is performed."""

    def __init__(self, guard: GuardSettings) -> None:
        self._pools = Pools(guard)

    def pools(self, action: Action) -> tuple[Need, ...]:
        """The pools that an action counts in, each without a limit."""
        needs = self._pools.of(action, _NO_ROOM)
        return tuple(replace(need, limits=(), room=Room(None, {})) for need in needs)

    def needs(self, action: Action) -> tuple[Need, ...]:
        """The same."""
        return self.pools(action)
