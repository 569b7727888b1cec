"""The index of instances: which container instance an EC2 instance is, by what was heard last."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from dockwarden.errors import LedgerUnavailableError
from dockwarden.facts.fleet import ContainerInstance
from dockwarden.ledger.records import SCHEMA, UnreadableRecordError, readable, stamp, unstamp
from dockwarden.ledger.store import Absent, Delete, Equals, Item, Key, Put, Store
from dockwarden.parallel import side_by_side

_KEPT = timedelta(days=8)
"""Longer than the sweep's period by far, so that only instances that are gone fall out."""

_REFRESHED = timedelta(days=4)
"""What expires sooner than this is written again, although nothing is new about it."""

_TRIES = 4


class InstanceIndex:
    """Container instances by the id of their EC2 instance."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def remember(self, instances: Iterable[ContainerInstance], now: datetime) -> int:
        """Keep what was seen, newest wins whatever the order of arrival (invariant 3); how many were news.

        What was seen of one instance in one batch is merged before anything is written.
        """
        merged: dict[str, ContainerInstance] = {}
        for seen in instances:
            held = merged.get(seen.ec2_instance_id)
            if held is None or is_newer(seen, held):
                merged[seen.ec2_instance_id] = seen
        return self._keep(merged, now)

    def _keep(self, wanted: Mapping[str, ContainerInstance], now: datetime) -> int:
        """Write what is newer than what stands there; what somebody else changed meanwhile is looked at again."""
        written, left = 0, dict(wanted)
        for _ in range(_TRIES):
            held = self._store.get_many(map(_key, left))
            news = {n: i for n, i in left.items() if _is_news(i, held.get(_key(n)), now)}
            pairs = [(instance, held.get(_key(name))) for name, instance in news.items()]
            done = side_by_side(lambda pair: self._put(*pair, now), pairs)
            left = {i.ec2_instance_id: i for (i, _), kept in zip(pairs, done, strict=True) if not kept}
            written += len(news) - len(left)
            if not left:
                return written
        raise LedgerUnavailableError("writing the index", "others keep changing the same instances")

    def _put(self, seen: ContainerInstance, held: Item | None, now: datetime) -> bool:
        revision = _revision(held)
        condition = Absent() if held is None else Equals("revision", revision) if revision else None
        return self._store.write([Put(_item(seen, revision + 1, now), condition)])

    def forget(self, ec2_instance_id: str) -> None:
        """Drop what was remembered of an EC2 instance, because it turned out to be wrong."""
        self._store.write([Delete(_key(ec2_instance_id))])

    def find(self, ec2_instance_ids: Iterable[str]) -> Mapping[str, ContainerInstance]:
        """The container instances of EC2 instances, as last heard; unknown ones are left out."""
        items = self._store.get_many(map(_key, ec2_instance_ids)).values()
        return {found.ec2_instance_id: found for found in map(_instance, items) if found is not None}


def is_newer(seen: ContainerInstance, held: ContainerInstance) -> bool:
    """Whether one of two sightings of an EC2 instance is the later one, by what ECS counts and not by arrival."""
    if seen.arn == held.arn:
        if seen.version is None or held.version is None:
            return seen.confirmed
        return seen.version > held.version
    if seen.registered_at and held.registered_at:
        return seen.registered_at > held.registered_at
    # An agent that registered anew: its old self can only be gone.
    return seen.confirmed or seen.status == "ACTIVE"


def _is_news(seen: ContainerInstance, held: Item | None, now: datetime) -> bool:
    known = _instance(held) if held is not None else None
    if held is None or known is None or is_newer(seen, known):
        return True
    ttl = held.get("ttl")
    expires_soon = isinstance(ttl, int) and ttl < (now + _REFRESHED).timestamp()
    return expires_soon and not is_newer(known, seen)


def _revision(held: Item | None) -> int:
    revision = held.get("revision") if held else 0
    return revision if isinstance(revision, int) else 0


def _key(ec2_instance_id: str) -> Key:
    return f"INSTANCE#{ec2_instance_id}", "CONTAINER_INSTANCE"


def _item(seen: ContainerInstance, revision: int, now: datetime) -> Item:
    pk, sk = _key(seen.ec2_instance_id)
    return {
        "pk": pk,
        "sk": sk,
        "v": SCHEMA,
        "ttl": int((now + _KEPT).timestamp()),
        "revision": revision,
        "arn": seen.arn,
        "cluster_arn": seen.cluster_arn,
        "ec2_instance_id": seen.ec2_instance_id,
        "status": seen.status,
        "version": seen.version,
        "registered_at": stamp(seen.registered_at) if seen.registered_at else None,
    }


def _instance(item: Item) -> ContainerInstance | None:
    """What an item says; one that is damaged or of another version says nothing, and ECS is asked instead."""
    try:
        readable(item)
        version, registered_at = item.get("version"), item.get("registered_at")
        return ContainerInstance(
            arn=str(item["arn"]),
            cluster_arn=str(item["cluster_arn"]),
            ec2_instance_id=str(item["ec2_instance_id"]),
            status=str(item["status"]),
            version=version if isinstance(version, int) else None,
            registered_at=unstamp(registered_at) if registered_at else None,
        )
    except (UnreadableRecordError, KeyError, ValueError):
        return None
