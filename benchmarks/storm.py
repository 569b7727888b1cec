"""A storm through the real engine, with the ledger in memory and ECS by drydock: how long, and how many calls."""

from collections.abc import Iterator

from benchmarks.figures import Figure
from tests.fuzz.machine import in_one_thread
from tests.fuzz.storming import Storm, mixed, prepared, rage, recommendations

_EVENTS = 10_000


def figures() -> Iterator[Figure]:
    """Two storms over 20 clusters and 50 services: of all kinds of events, and of recommendations alone."""
    for name, made in (("mixed", mixed), ("rebalance recommendations", recommendations)):
        with in_one_thread():
            storm = prepared()
            rage(storm, made(storm, _EVENTS))
        yield _figure(name, storm)


def _figure(name: str, storm: Storm) -> Figure:
    return Figure(
        budget="",
        what=f"storm of {_EVENTS:,}: {name}",
        unit="s",
        value=storm.seconds,
        calls=sum(storm.calls.values()),
        note=f"{len(storm.changed)} changes; at most {storm.peak / 1e6:.0f} MB a batch; one core, nothing waits",
    )
