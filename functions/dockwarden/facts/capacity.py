"""What the guard asks before it lets something be disrupted of free will: how much there is, and what is down already."""

from typing import ClassVar, Protocol

from dockwarden.actions import Action
from dockwarden.facts.fleet import LIST_CONTAINER_INSTANCES
from dockwarden.facts.scopes import Scopes
from dockwarden.guard.budgets import Need
from dockwarden.permissions import ON_LISTED_CLUSTERS, Permission

_IN_LISTED_CLUSTERS = "arn:{partition}:ecs:{region}:{account}:"


class Capacity(Protocol):
    """The pools that an action takes from. It never raises: what cannot be read is NotRead in the need's room."""

    PERMISSIONS: ClassVar[tuple[Permission, ...]] = (
        # The counts and the tag of a cluster come with its mode, and the list of those that drain is one more filter.
        LIST_CONTAINER_INSTANCES,
        *Scopes.PERMISSIONS,
        Permission(
            actions=("ecs:ListTasks", "ecs:DescribeTasks", "ecs:DescribeServices"),
            # The condition holds the clusters, once: a role's policy has room for few characters.
            resources=tuple(
                f"{_IN_LISTED_CLUSTERS}{kind}/*" for kind in ("container-instance", "task", "service")
            ),
            for_clusters=True,
            conditions=ON_LISTED_CLUSTERS,
            why="count the tasks that a host has of each service, and read the counts and the budget's tag of the services",
        ),
    )

    def needs(self, action: Action) -> tuple[Need, ...]:
        """What an action would take of each pool, under which limits, with what was read about the pool."""

    def pools(self, action: Action) -> tuple[Need, ...]:
        """The same without reading anything, for what happens anyway and is only counted."""
