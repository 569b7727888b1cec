"""Two service revisions compared in what is no part of the task definition: network, capacity, platform."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from dockwarden.facts.revisions import Aspect, Change, How


def compare_placing(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    """What changed between two service revisions; nothing where one of them was not read."""
    for aspect, read in _READERS.items() if old and new else ():
        if (change := changed(aspect, read(old), read(new))) is not None:
            yield change


def changed(
    aspect: Aspect, before: str | None, after: str | None, container: str | None = None
) -> Change | None:
    """The change between two settings in words, None where there is none."""
    if before == after:
        return None
    how = How.ADDED if before is None else How.REMOVED if after is None else How.CHANGED
    return Change(aspect, how, container, before=before, after=after)


def _network(revision: Mapping[str, Any]) -> str | None:
    network = revision.get("networkConfiguration", {}).get("awsvpcConfiguration")
    if network is None:
        return None
    subnets, groups = (", ".join(sorted(network.get(key, []))) for key in ("subnets", "securityGroups"))
    return f"subnets {subnets}; security groups {groups or 'none'}; public IP {network.get('assignPublicIp', 'DISABLED')}"


def _capacity(revision: Mapping[str, Any]) -> str | None:
    strategy = revision.get("capacityProviderStrategy", [])
    items = (f"{i.get('capacityProvider')} {i.get('base', 0)}+{i.get('weight', 0)}" for i in strategy)
    return ", ".join(items) or revision.get("launchType")


def _platform(revision: Mapping[str, Any]) -> str | None:
    parts = filter(None, (revision.get("platformFamily"), revision.get("platformVersion")))
    return " ".join(parts) or None


_READERS: Mapping[Aspect, Callable[[Mapping[str, Any]], str | None]] = {
    Aspect.NETWORK: _network,
    Aspect.CAPACITY: _capacity,
    Aspect.PLATFORM: _platform,
}
