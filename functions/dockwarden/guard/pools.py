"""The pools that an action takes from, and what the platform and tags allow of each. Pure."""

from dockwarden.actions import Action, ActivateContainerInstance
from dockwarden.errors import SettingsError
from dockwarden.facts.unknown import NotRead
from dockwarden.guard.budgets import Limit, Need, Pool, Room, read_limit
from dockwarden.guard.settings import GuardSettings
from dockwarden.guard.whereabouts import whereabouts

BUDGET_TAG = "dockwarden:budget"
"""The tag on a cluster or service that sets a budget; beside the platform's it can only tighten."""

ACCOUNT_KEY = "account"
"""The key of the pool in which everything counts that is in disruption because of us."""

_GIVE_BACK = frozenset({ActivateContainerInstance.KIND})
"""What takes from no pool, because it ends a disruption."""


class Pools:
    """The needs of actions by the platform's budgets; `tag` is the value of the place's own budget tag, if any.

    A budget that is no number and no percent allows nothing (invariant 64).
    """

    def __init__(self, settings: GuardSettings) -> None:
        self._service = _limit(settings.budget_service, "guard.budget_service")
        self._cluster = _limit(settings.budget_cluster, "guard.budget_cluster")
        self._account = _limit(settings.budget_account, "guard.budget_account")

    def of(self, action: Action, room: NotRead) -> tuple[Need, ...]:
        """The pools of the cluster and the account, for an action that is counted or about which nothing is known."""
        if action.KIND in _GIVE_BACK:
            return ()
        cluster = whereabouts(action).cluster
        if cluster is None:
            return (self.account(),)
        of_cluster = self.services if action.service_arn else self.hosts
        return of_cluster(cluster, room), self.account()

    def hosts(self, cluster: str, room: Room | NotRead, tag: str | None = None) -> Need:
        """One of a cluster's container instances."""
        pool = Pool(f"cluster:{cluster}:container-instances", f"cluster {cluster}", "container instances")
        return Need(pool, 1, _limits(self._cluster, tag, pool), room)

    def services(self, cluster: str, room: Room | NotRead, tag: str | None = None) -> Need:
        """One of a cluster's services as a whole."""
        pool = Pool(f"cluster:{cluster}:services", f"cluster {cluster}", "services")
        return Need(pool, 1, _limits(self._cluster, tag, pool), room)

    def tasks(self, service: str, units: int, room: Room | NotRead, tag: str | None = None) -> Need:
        """Some of a service's tasks; `service` is its `cluster/service`."""
        pool = Pool(f"service:{service}", f"service {service}", "tasks")
        return Need(pool, units, _limits(self._service, tag, pool), room)

    def account(self) -> Need:
        """One of all that Dockwarden disrupts here; what others disrupt does not count, and it has no bound."""
        pool = Pool(ACCOUNT_KEY, "this account and region", "targets")
        return Need(pool, 1, (self._account,), Room(None, {}))


def _limits(of_platform: Limit, tag: str | None, pool: Pool) -> tuple[Limit, ...]:
    if tag is None:
        return (of_platform,)
    return of_platform, _limit(tag, f"the tag {BUDGET_TAG} of {pool.name}")


def _limit(text: object, said_by: str) -> Limit:
    try:
        return read_limit(text, said_by)
    except SettingsError:
        return Limit(0, percent=False, said_by=f"{said_by}, which is neither a number nor a percent,")
