"""Lanes: the queue, dead-letter queue and function that one or several playbooks share."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Lane:
    """How events wait for a function, and how often and how long it may try.

    All times are in seconds. A message that failed comes back after `visibility_timeout`; after
    `max_receives` tries it goes to the dead-letter queue. `visibility_timeout` may not be shorter than
    `function_timeout`, which is what SQS asks of a queue that feeds a function.
    """

    name: str
    purpose: str
    function_timeout: int
    visibility_timeout: int
    max_receives: int
    batch_size: int
    batch_window: int
    memory: int = 512

    @property
    def retry_seconds(self) -> int:
        """How long after its first try a message may still come back."""
        return self.visibility_timeout * self.max_receives


SPOT = Lane(
    name="spot",
    purpose="Spot reclaims: two minutes from the warning to the end of the host",
    # A try is cut off after 20 s and comes back after 25 s, so four tries fit into the 120 s.
    function_timeout=20,
    visibility_timeout=25,
    max_receives=4,
    batch_size=100,
    batch_window=1,
    memory=1024,
)

RECORDS = Lane(
    name="records",
    purpose="what Dockwarden remembers and explains; nothing urgent, many events",
    # Evidence about the news of one batch is read for 25 s at most: see aws/evidence.py.
    function_timeout=60,
    visibility_timeout=90,
    max_receives=5,
    batch_size=100,
    batch_window=5,
)

VOLUNTARY = Lane(
    name="voluntary",
    purpose="changes that could also wait: their storms delay no reclaim, and their role reads no log lines",
    function_timeout=60,
    visibility_timeout=90,
    max_receives=5,
    # Each host is asked for its tasks before it is drained: few at a time spare ECS's rate of reads.
    batch_size=25,
    batch_window=5,
)

LANES = {lane.name: lane for lane in (SPOT, VOLUNTARY, RECORDS)}
