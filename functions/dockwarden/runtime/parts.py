"""What an engine is made of: the same for Lambda, for `decide` and for tests, each with its own parts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from dockwarden.actions import Action
from dockwarden.clock import Clock
from dockwarden.events.parse import Event
from dockwarden.facts.alarm_states import AlarmStates
from dockwarden.facts.capacity import Capacity
from dockwarden.facts.scopes import Scopes
from dockwarden.facts.stacks import Stacks
from dockwarden.ledger.controls import ControlLedger
from dockwarden.ledger.deeds import DeedLedger
from dockwarden.ledger.index import InstanceIndex
from dockwarden.ledger.ledger import ActionLedger
from dockwarden.ledger.proposals import ProposalLedger
from dockwarden.ledger.slots import SlotLedger
from dockwarden.ledger.store import Store
from dockwarden.notify.cards import Outbox
from dockwarden.performing import Performer
from dockwarden.runtime.config import Config

if TYPE_CHECKING:
    from dockwarden.ledger.trust import TrustLedger


class Facts(Protocol):
    """Answers the facts protocols, reading what a whole batch of events needs in as few calls as possible."""

    def prepare(self, events: Sequence[Event]) -> None:
        """Read ahead what playbooks will ask about these events."""

    def mistaken(self, action: Action) -> bool:
        """Told that an action's target does not exist: whether that came from memory, which is then mended."""

    def answers(self) -> Mapping[type, object]:
        """The object that answers each protocol."""


@dataclass(frozen=True, slots=True)
class Parts:
    """Everything that an engine works with. `home` is None where there is no installation to compare with."""

    config: Config
    clock: Clock
    store: Store
    facts: Facts
    scopes: Scopes
    performer: Performer
    outbox: Outbox
    home: tuple[str, str] | None
    capacity: Capacity
    alarms: AlarmStates
    stacks: Stacks

    @property
    def actions(self) -> ActionLedger:
        """The ledger of actions on the store."""
        return ActionLedger(self.store)

    @property
    def index(self) -> InstanceIndex:
        """The index of instances on the store."""
        return InstanceIndex(self.store)

    @property
    def controls(self) -> ControlLedger:
        """The ledger of what people set, on the store."""
        return ControlLedger(self.store)

    @property
    def slots(self) -> SlotLedger:
        """The ledger of what is in disruption, on the store."""
        return SlotLedger(self.store)

    @property
    def proposals(self) -> ProposalLedger:
        """The ledger of what is held for people, on the store."""
        return ProposalLedger(self.store)

    @property
    def deeds(self) -> DeedLedger:
        """The ledger of what others did, on the store."""
        return DeedLedger(self.store)

    @property
    def trust(self) -> "TrustLedger":
        """The ledger of what people thought of it, on the store."""
        # Imported late: people ask for it, and no event of AWS does.
        from dockwarden.ledger.trust import TrustLedger  # noqa: PLC0415

        return TrustLedger(self.store)
