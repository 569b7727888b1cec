"""The freezes of the platform, for one batch; imported only where there is one, since calendars are a lot of code."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cached_property

from dockwarden.facts.unknown import NotRead
from dockwarden.guard.freezes import alarms_of, frozen
from dockwarden.guard.whereabouts import Whereabouts
from dockwarden.runtime.parts import Parts


class Freezing:
    """Says which freezes hold; the alarms that they ask for are read once, and only when somebody asks."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def reasons(self, playbook: str, where: Whereabouts, now: datetime) -> Iterator[str | None]:
        """Why each freeze holds a playbook in a place now, None for one that does not."""
        for freeze in self._parts.config.freezes:
            yield frozen([freeze], where, playbook, now, self._alarms)

    @cached_property
    def _alarms(self) -> Mapping[str, str | NotRead]:
        names = alarms_of(self._parts.config.freezes)
        return self._parts.alarms.states(sorted(names)) if names else {}
