"""Performs the actions of every playbook, each kind by its own adapter, under the playbook's act role."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from dockwarden.actions import Action, DrainContainerInstance
from dockwarden.aws.clients import Clients
from dockwarden.aws.drain import drain, verify
from dockwarden.aws.errors import AWS_ERRORS, code, passing
from dockwarden.performing import Effect, Gate, State

_NO_ADAPTER = Effect(State.REFUSED, "nothing here can perform this kind of action")


class AwsPerformer:
    """A Performer on AWS. `roles` holds the ARN of each playbook's act role; without one nothing is changed."""

    def __init__(self, readers: Clients, roles: Mapping[str, str | None]) -> None:
        self._readers = readers
        self._roles = roles

    def perform(self, playbook: str, actions: Sequence[Action], session: str, gate: Gate) -> list[Effect]:
        """Perform actions under the playbook's act role; one effect for each."""
        role = self._roles.get(playbook)
        if role is None:
            return [Effect(State.REFUSED, "there is no role that may do it: the ceiling is observe")] * len(
                actions
            )
        try:
            clients = self._readers.assume(role, session)
        except AWS_ERRORS as error:
            failed = Effect(State.FAILED, f"its act role could not be assumed: {code(error)}", passing(error))
            return [failed] * len(actions)
        effects = drain(clients, self._readers, _drains(actions), gate)
        return [replace(effects.get(action.target, _NO_ADAPTER), session=session) for action in actions]

    def verify(self, actions: Sequence[Action]) -> list[Effect]:
        """Read whether actions have taken effect."""
        effects = verify(self._readers, _drains(actions))
        return [effects.get(action.target, _NO_ADAPTER) for action in actions]


def _drains(actions: Sequence[Action]) -> list[DrainContainerInstance]:
    """The drains among actions, which are all there is so far."""
    return [action for action in actions if isinstance(action, DrainContainerInstance)]
