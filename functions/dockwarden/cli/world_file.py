"""Reads a world file (docs/world.md): version 1, every key known, every type right, or one clear error."""

import re
from collections import Counter
from collections.abc import Callable
from typing import Any, TypeVar, cast

from dockwarden.cli.documents import read_json
from dockwarden.cli.nodes import Node
from dockwarden.cli.playbook_settings import known_playbook, playbook_config
from dockwarden.cli.world import Cluster, World, WorldStop
from dockwarden.cli.world_arns import Place
from dockwarden.cli.world_definitions import read_definitions
from dockwarden.cli.world_services import UNSAID
from dockwarden.cli.world_services_file import read_services
from dockwarden.errors import SettingsError
from dockwarden.events.arn import Arn
from dockwarden.facts.alarms import Alarm
from dockwarden.facts.fleet import ContainerInstance
from dockwarden.guard.freeze_settings import read_freezes
from dockwarden.guard.settings import GuardSettings
from dockwarden.guard.settings_reading import read_guard
from dockwarden.ledger.controls import Scope

_T = TypeVar("_T")

VERSION = 1

_TOP = frozenset(
    {
        *("v", "about", "account", "region", "partition", "clusters", "playbooks", "stop"),
        *("freezes", "alarms", "stacks", "task_definitions", "guard"),
    }
)
_CLUSTER = frozenset({"name", "opted_in", "tags", "container_instances", "services"})
_INSTANCE = frozenset({"arn", "ec2_instance_id", "status", "version", "registered_at"})
_SERVICE = re.compile(r"[^/\s]+/[^/\s]+")
_ALARM = frozenset({"state", "since"})
_STOP = frozenset({"scope", "name", "why"})
_STATUSES = ("ACTIVE", "DRAINING", "REGISTERING", "DEREGISTERING", "REGISTRATION_FAILED", "INACTIVE")


def read_world(name: str) -> World:
    """The world of a file. Raises DocumentError and NodeError."""
    return world_of(read_json(name))


def world_of(document: Any) -> World:
    """The world of a decoded document."""
    top = Node(document).only(_TOP)
    if (version := top.need("v")).value != VERSION or isinstance(version.value, bool):
        raise version.wrong(f"{VERSION}, the version of the format")
    home = _home(top)
    place = Place(node.text() if (node := top.get("partition")) else "aws", home)
    clusters = _clusters(top, place)
    entries = top.get("playbooks")
    playbooks = {name: entries.need(name) for name in entries.keys()} if entries else {}  # noqa: SIM118
    return World(
        why=UNSAID,
        home=home,
        clusters=clusters,
        playbooks={name: playbook_config(name, node, run_time=True) for name, node in playbooks.items()},
        modes={name: found.mode() for name, node in playbooks.items() if (found := node.get("mode"))},
        stops=_stops(top, clusters),
        freezes=_read(top, "freezes", read_freezes, ()),
        alarms=_alarms(top),
        stacks=found.texts() if (found := top.get("stacks")) else {},
        task_definitions=read_definitions(top.known("task_definitions"), place),
        guard=_read(top, "guard", read_guard, GuardSettings()),
    )


def _home(top: Node) -> tuple[str, str] | None:
    account, region = top.get("account"), top.get("region")
    if account is None and region is None:
        return None
    return top.need("account").text(), top.need("region").text()


def _clusters(top: Node, place: Place) -> tuple[Cluster, ...] | None:
    """The clusters, None where the document says nothing about any."""
    listed = top.get("clusters")
    if listed is None:
        return None
    found = tuple(_cluster(node, place) for node in listed.items())
    for name, times in Counter(cluster.name for cluster in found).items():
        if times > 1:
            raise listed.fault(f"the cluster {name!a} stands there {times} times")
    return found


