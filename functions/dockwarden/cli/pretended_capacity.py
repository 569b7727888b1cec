"""What `decide` knows of how much there is: hosts as a world lists them and events have changed them, and services."""

from dockwarden.actions import Action, DrainContainerInstance
from dockwarden.cli.world import Cluster, World
from dockwarden.facts.capacity import Capacity
from dockwarden.facts.unknown import NotRead
from dockwarden.guard.budgets import Need, Room
from dockwarden.guard.pools import BUDGET_TAG, Pools
from dockwarden.guard.settings import GuardSettings
from dockwarden.guard.whereabouts import whereabouts
from dockwarden.ledger.index import InstanceIndex

_LIVE = frozenset({"ACTIVE", "DRAINING"})


class PretendCapacity(Capacity):
    """Answers Capacity from a world. It names no tasks, so that budgets of services play no part in `decide`."""

    def __init__(self, world: World, index: InstanceIndex, settings: GuardSettings) -> None:
        self._world = world
        self._index = index
        self._pools = Pools(settings)

    def pools(self, action: Action) -> tuple[Need, ...]:
        """The pools of cluster and account, of which nothing is known."""
        return self._pools.of(action, NotRead(self._world.why))

    def needs(self, action: Action) -> tuple[Need, ...]:
        """The same, with what the world says of the container instances, or of the services, of a cluster."""
        name = whereabouts(action).cluster
        if name is None or not (action.service_arn or isinstance(action, DrainContainerInstance)):
            return self.pools(action)
        found = self._world.cluster(name)
        tag = found.tags.get(BUDGET_TAG) if found is not None and found.tags is not None else None
        if action.service_arn is not None:
            return self._pools.services(name, self._services(found), tag), self._pools.account()
        return self._pools.hosts(name, self._room(found), tag), self._pools.account()

    def _services(self, found: Cluster | None) -> Room | NotRead:
        if found is None or found.services is None or found.tags is None:
            return NotRead(self._world.why)
        # A service may be the only one of its cluster, and then there is none that could be left.
        return Room(len(found.services), {}, left=0)

    def _room(self, found: Cluster | None) -> Room | NotRead:
        if found is None or found.container_instances is None or found.tags is None:
            return NotRead(self._world.why)
        now = self._index.find(one.ec2_instance_id for one in found.container_instances).values()
        live = [one for one in now if one.status in _LIVE]
        return Room(len(live), {one.arn: 1 for one in live if one.status == "DRAINING"})
