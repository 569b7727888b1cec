"""Performs the actions of every playbook, each kind by its own adapter, under the playbook's act role."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from dockwarden.actions import Action
from dockwarden.aws.adapters import ADAPTERS
from dockwarden.aws.adapting import Adapter
from dockwarden.aws.clients import Clients
from dockwarden.aws.errors import AWS_ERRORS, code, passing
from dockwarden.performing import Effect, Gate, State

_NO_ADAPTER = Effect(State.REFUSED, "nothing here can perform this kind of action")

_Key = tuple[str, str]


class AwsPerformer:
    """A Performer on AWS. `roles` holds the ARN of each playbook's act role; without one nothing is changed."""

    def __init__(
        self,
        readers: Clients,
        roles: Mapping[str, str | None],
        adapters: Mapping[str, Adapter[Any]] = ADAPTERS,
    ) -> None:
        self._readers = readers
        self._roles = roles
        self._adapters = adapters

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
        effects: dict[_Key, Effect] = {}
        for kind, adapter, some in self._by_kind(actions):
            effects |= _keyed(kind, adapter.perform(clients, self._readers, some, gate))
        return [replace(effects.get(_key(action), _NO_ADAPTER), session=session) for action in actions]

    def verify(self, actions: Sequence[Action], since: datetime | None = None) -> list[Effect]:
        """Read whether actions have taken effect."""
        effects: dict[_Key, Effect] = {}
        for kind, adapter, some in self._by_kind(actions):
            effects |= _keyed(kind, adapter.verify(self._readers, some, since))
        return [effects.get(_key(action), _NO_ADAPTER) for action in actions]

    def over(self, actions: Sequence[Action]) -> list[bool]:
        """Read whether what each action disrupted is whole again; what nobody here can read is not."""
        over: dict[_Key, bool] = {}
        for kind, adapter, some in self._by_kind(actions):
            ended = adapter.over(self._readers, some)
            over |= {(kind, target): it_is for target, it_is in ended.items()}
        return [over.get(_key(action), False) for action in actions]

    def _by_kind(self, actions: Sequence[Action]) -> Iterator[tuple[str, Adapter[Any], list[Action]]]:
        """The actions of each kind that has an adapter."""
        kinds: dict[str, list[Action]] = {}
        for action in actions:
            kinds.setdefault(action.KIND, []).append(action)
        for kind, some in kinds.items():
            if (adapter := self._adapters.get(kind)) is not None:
                yield kind, adapter, some


def _key(action: Action) -> _Key:
    return action.KIND, action.target


def _keyed(kind: str, effects: Mapping[str, Effect]) -> dict[_Key, Effect]:
    return {(kind, target): effect for target, effect in effects.items()}
