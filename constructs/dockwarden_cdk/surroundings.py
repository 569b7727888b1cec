"""What the functions of an installation stand in."""

from dataclasses import dataclass

from dockwarden.permissions import Place
from dockwarden_cdk.ledger import Ledger
from dockwarden_cdk.outbox import Outbox
from dockwarden_cdk.pinned_copies import PinnedCopyFunction
from dockwarden_cdk.platform import Platform


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The defaults, the place that permissions are about, the ledger, and the way to people.

    `pinned` is the function that registers pinned copies, None where that is not switched on.
    """

    platform: Platform
    place: Place
    ledger: Ledger
    outbox: Outbox
    pinned: PinnedCopyFunction | None = None
