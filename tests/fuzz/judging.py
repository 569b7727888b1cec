"""The invariants that are asked about every change, by their numbers; each answers what is wrong, or None.

They look at the world, at what people have ordered and at the records, and at nothing that the guard has computed.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from dockwarden.ledger.records import unstamp
from dockwarden.performing import State
from tests.fuzz.budgeting import over_budget, uncounted
from tests.fuzz.failing import failing_together
from tests.fuzz.installation import GUARD
from tests.fuzz.seen import Seen

_FUTURE = timedelta(minutes=5)


def twice(seen: Seen) -> str | None:
    """One occurrence, one change; unless it died before its receipt and somebody has taken it back since."""
    window = timedelta(seconds=seen.playbook.same_occurrence)
    for deed in seen.deeds.ours(seen.target):
        if deed.intent is None or not deed.of_the_same(seen.intent, window):
            continue
        told = seen.ledger.receipt(deed.intent.id) is not None
        if told or seen.deeds.last_change(seen.target) is deed:
            return f"done already by {deed.intent.id}"
    return None


def without_lease(seen: Seen) -> str | None:
    """Who acts holds the target."""
    lease = seen.ledger.lease(seen.target)
    if lease is None or lease.intent != seen.intent.id or lease.state is not State.OPEN:
        return f"the lease is {lease.intent if lease else 'nobody'}'s"
    if seen.now >= lease.expires_at:
        return f"the lease ran out at {lease.expires_at}"
    return None


def too_old(seen: Seen) -> str | None:
    """Old events and replays change nothing; a function's own time is all that an event may age meanwhile."""
    envelope = seen.event.get("envelope", {})
    if envelope.get("replay_name") is not None:
        return "it is a replay"
    if seen.intent.by is not None:
        return None
    age = seen.now - unstamp(envelope["time"])
    limit = timedelta(seconds=seen.playbook.max_age + seen.playbook.lane.function_timeout)
    return f"its event is {age} old" if age > limit or age < -_FUTURE else None


def own_loop(seen: Seen) -> str | None:
    """What we have caused is no reason to act."""
    event = seen.event
    if event.get("envelope", {}).get("id") in seen.deeds.own_events:
        return "its event was caused by an action of ours"
    if event.get("deployment_id") in seen.deeds.own_deployments:
        return "its event is about a deployment of ours"
    return None


def too_often(seen: Seen) -> str | None:
    """At most so many changes of one target within the window."""
    recent = [d for d in seen.deeds.ours(seen.target) if seen.now - d.at < GUARD.actions_window]
    done = {deed.intent.id for deed in recent if deed.intent is not None}
    return (
        f"{len(done)} changes before it" if len(done - {seen.intent.id}) >= GUARD.actions_per_target else None
    )


def human_was_faster(seen: Seen) -> str | None:
    """A deployment that somebody began since the decision stands."""
    if not seen.on_service:
        return None
    primary = seen.installation.town.service(seen.target)[1].primary.id
    decided = seen.intent.action["deployment"]
    return f"{primary} has taken the place of {decided}" if primary != decided else None


def mass_failure(seen: Seen) -> str | None:
    """Services that fail together hold everything voluntary, but what a person has approved."""
    if not seen.disrupts or seen.intent.by is not None:
        return None
    many = failing_together(seen.installation.table.store, seen.now)
    return f"{many} services fail at once" if many >= GUARD.mass_failure_services else None


def not_opted_in(seen: Seen) -> str | None:
    """Only listed clusters are touched."""
    name = seen.cluster.name
    return None if name in seen.installation.orders.listed else f"cluster {name} is not listed"


def not_ours(seen: Seen) -> str | None:
    """A host that somebody else drained is not reopened, and what was undone is not done again.

    What happens anyway is another matter than what was undone of free will.
    """
    undone = {
        playbook
        for target, kind, playbook in seen.installation.orders.barred
        if (target, kind) == (seen.target, seen.intent.kind)
    }
    if seen.playbook.name in undone or (undone and not seen.playbook.involuntary):
        return "it was undone before"
    if seen.call.params.get("status") != "ACTIVE":
        return None
    last = seen.deeds.last_change(seen.target)
    return None if last is not None and last.intent is not None else "somebody else drained it"


def not_approved(seen: Seen) -> str | None:
    """What names a person was approved by this person, once."""
    if seen.intent.by is None:
        return None
    answers = seen.installation.orders.approved
    at: datetime = seen.intent.occurred_at
    found = [a for a in answers if (a.playbook, a.by, a.at) == (seen.intent.playbook, seen.intent.by, at)]
    return None if found else f"{seen.intent.by} has approved no such thing"


def stopped(seen: Seen) -> str | None:
    """No change while it is stopped, or while nobody can know."""
    orders, cluster = seen.installation.orders, seen.cluster.name
    if orders.stopped(seen.role, cluster, seen.service):
        return "it is stopped"
    alone = orders.left_alone(cluster, seen.service, seen.target, seen.now)
    return "hands off is ordered" if alone and seen.intent.by is None else None


def above_the_mode(seen: Seen) -> str | None:
    """Only enforce acts by itself, approve with a person, and no setting goes above the ceiling."""
    orders, cluster = seen.installation.orders, seen.cluster
    place = f"{cluster.name}/{seen.service}" if seen.service else cluster.name
    mode = orders.mode(seen.role, cluster.name, place, cluster.tags)
    allowed = mode == "enforce" or (mode == "approve" and seen.intent.by is not None)
    return None if allowed else f"the mode is {mode}"


def frozen(seen: Seen) -> str | None:
    """A freeze holds what is of free will."""
    held = seen.cluster.tags.get("dockwarden:freeze") == "true"
    return "the cluster is frozen" if held and seen.disrupts and seen.intent.by is None else None


JUDGES: Mapping[str, Callable[[Seen], str | None]] = {
    "1, 2, 7": twice,
    "8": without_lease,
    "11, 16": too_old,
    "18": own_loop,
    "19": too_often,
    "28": human_was_faster,
    "33": mass_failure,
    "45, 65": not_opted_in,
    "46": over_budget,
    "47": uncounted,
    "50": not_ours,
    "54, 55": not_approved,
    "62": stopped,
    "63, 64": above_the_mode,
    "freeze": frozen,
}
