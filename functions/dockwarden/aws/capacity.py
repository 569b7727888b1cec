"""How much of a service, a cluster and the account there is, and what of it is in disruption now, from ECS."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any, ClassVar, TypeVar, cast

from dockwarden.actions import Action, DrainContainerInstance
from dockwarden.aws import services
from dockwarden.aws.asking import Once, asked
from dockwarden.aws.clusters import ClusterNow
from dockwarden.facts.capacity import Capacity
from dockwarden.facts.services import ServiceRef, ServiceState
from dockwarden.facts.unknown import NotRead
from dockwarden.guard.budgets import Need, Room, denied
from dockwarden.guard.pools import BUDGET_TAG, Pools
from dockwarden.guard.settings import GuardSettings
from dockwarden.guard.whereabouts import whereabouts
from dockwarden.permissions import Permission

_DESCRIBE = 100  # DescribeTasks takes no more
_NOT_ASKED = NotRead("it was not asked for")
_GROUP = "service:"
_T = TypeVar("_T")

ReadCluster = Callable[[str], ClusterNow | NotRead]
"""A listed cluster as it is now, by its ARN."""


class EcsCapacity:
    """Answers Capacity; `cluster` is asked for clusters, because it has read them for their tags already."""

    PERMISSIONS: ClassVar[tuple[Permission, ...]] = Capacity.PERMISSIONS

    def __init__(self, client: Callable[[], Any], cluster: ReadCluster, guard: GuardSettings) -> None:
        self._client = client
        self._cluster = cluster
        self._pools = Pools(guard)
        self._batch: dict[object, Once[object]] | None = None

    def begin(self) -> None:
        """Begin a batch: what several of its actions need is read once from here on."""
        self._batch = {}

    def pools(self, action: Action) -> tuple[Need, ...]:
        """The pools of cluster and account, without any call."""
        return self._pools.of(action, _NOT_ASKED)

    def needs(self, action: Action) -> tuple[Need, ...]:
        """What an action would take; where the cluster has no room already, its services are not read."""
        if isinstance(action, DrainContainerInstance):
            return self._of_host(action)
        where = whereabouts(action)
        if where.cluster is None or where.service is None:
            return self.pools(action)
        now = self._cluster(action.cluster_arn or "")
        # A service may be the only one of its cluster, and then there is none that could be left.
        room = now if isinstance(now, NotRead) else _room(now.services, {}, left=0)
        return self._pools.services(where.cluster, room, _tag(now)), self._pools.account()

    def _of_host(self, action: DrainContainerInstance) -> tuple[Need, ...]:
        now, name = self._cluster(action.cluster), action.cluster.rpartition("/")[2]
        hosts = self._pools.hosts(name, self._hosts(action.cluster, now), _tag(now))
        of_all = hosts, self._pools.account()
        if denied(hosts, {}, action.target) is not None:
            return of_all
        tasks = asked(lambda: self._tasks_on(action))
        if isinstance(tasks, NotRead):
            unread = NotRead(f"its own tasks: {tasks.why}", tasks.passing)
            return replace(hosts, room=unread), self._pools.account()
        return *of_all, *self._of_services(name, tasks)

    def _hosts(self, cluster_arn: str, now: ClusterNow | NotRead) -> Room | NotRead:
        """A cluster's container instances, and those that drain, whoever has set them to it."""
        if isinstance(now, NotRead):
            return now
        draining = self._once(("draining", cluster_arn), lambda: self._draining(cluster_arn))
        if isinstance(draining, NotRead):
            return draining
        return _room(now.container_instances, dict.fromkeys(draining, 1))

    def _draining(self, cluster_arn: str) -> list[str]:
        pages = self._client().get_paginator("list_container_instances")
        found = pages.paginate(cluster=cluster_arn, status="DRAINING")
        return [arn for page in found for arn in page["containerInstanceArns"]]

    def _tasks_on(self, action: DrainContainerInstance) -> Counter[str]:
        """How many tasks of each service run on a container instance; ECS leaves standalone ones alone."""
        pages = self._client().get_paginator("list_tasks")
        found = pages.paginate(cluster=action.cluster, containerInstance=action.target)
        arns = [arn for page in found for arn in page["taskArns"]]
        tasks = [
            task for start in range(0, len(arns), _DESCRIBE) for task in self._described(action, arns, start)
        ]
        # One that does not run yet is among those that its service misses.
        running = (str(task.get("group", "")) for task in tasks if task.get("lastStatus") == "RUNNING")
        return Counter(group.removeprefix(_GROUP) for group in running if group.startswith(_GROUP))

    def _described(
        self, action: DrainContainerInstance, arns: Sequence[str], start: int
    ) -> list[dict[str, Any]]:
        some = arns[start : start + _DESCRIBE]
        answer = self._client().describe_tasks(cluster=action.cluster, tasks=some)
        return cast("list[dict[str, Any]]", answer["tasks"])

    def _of_services(self, cluster: str, tasks: Counter[str]) -> Iterable[Need]:
        refs = {name: ServiceRef(cluster, name) for name in sorted(tasks)}
        states = self._once(tuple(refs), lambda: services.describe(self._client(), list(refs.values())))
        for name, ref in refs.items():
            state = states if isinstance(states, NotRead) else states[ref]
            tag = None if isinstance(state, NotRead) else state.tag(BUDGET_TAG)
            yield self._pools.tasks(f"{cluster}/{name}", tasks[name], _of_service(state), tag)

    def _once(self, key: object, read: Callable[[], _T]) -> _T | NotRead:
        """What was read for this batch already, or is read now; always now where there is no batch."""
        if self._batch is None:
            return asked(read)
        once = self._batch.setdefault(key, Once(read))
        return cast("_T | NotRead", asked(once))


def _of_service(state: ServiceState | NotRead) -> Room | NotRead:
    """A service's wanted tasks, of which those that do not run are in disruption already."""
    if isinstance(state, NotRead):
        return state
    missing = state.desired - state.running
    return Room(state.desired, {"tasks that do not run": missing} if missing > 0 else {})


def _room(size: int | None, disrupted: dict[str, int], left: int = 1) -> Room | NotRead:
    """A cluster's room; one whose size ECS did not say is not known, and never taken for one without bounds."""
    return NotRead("ECS did not say how many there are") if size is None else Room(size, disrupted, left)


def _tag(now: ClusterNow | NotRead) -> str | None:
    return None if isinstance(now, NotRead) else now.tags.get(BUDGET_TAG)
