"""A STAND-IN: a playbook that acts on a service, so that what the guard does for services is exercised.

It rolls a service whose deployment failed back to the revision before, by number, which is not how a real rollback
chooses (invariant 21). It is here until Dockwarden has a rollback of its own, and is in no registry.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, ClassVar

from dockwarden.actions import Action, Unaimed, recorded
from dockwarden.aws.adapting import Effects
from dockwarden.aws.clients import Clients
from dockwarden.aws.errors import AWS_ERRORS, code, outcome_unknown, passing
from dockwarden.events.ecs_deployment_state_change import DeploymentStateChange
from dockwarden.facts.evidence import Services
from dockwarden.facts.services import ServiceRef
from dockwarden.facts.unknown import NotRead
from dockwarden.lanes import VOLUNTARY
from dockwarden.performing import Effect, Gate, State
from dockwarden.permissions import Permission
from dockwarden.playbook import playbook
from dockwarden.verdicts import Decision, Verdict


@recorded
@dataclass(frozen=True, slots=True)
class DeployEarlier:
    """Deploy another task definition of a service, if its present deployment is still `deployment`."""

    # Not the kind of the real one, which the ledger builds by it.
    KIND: ClassVar[str] = "UpdateService:stand-in"
    DONE: ClassVar[str] = "deployed"
    PERMISSIONS: ClassVar[tuple[Permission, ...]] = ()
    ON_SERVICE: ClassVar[bool] = True

    cluster: str
    service: str
    task_definition: str
    deployment: str
    before: str

    @property
    def target(self) -> str:
        """The ARN of the service."""
        return self.service

    @property
    def cluster_arn(self) -> str | None:
        """The ARN of its cluster."""
        return self.cluster

    @property
    def service_arn(self) -> str | None:
        """The ARN of the service."""
        return self.service

    def inverse(self) -> Action | None:
        """None: a stand-in undoes nothing."""
        return None

    def sentence(self) -> str:
        """What the action does, for people."""
        return f"deploy {self.task_definition} to {self.service.rpartition('/')[2]}"

    def fields(self) -> dict[str, str]:
        """Everything."""
        return {field.name: str(getattr(self, field.name)) for field in fields(self)}


@playbook(
    lane=VOLUNTARY,
    may=[DeployEarlier],
    # What fails within an hour of a failure is one occurrence: also a rollback that fails in its turn.
    same_occurrence=3600,
    when_stopped="nothing is rolled back",
)
def stand_in_rollback(event: DeploymentStateChange, services: Services) -> Decision:
    """STAND-IN: roll a service whose deployment failed back to the revision before."""
    if event.event_name != "SERVICE_DEPLOYMENT_FAILED" or event.cluster is None:
        return _nothing(event, "no deployment failed")
    state = services.now(ServiceRef(event.cluster, event.service_name))
    if isinstance(state, NotRead):
        wanted = Unaimed(DeployEarlier.KIND, event.service_arn, event.cluster_arn, event.service_arn)
        return Decision(Verdict.HOLD, state.why, event.service_name, event.service_arn, actions=(wanted,))
    family, _, number = (state.task_definition_arn or "").rpartition("/")[2].partition(":")
    primary = state.deployment()
    if primary is None or primary.id != event.deployment_id:
        return _nothing(event, "another deployment is under way")
    if int(number) <= 1:
        return _nothing(event, "there is no revision before")
    action = DeployEarlier(
        state.cluster_arn or "",
        state.arn,
        f"{family}:{int(number) - 1}",
        primary.id or "",
        f"{family}:{number}",
    )
    why = f"deployment {event.deployment_id} failed"
    return Decision(Verdict.ACT, why, event.service_name, event.service_arn, actions=(action,))


def _nothing(event: DeploymentStateChange, why: str) -> Decision:
    return Decision(Verdict.IGNORE, why, event.service_name, event.service_arn)


class UpdateService:
    """The stand-in's adapter."""

    def perform(
        self, clients: Clients, readers: Clients, actions: Sequence[DeployEarlier], gate: Gate
    ) -> Effects:
        """Deploy, each after a last look at the service and at the gate."""
        return {action.target: self._one(clients, readers, action, gate) for action in actions}

    def _one(self, clients: Clients, readers: Clients, action: DeployEarlier, gate: Gate) -> Effect:
        now = _read(readers, action)
        if isinstance(now, Effect):
            return now
        if (changed := compared(now, action)) is not None:
            return changed
        if (forbidden := gate([action])) is not None:
            return forbidden
        try:
            clients.client("ecs").update_service(
                cluster=action.cluster, service=action.service, taskDefinition=action.task_definition
            )
        except AWS_ERRORS as error:
            return self._failed(readers, action, error)
        return Effect(State.DONE, f"deploys {action.task_definition}")

    def _failed(self, readers: Clients, action: DeployEarlier, error: Exception) -> Effect:
        if outcome_unknown(error):
            found = self.verify(readers, [action])[action.target]
            if found.state is State.DONE:
                return found
            return Effect(State.UNKNOWN, f"the call was not answered ({code(error)})", retry=True)
        return Effect(State.FAILED, f"ECS answered {code(error)}", retry=passing(error))

    def verify(
        self, readers: Clients, actions: Sequence[DeployEarlier], _since: datetime | None = None
    ) -> Effects:
        """Whether the service deploys what it should."""
        return {action.target: self._found(_read(readers, action), action) for action in actions}

    def _found(self, now: Mapping[str, Any] | Effect, action: DeployEarlier) -> Effect:
        if isinstance(now, Effect):
            return Effect(State.UNKNOWN, now.words)
        if str(now["taskDefinition"]).endswith(f"/{action.task_definition}"):
            return Effect(State.DONE, f"found deploying {action.task_definition}")
        return Effect(State.FAILED, f"it has {now['taskDefinition']}")

    def over(self, readers: Clients, actions: Sequence[DeployEarlier]) -> Mapping[str, bool]:
        """Whether no deployment is under way any more."""
        return {action.target: _settled(_read(readers, action)) for action in actions}


def compared(now: Mapping[str, Any], action: DeployEarlier) -> Effect | None:
    """Invariant 28: what somebody else has deployed since stands."""
    primary = next((d["id"] for d in now["deployments"] if d["status"] == "PRIMARY"), None)
    if primary == action.deployment:
        return None
    return Effect(State.REFUSED, f"deployment {primary} has taken the place of {action.deployment}")


def _read(readers: Clients, action: DeployEarlier) -> Mapping[str, Any] | Effect:
    try:
        answer = readers.client("ecs").describe_services(cluster=action.cluster, services=[action.service])
    except AWS_ERRORS as error:
        return Effect(State.FAILED, f"it could not be read ({code(error)})", retry=True)
    found: list[Mapping[str, Any]] = answer["services"]
    return found[0] if found else Effect(State.GONE, "there is no such service")


def _settled(now: Mapping[str, Any] | Effect) -> bool:
    if isinstance(now, Effect):
        return now.state is State.GONE
    primary = (d for d in now["deployments"] if d["status"] == "PRIMARY")
    return all(d["rolloutState"] in ("COMPLETED", "FAILED") for d in primary)