def _cluster(node: Node, place: Place) -> Cluster:
    node.only(_CLUSTER)
    name = node.need("name").text()
    arn = place.ecs(f"cluster/{name}")
    opted_in, tags, instances = node.get("opted_in"), node.get("tags"), node.known("container_instances")
    known = instances.items() if instances else None
    return Cluster(
        name=name,
        arn=arn,
        opted_in=opted_in.yes_no_unknown() if opted_in else None,
        tags=tags.texts_unknown() if tags else {},
        container_instances=None if known is None else tuple(_instance(item, name, arn) for item in known),
        services=read_services(node.known("services"), name, place),
    )


def _instance(node: Node, cluster: str, cluster_arn: str | None) -> ContainerInstance:
    node.only(_INSTANCE)
    ec2_instance_id, status = node.need("ec2_instance_id").text(), node.need("status").one_of(_STATUSES)
    own = (
        found.text() if (found := node.get("arn")) else _made_up(node, cluster, ec2_instance_id, cluster_arn)
    )
    version, registered_at = node.get("version"), node.get("registered_at")
    return ContainerInstance(
        arn=own,
        cluster_arn=cluster_arn or _cluster_of(node.need("arn"), cluster),
        ec2_instance_id=ec2_instance_id,
        status=status,
        version=version.whole() if version else None,
        registered_at=registered_at.time() if registered_at else None,
    )


def _made_up(node: Node, cluster: str, ec2_instance_id: str, cluster_arn: str | None) -> str:
    """An ARN for an instance whose own does not matter to whoever wrote the file."""
    if cluster_arn is None:
        raise node.fault("give its 'arn', or 'account' and 'region' of the world")
    return f"{cluster_arn.removesuffix(f':cluster/{cluster}')}:container-instance/{cluster}/{ec2_instance_id}"


def _cluster_of(arn: Node, cluster: str) -> str:
    """The ARN of the cluster of a container instance, by the instance's own."""
    parts = Arn.read(arn.text())
    if parts is None or not parts.names("ecs", "container-instance"):
        raise arn.wrong("the ARN of a container instance")
    return f"arn:{parts.partition}:ecs:{parts.region}:{parts.account}:cluster/{cluster}"


def _alarms(top: Node) -> dict[str, Alarm]:
    node = top.get("alarms")
    return {name: _alarm(name, node.need(name)) for name in node.keys()} if node else {}  # noqa: SIM118


def _alarm(name: str, node: Node) -> Alarm:
    """An alarm by its state alone, or by an object that also says since when it is in it."""
    if not isinstance(node.value, dict):
        return Alarm(name, node.text())
    since = node.only(_ALARM).known("since")
    return Alarm(name, node.need("state").text(), since.time() if since else None)


def _read(top: Node, key: str, read: Callable[[Any], _T], absent: _T) -> _T:
    """What the settings' own reader makes of a key."""
    if (node := top.get(key)) is None:
        return absent
    try:
        return read(node.value)
    except SettingsError as error:
        raise node.fault(str(error)) from error


def _stops(top: Node, clusters: tuple[Cluster, ...] | None) -> tuple[WorldStop, ...]:
    listed = top.get("stop")
    stops = tuple(_stop(node) for node in listed.items()) if listed else ()
    names = None if clusters is None else {cluster.name for cluster in clusters}
    for stop in stops:
        cluster = stop.name.partition("/")[0]
        if stop.scope in ("cluster", "service") and names is not None and cluster not in names:
            raise top.fault(f"there is no cluster {cluster!a} in this world")
    return stops


def _stop(node: Node) -> WorldStop:
    node.only(_STOP)
    scope = node.need("scope")
    if scope.text() not in ("everything", "playbook", "cluster", "service"):
        raise scope.wrong("everything, playbook, cluster or service")
    name = "" if scope.value == "everything" else node.need("name").text()
    if scope.value == "service" and not _SERVICE.fullmatch(name):
        raise node.need("name").wrong("CLUSTER/SERVICE")
    if scope.value == "playbook":
        known_playbook(name, node)
    return WorldStop(cast("Scope", scope.value), name, found.string() if (found := node.get("why")) else "")
