"""All facts of an installation together."""

from collections.abc import Callable, Mapping, Sequence

from dockwarden.actions import Action
from dockwarden.aws.fleet import EcsFleet
from dockwarden.events.parse import Event


class AwsFacts:
    """Answers the engine's Facts: the fleet, which reads ahead for a batch, and those that read when asked."""

    def __init__(
        self, fleet: EcsFleet, answers: Mapping[type, object], begin: Sequence[Callable[[], None]] = ()
    ) -> None:
        self._fleet = fleet
        self._answers = answers
        self._begin = begin

    def prepare(self, events: Sequence[Event]) -> None:
        """Read ahead what playbooks will ask about these events."""
        for begin in self._begin:
            begin()
        self._fleet.prepare(events)

    def mistaken(self, action: Action) -> bool:
        """Told that an action's target does not exist: whether that came from memory, which is then mended."""
        return self._fleet.mistaken(action)

    def answers(self) -> Mapping[type, object]:
        """The object that answers each protocol."""
        return self._answers
