"""What `dockwarden wait` looks at: a service in ECS, and what the ledger of an installation says of its release."""

from datetime import datetime

from dockwarden.aws.clients import Clients
from dockwarden.aws.releases import AwsReleases
from dockwarden.cli.installation import Installation, NotInstalledError
from dockwarden.cli.release_course import LedgerLook, Look, Proposed, TakenBack
from dockwarden.errors import DockwardenError
from dockwarden.facts.services import ServiceRef
from dockwarden.facts.unknown import NotRead
from dockwarden.incidents.history import Incident
from dockwarden.ledger.histories import LedgerHistories
from dockwarden.ledger.known_good import LedgerKnownGood
from dockwarden.ledger.proposals import HeldAction
from dockwarden.service_actions import revision_name


class ReleaseLooks:
    """Looks at one release of one service: five calls to AWS a look, three of them to the ledger."""

    def __init__(self, clients: Clients, stack: str, service: ServiceRef, task_definition: str) -> None:
        self._installation = Installation(clients, stack)
        self._releases = AwsReleases(clients)
        self._service = service
        self._name = task_definition

    def now(self, at: datetime) -> Look:
        """The service and the ledger as they are now."""
        # The ledger first: a rollback that comes between both reads is in the next look, and not half in this one.
        ledger = self._ledger(at)
        return Look(at, self._releases.of(self._service), ledger)

    def _ledger(self, at: datetime) -> LedgerLook | NotRead:
        try:
            if self._service.cluster not in self._installation.config.clusters:
                raise NotInstalledError(f"cluster {self._service.cluster!a} is not opted in")
            return LedgerLook(self._taken_back(), self._proposed(at), self._failing())
        except DockwardenError as error:
            return NotRead(str(error))

    def _taken_back(self) -> TakenBack | None:
        known = LedgerKnownGood(self._installation.store).known([self._service]).get(self._service)
        mine = (one for one in (known.bad if known else ()) if self._is_it(one.task_definition))
        found = (one for one in mine if not one.undone)
        bad = max(found, key=lambda one: one.at, default=None)
        if bad is None:
            return None
        ledger = self._installation.parts.actions
        intent, receipt = ledger.intent(bad.intent), ledger.receipt(bad.intent)
        cause = (intent.reason or intent.cause) if intent is not None else None
        return TakenBack(bad, self._with_said(cause), receipt.effect if receipt is not None else None)

    def _proposed(self, at: datetime) -> Proposed | None:
        held = [h for h in self._installation.parts.proposals.waiting(at) if self._is_about(h)]
        if not held:
            return None
        last = held[-1]
        return Proposed(last.id, last.created_at, last.sentence, last.held_for, self._with_said(last.reason))

    def _is_about(self, held: HeldAction) -> bool:
        names = tuple(held.action.get(key, "").rpartition("/")[2] for key in ("cluster", "service"))
        mine = (self._service.cluster, self._service.name)
        return names == mine and self._is_it(held.action.get("bad_task_definition", ""))

    def _failing(self) -> str | None:
        return next((one.said or one.cause for one in self._incidents() if one.open), None)

    def _with_said(self, reason: str | None) -> str | None:
        """Why it fails in the sentence that people were told of its last incident, be that over, and the reason."""
        incidents = sorted(self._incidents(), key=lambda one: one.last_at)
        said = next((one.said for one in reversed(incidents) if one.said), None)
        return f"{said.rstrip('.')} ({reason})" if reason and said else reason

    def _incidents(self) -> list[Incident]:
        key = f"{self._service.cluster}/service/{self._service.name}"
        history = LedgerHistories(self._installation.store).of(key)
        return [one for one in history.incidents if self._is_it(one.revision or "")]

    def _is_it(self, task_definition: str) -> bool:
        return revision_name(task_definition) == self._name
