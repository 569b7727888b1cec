"""What an adapter is: the part of the performer that knows one kind of action."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol, TypeVar

from dockwarden.actions import Action
from dockwarden.aws.clients import Clients
from dockwarden.performing import Effect, Gate

Effects = dict[str, Effect]
"""What actions of one kind came to, by target."""

_Kind_contra = TypeVar("_Kind_contra", bound=Action, contravariant=True)


class Adapter(Protocol[_Kind_contra]):
    """Performs and reads the actions of one kind. It never raises what boto3 raises.

    `clients` are the act role's, `readers` the function's own, which change nothing.
    """

    def perform(
        self, clients: Clients, readers: Clients, actions: Sequence[_Kind_contra], gate: Gate
    ) -> Effects:
        """Perform actions in as few calls as the API allows, asking the gate before each call."""

    def verify(
        self, readers: Clients, actions: Sequence[_Kind_contra], since: datetime | None = None
    ) -> Effects:
        """Read whether actions have taken effect: DONE, GONE, FAILED where not, UNKNOWN where unreadable.

        `since` is when they were to be done, where that is known: what was done and changed again is DONE, too.
        """

    def over(self, readers: Clients, actions: Sequence[_Kind_contra]) -> Mapping[str, bool]:
        """Read whether the disruption that each action began is over; what is unreadable is not."""
