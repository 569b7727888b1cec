"""Reads the services of a world file (docs/world.md)."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from dockwarden.cli.nodes import Node
from dockwarden.cli.world_arns import Place
from dockwarden.cli.world_rollouts import read_digests, read_rollouts
from dockwarden.cli.world_services import WorldService, primary, unsaid
from dockwarden.facts.known_good import BadRevision, GoodRevision, Known, service_key
from dockwarden.facts.releases import (
    ROLLING_BACK,
    UNDER_WAY,
    Revision,
    ServiceReleases,
)
from dockwarden.facts.rollouts import Rollout
from dockwarden.facts.services import Deployment, ServiceRef, ServiceState
from dockwarden.facts.unknown import NotRead

_NEEDED = ("task_definition", "desired", "running")
_KEYS = frozenset(
    {
        *("name", "arn", "status", *_NEEDED, "tasks_started_at", "tags", "deployment", "rollouts", "alarms"),
        *("minimum_healthy_percent", "maximum_percent"),
        *("deployment_controller", "scheduling_strategy", "managed_by", "known_good", "known_bad"),
    }
)
_DEPLOYMENT = frozenset({"id", "created_at", "rollout_state"})
_GOOD = frozenset({"task_definition", "digests", "since", "last_seen"})
_BAD = frozenset({"task_definition", "digests", "at", "deployment"})

# Of DescribeServices; the first of each is what AWS takes where nobody says anything.
_CHOICES = {
    "status": ("ACTIVE", "DRAINING", "INACTIVE"),
    "deployment_controller": ("ECS", "CODE_DEPLOY", "EXTERNAL"),
    "scheduling_strategy": ("REPLICA", "DAEMON"),
    "managed_by": ("CUSTOMER", "ECS"),
}
_ROLLOUT_STATES = ("COMPLETED", "FAILED", "IN_PROGRESS")
_OF_THE_FILE = "world-file"
"""Stands for the receipt of a rollback that the file says was done."""


def read_services(listed: Node | None, cluster: str, place: Place) -> tuple[WorldService, ...] | None:
    """The services of a cluster, None where the document says nothing about them. Raises NodeError."""
    if listed is None:
        return None
    found = tuple(_service(node.only(_KEYS), cluster, place) for node in listed.items())
    for ref, times in Counter(service.ref for service in found).items():
        if times > 1:
            raise listed.fault(f"the service {ref.name!a} stands there {times} times")
    return found


def _service(node: Node, cluster: str, place: Place) -> WorldService:
    ref = ServiceRef(cluster, node.need("name").text())
    arn, started, tags = place.service(node, ref), node.known("tasks_started_at"), node.get("tags")
    found_tags = tags.texts_unknown() if tags else {}
    return WorldService(
        ref=ref,
        arn=arn,
        tags=found_tags,
        releases=_releases(node, ref, arn, found_tags, place),
        started=_started(node) if started is None else tuple(item.time() for item in started.items()),
        known=_known(node, ref, place),
        watched=node.known("alarms") is not None,
    )


def _started(node: Node) -> tuple[datetime, ...] | None:
    """When its tasks were started, where that is not said: of none that runs there is nothing to say."""
    return () if _whole(node, "running") == 0 else None


def _releases(
    node: Node, ref: ServiceRef, arn: str, tags: Mapping[str, str] | None, place: Place
) -> ServiceReleases | NotRead:
    """What ECS would say of its releases; unknown where the file leaves out what cannot be left out of it."""
    rollouts, revisions = _history(node, ref, arn, place)
    newest = None if isinstance(rollouts, NotRead) else next(iter(rollouts), None)
    under_way = newest is not None and newest.status in UNDER_WAY | ROLLING_BACK
    state = _state(node, ref, arn, tags or {}, place)
    missing = [key for key in _NEEDED if node.known(key) is None] + ["tags"] * (tags is None)
    if missing:
        return unsaid(f"'{missing[0]}' of service {service_key(ref)}")
    state = replace(state, current_deployment_arn=newest.arn if newest and under_way else None)
    return ServiceReleases(state, None, _choice(node, "managed_by"), rollouts, revisions)


def _history(
    node: Node, ref: ServiceRef, arn: str, place: Place
) -> tuple[tuple[Rollout, ...] | NotRead, Mapping[str, Revision] | NotRead]:
    listed = node.known("rollouts")
    if listed is None:
        unread = unsaid(f"'rollouts' of service {service_key(ref)}")
        return unread, unread
    return read_rollouts(listed, f"{_prefix(arn)}service-revision/{ref.cluster}/{ref.name}", place)


def _state(node: Node, ref: ServiceRef, arn: str, tags: Mapping[str, str], place: Place) -> ServiceState:
    """The service as DescribeServices has it; where a count is missing, which is 0 here, nobody gets to see it."""
    runs, alarms = node.known("task_definition"), node.known("alarms")
    state = ServiceState(
        arn=arn,
        cluster_arn=f"{_prefix(arn)}cluster/{ref.cluster}",
        status=_choice(node, "status"),
        task_definition_arn=place.task_definition(runs) if runs else None,
        desired=_whole(node, "desired") or 0,
        running=_whole(node, "running") or 0,
        pending=0,
        minimum_healthy_percent=_whole(node, "minimum_healthy_percent"),
        maximum_percent=_whole(node, "maximum_percent"),
        alarm_names=tuple(item.text() for item in alarms.items()) if alarms else (),
        target_group_arns=(),
        deployment_controller=_choice(node, "deployment_controller"),
        scheduling_strategy=_choice(node, "scheduling_strategy"),
        current_deployment_arn=None,
        service_revision_arns=(),
        deployments=(),
        messages=(),
        tags=tuple(tags.items()),
    )
    found = node.known("deployment")
    return replace(state, deployments=(_deployment(found, state),)) if found else state


def _deployment(node: Node, of: ServiceState) -> Deployment:
    """The deployment that ECS works towards."""
    state, created = node.only(_DEPLOYMENT).known("rollout_state"), node.known("created_at")
    return primary(
        of,
        node.need("id").text(),
        state.one_of(_ROLLOUT_STATES) if state else None,
        created.time() if created else None,
    )


def _known(node: Node, ref: ServiceRef, place: Place) -> Known:
    """What the ledger would hold of a service, the newest first."""
    good, bad = node.known("known_good"), node.known("known_bad")
    found_good = [_good(item.only(_GOOD), ref, place) for item in good.items()] if good else []
    found_bad = [_bad(item.only(_BAD), ref, place) for item in bad.items()] if bad else []
    return Known(
        service_key(ref),
        tuple(sorted(found_good, key=lambda one: one.last_seen, reverse=True)),
        tuple(sorted(found_bad, key=lambda one: one.at, reverse=True)),
    )


def _good(node: Node, ref: ServiceRef, place: Place) -> GoodRevision:
    since, last = node.need("since").time(), node.need("last_seen")
    if last.time() < since:
        raise last.wrong("a time from 'since' on")
    return GoodRevision(
        service=service_key(ref),
        task_definition=place.task_definition(node.need("task_definition")),
        service_revision=None,
        digests=read_digests(node),
        since=since,
        soaked_at=last.time(),
        last_seen=last.time(),
    )


def _bad(node: Node, ref: ServiceRef, place: Place) -> BadRevision:
    deployment = node.known("deployment")
    return BadRevision(
        service=service_key(ref),
        task_definition=place.task_definition(node.need("task_definition")),
        digests=read_digests(node),
        at=node.need("at").time(),
        intent=_OF_THE_FILE,
        deployment=deployment.text() if deployment else None,
    )


def _choice(node: Node, key: str) -> str:
    """One of what AWS knows; what it takes where nobody says anything comes first."""
    known = _CHOICES[key]
    found = node.get(key)
    return found.one_of(known) if found else known[0]


def _whole(node: Node, key: str) -> int | None:
    found = node.known(key)
    return found.whole() if found else None


def _prefix(arn: str) -> str:
    """What the ARNs of everything of ECS in one account and Region begin with."""
    return arn.partition(":service/")[0] + ":"
