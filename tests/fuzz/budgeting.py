"""The budgets, counted anew from what really is in disruption."""

from math import ceil

from dockwarden.guard.pools import ACCOUNT_KEY
from dockwarden.ledger.slots import SlotLedger
from lab.drydock.model import Cluster, ContainerInstance, Service, Task
from tests.fuzz.installation import ACTING, GUARD
from tests.fuzz.seen import Seen


def over_budget(seen: Seen) -> str | None:
    """What is voluntary leaves every budget kept at every instant, and at least one host and one task."""
    if not seen.disrupts:
        return None
    return _account(seen) or (_services(seen) if seen.on_service else _hosts(seen) or _tasks(seen))


def uncounted(seen: Seen) -> str | None:
    """Whatever disrupts has its slot before the call."""
    if seen.call.params.get("status") == "ACTIVE":
        return None
    slots = SlotLedger(seen.installation.table.store).in_flight(ACCOUNT_KEY)
    return None if any(slot.target == seen.target for slot in slots) else "it has no slot"


def _account(seen: Seen) -> str | None:
    """Everything that we have under way counts, involuntary work too."""
    others = {d.target for d in seen.deeds.ours() if d.target != seen.target and _under_way(seen, d.target)}
    allowed = int(GUARD.budget_account)
    return None if len(others) < allowed else f"{len(others)} of {allowed} targets are in disruption already"


def _under_way(seen: Seen, target: str) -> bool:
    last = seen.deeds.last_change(target)
    if last is None or last.intent is None:
        return False
    if ":service/" in target:
        return _rolls_out(seen, target)
    return seen.installation.town.host(target)[1].status == "DRAINING"


def _rolls_out(seen: Seen, target: str) -> bool:
    primary = seen.installation.town.service(target)[1].primary
    return primary.id in seen.deeds.own_deployments and primary.rollout_state == "IN_PROGRESS"


def _hosts(seen: Seen) -> str | None:
    hosts = [host for host in seen.cluster.instances.values() if host.status in ("ACTIVE", "DRAINING")]
    down = [host for host in hosts if host.status == "DRAINING" and host.arn != seen.target]
    allowed = _allowed(GUARD.budget_cluster, seen.cluster.tags.get("dockwarden:budget"), len(hosts), 1)
    if len(down) < allowed:
        return None
    return f"{len(down)} of {len(hosts)} hosts drain already, and {allowed} may"


def _services(seen: Seen) -> str | None:
    services = seen.cluster.services.values()
    others = [s for s in services if s.arn != seen.target and _rolls_out(seen, s.arn)]
    allowed = _allowed(GUARD.budget_cluster, seen.cluster.tags.get("dockwarden:budget"), len(services), 0)
    return None if len(others) < allowed else f"{len(others)} services are rolled back already"


def _tasks(seen: Seen) -> str | None:
    """The tasks of each service on the host, on hosts that we drain of free will, and those that do not run."""
    for service in seen.cluster.services.values():
        mine = _running_on(seen.cluster, service, seen.target)
        down = [h for h in seen.cluster.instances.values() if h.arn != seen.target and _ours(seen, h)]
        elsewhere = sum(_running_on(seen.cluster, service, host.arn) for host in down)
        running = sum(map(_runs, seen.cluster.tasks_of(service)))
        taken = mine + elsewhere + max(0, service.desired_count - running)
        allowed = _allowed(GUARD.budget_service, None, service.desired_count, 1)
        if mine and taken > allowed:
            return f"{taken} tasks of {service.name} would be in disruption, and {allowed} may be"
    return None


def _ours(seen: Seen, host: ContainerInstance) -> bool:
    last = seen.deeds.last_change(host.arn)
    if host.status != "DRAINING" or last is None or last.intent is None:
        return False
    return not ACTING[last.intent.playbook].involuntary


def _running_on(cluster: Cluster, service: Service, host: str) -> int:
    return sum(_runs(task) for task in cluster.tasks_of(service) if task.container_instance == host)


def _runs(task: Task) -> bool:
    return task.last_status == "RUNNING"


def _allowed(limit: str, tag: str | None, size: int, left: int) -> int:
    """What the stricter of the platform's limit and a tag's allows; what is neither number nor percent allows none."""
    return max(0, min(*(_one(text, size) for text in (limit, tag or limit)), size - left))


def _one(text: str, size: int) -> int:
    if text.endswith("%") and text[:-1].isdecimal():
        return ceil(size * int(text[:-1]) / 100)
    return int(text) if text.isdecimal() else 0
