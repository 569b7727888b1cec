"""Container instances and clusters as ECS and the ledger's index know them."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

from dockwarden.actions import Action, OfContainerInstance
from dockwarden.aws import clusters as clusters_now
from dockwarden.aws import services
from dockwarden.aws.errors import AWS_ERRORS, code, passing
from dockwarden.events.arn import in_cluster
from dockwarden.events.parse import Event
from dockwarden.facts.fleet import ContainerInstance, Fleet
from dockwarden.facts.scopes import MODE_TAG, Scopes
from dockwarden.facts.services import ServiceRef
from dockwarden.facts.unknown import NotRead
from dockwarden.ledger.index import InstanceIndex
from dockwarden.parallel import side_by_side
from dockwarden.permissions import Permission

_DESCRIBE = 100  # DescribeContainerInstances takes no more
_NAMED = 50  # instances in one filter: no limit is documented, and a batch seldom has more unknown ones
# What an event calls an instance goes into a query only if it can be nothing else.
_EC2_INSTANCE = re.compile(r"i-[0-9a-f]{8,17}", re.ASCII)


class EcsFleet:
    """Answers Fleet, Scopes and the engine's Facts for one batch after another."""

    PERMISSIONS: ClassVar[tuple[Permission, ...]] = (*Fleet.PERMISSIONS, *Scopes.PERMISSIONS)

    def __init__(self, client: Callable[[], Any], index: InstanceIndex, clusters: Mapping[str, str]) -> None:
        self._client = client
        self._index = index
        self._clusters = clusters
        self._found: dict[str, tuple[ContainerInstance, ...] | NotRead] = {}
        self._now: clusters_now.Clusters = {}

    def prepare(self, events: Sequence[Event]) -> None:
        """Look up the instances that the events name, in one read for all that the index knows."""
        self._found, self._now = {}, {}
        named = (getattr(event, "instance_id", None) for event in events)
        wanted = list(dict.fromkeys(name for name in named if name))
        if not wanted or not self._clusters:
            return
        known = self._index.find(wanted)
        for name, instance in known.items():
            if instance.status == "ACTIVE" and instance.cluster_arn in self._clusters.values():
                self._found[name] = (instance,)
        # What the index does not know, or knows as anything but ACTIVE, is asked of ECS: a stale entry
        # must not keep a host from being drained.
        missing = [name for name in wanted if name not in self._found and _EC2_INSTANCE.fullmatch(name)]
        for start in range(0, len(missing), _NAMED):
            self._found |= self._look_up(missing[start : start + _NAMED])

    def mistaken(self, action: Action) -> bool:
        """Told that a container instance does not exist: whether only the index said so, which then forgets it."""
        if not isinstance(action, OfContainerInstance):
            return False
        found = self._found.get(action.ec2_instance_id, ())
        if isinstance(found, NotRead) or all(instance.confirmed for instance in found):
            return False
        self._index.forget(action.ec2_instance_id)
        return True

    def answers(self) -> Mapping[type, object]:
        """The object that answers each protocol."""
        return {Fleet: self}

    def listed_cluster(self, name: str) -> str | NotRead | None:
        """The configured ARN of an opted-in cluster, None where the cluster is not listed."""
        return self._clusters.get(name)

    def container_instances(self, ec2_instance_id: str) -> tuple[ContainerInstance, ...] | NotRead:
        """The container instances of an EC2 instance that `prepare` was told of."""
        return self._found.get(ec2_instance_id, ())

    def all_container_instances(self) -> tuple[ContainerInstance, ...] | NotRead:
        """Every container instance of the opted-in clusters, all pages."""
        found = side_by_side(self._of_cluster, list(self._clusters.values()))
        if unread := next((answer for answer in found if isinstance(answer, NotRead)), None):
            return unread
        return tuple(i for answer in found if not isinstance(answer, NotRead) for i in answer)

    def opted_in(self, cluster_arn: str | None) -> bool | None:
        """Whether the platform lists a cluster."""
        return cluster_arn in self._clusters.values() if cluster_arn else None

    def mode_tag(self, cluster_arn: str | None) -> str | NotRead | None:
        """The value of a cluster's mode tag."""
        if cluster_arn is None:
            return None
        tags = self.tags(cluster_arn)
        return tags if isinstance(tags, NotRead) else tags.get(MODE_TAG)

    def tags(self, arn: str) -> Mapping[str, str] | NotRead:
        """The tags of a listed cluster, or of a service of one."""
        if (service := _service(arn)) is not None:
            state = services.describe(self._client(), [service])[service]
            return state if isinstance(state, NotRead) else dict(state.tags)
        found = self.cluster(arn)
        return found if isinstance(found, NotRead) else found.tags

    def cluster(self, cluster_arn: str) -> clusters_now.ClusterNow | NotRead:
        """A listed cluster as it is now: all of them are read at once, once for each batch."""
        if not self._now:
            self._now = clusters_now.describe(self._client(), list(self._clusters.values()))
        return self._now.get(cluster_arn, NotRead("the cluster was not found"))

    def _look_up(self, names: Sequence[str]) -> dict[str, tuple[ContainerInstance, ...] | NotRead]:
        """The container instances of EC2 instances, from one filtered list in each cluster."""
        # The query language of ECS: developer guide, "Create expressions to define container instances".
        wanted = (
            f"ec2InstanceId in [{', '.join(names)}]" if len(names) > 1 else f"ec2InstanceId == {names[0]}"
        )
        found = side_by_side(lambda arn: self._of_cluster(arn, wanted), list(self._clusters.values()))
        instances = [i for answer in found if not isinstance(answer, NotRead) for i in answer]
        unread = next((answer for answer in found if isinstance(answer, NotRead)), None)
        by_name = {name: tuple(i for i in instances if i.ec2_instance_id == name) for name in names}
        # Found in one cluster is an answer; not found while a cluster could not be read is none.
        return {name: unread if unread and not mine else mine for name, mine in by_name.items()}

    def _of_cluster(
        self, cluster_arn: str, wanted: str | None = None
    ) -> tuple[ContainerInstance, ...] | NotRead:
        try:
            arns = self._list(cluster_arn, wanted)
            batches = [arns[start : start + _DESCRIBE] for start in range(0, len(arns), _DESCRIBE)]
            return tuple(found for batch in batches for found in self._describe(cluster_arn, batch))
        except AWS_ERRORS as error:
            if code(error) == "ClusterNotFoundException":
                return ()
            return NotRead(f"{cluster_arn.rpartition('/')[2]}: {code(error)}", passing(error))

    def _list(self, cluster_arn: str, wanted: str | None) -> list[str]:
        request = {"cluster": cluster_arn} | ({"filter": wanted} if wanted else {})
        pages = self._client().get_paginator("list_container_instances").paginate(**request)
        return [arn for page in pages for arn in page["containerInstanceArns"]]

    def _describe(self, cluster_arn: str, arns: list[str]) -> Iterable[ContainerInstance]:
        answer = self._client().describe_container_instances(cluster=cluster_arn, containerInstances=arns)
        for found in answer["containerInstances"]:
            # An external instance (ECS Anywhere) has no EC2 instance, and no Spot reclaim.
            if found.get("ec2InstanceId", "").startswith("i-"):
                yield _instance(cluster_arn, found)


def _service(arn: str) -> ServiceRef | None:
    """The service that an ARN names, None for anything else. An old ARN, without its cluster, names none."""
    found = in_cluster(arn, "service")
    return ServiceRef(found.cluster, found.name) if found is not None and found.cluster else None


def _instance(cluster_arn: str, found: Mapping[str, Any]) -> ContainerInstance:
    registered = found.get("registeredAt")
    return ContainerInstance(
        arn=found["containerInstanceArn"],
        cluster_arn=cluster_arn,
        ec2_instance_id=found["ec2InstanceId"],
        status=found["status"],
        version=found.get("version"),
        registered_at=registered if isinstance(registered, datetime) else None,
        confirmed=True,
    )
