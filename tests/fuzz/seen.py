"""What an invariant looks at: one changing call of ours on one target, and the world and the orders around it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dockwarden.ledger.ledger import ActionLedger
from dockwarden.ledger.records import Intent
from dockwarden.playbook import Playbook
from lab.drydock.calls import Call
from lab.drydock.model import Cluster
from tests.fuzz.deeds import Deeds
from tests.fuzz.installation import ACTING, Installation


@dataclass(frozen=True)
class Seen:
    """One call of ours, right before ECS carries it out."""

    installation: Installation
    deeds: Deeds
    ledger: ActionLedger
    call: Call
    role: str
    intent: Intent

    @property
    def target(self) -> str:
        """What is about to be changed."""
        return self.intent.target

    @property
    def now(self) -> datetime:
        """The functions' clock."""
        return self.installation.town.clock.now()

    @property
    def playbook(self) -> Playbook:
        """The playbook under whose role the call is made."""
        return ACTING[self.role]

    @property
    def on_service(self) -> bool:
        """Whether a service is about to be changed, and not a host."""
        return self.call.operation == "UpdateService"

    @property
    def cluster(self) -> Cluster:
        """The cluster of the target, as it really is."""
        town = self.installation.town
        return town.service(self.target)[0] if self.on_service else town.host(self.target)[0]

    @property
    def service(self) -> str | None:
        """The name of the target, if it is a service."""
        return self.target.rpartition("/")[2] if self.on_service else None

    @property
    def drains(self) -> bool:
        """Whether a host is about to be drained."""
        return self.call.params.get("status") == "DRAINING"

    @property
    def disrupts(self) -> bool:
        """Whether it takes something away, of free will: no undo, and nothing that happens anyway."""
        gives_back = self.call.params.get("status") == "ACTIVE"
        return not gives_back and not self.playbook.involuntary and self.intent.undoes is None

    @property
    def event(self) -> dict[str, Any]:
        """The event that it was decided about, as the transcript has it."""
        found: dict[str, Any] = self.intent.transcript["event"]
        return found
