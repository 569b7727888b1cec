"""What playbooks say of an event: with their settings, failures of their own, and what could not be read just now."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from dockwarden.errors import LedgerUnavailableError, SettingsError
from dockwarden.events.parse import Event
from dockwarden.facts.histories import Histories
from dockwarden.facts.unknown import NotRead
from dockwarden.guard.rulings import too_old
from dockwarden.playbook import Playbook, settings_of
from dockwarden.runtime.alone import Alone, only_key
from dockwarden.runtime.arrivals import Result
from dockwarden.runtime.parts import Parts
from dockwarden.runtime.requests import Asked
from dockwarden.runtime.transcript import Recorder
from dockwarden.verdicts import Decision, Outcome, Verdict


class Deciding:
    """Asks playbooks for one batch; `unreadable` is why the settings of a playbook are none."""

    def __init__(self, parts: Parts, histories: Histories) -> None:
        self._parts = parts
        self._histories = histories
        self.unreadable: dict[str, NotRead] = {}

    def recorder(self, histories: Histories | None = None) -> Recorder:
        """The facts for one decision, which write down what they were asked; with other histories than the batch's."""
        return Recorder({Histories: histories or self._histories}, self._parts.facts.answers())

    def recorder_of(self, one: Asked) -> Recorder:
        """The same for a request: what a sweep has found is looked at without all else that it would look at."""
        key = only_key(one)
        return self.recorder(Alone(self._histories, key) if key is not None else None)

    def decide(
        self, playbook: Playbook, result: Result, event: Event, recorder: Recorder
    ) -> tuple[Decision, ...] | None:
        """The decisions of a playbook; None of one that fails, which costs its own event only (invariant 13)."""
        try:
            made = playbook(event, recorder.answers, self._settings(playbook))
        except LedgerUnavailableError:
            # Nobody's fault but the table's: the whole batch comes back, and nothing was done yet.
            raise
        except Exception as error:  # noqa: BLE001  a playbook may be a third party's: whatever it raises
            result.retry = f"playbook {playbook.name} failed: {type(error).__name__}"
            why = f"it could not decide: {type(error).__name__} at {_place(error)}"
            result.outcomes.append(Outcome(playbook.name, Verdict.IGNORE, why, failed=True))
            return None
        return (made,) if isinstance(made, Decision) else made

    def unread(
        self, result: Result, playbook: Playbook, unread: Sequence[NotRead], time: datetime | None
    ) -> bool:
        """Whether an event of a time has to come back because of something that could not be read just now.

        As long as there is time: after that it is settled by what is known.
        """
        passing = next((fact for fact in unread if fact.passing), None)
        now, sent = self._parts.clock.now(), result.arrival.sent
        if passing is None or too_old(time, now, self.max_age(playbook), sent) is not None:
            return False
        result.retry = f"something could not be read: {passing.why}"
        result.outcomes.append(Outcome(playbook.name, Verdict.IGNORE, f"not yet: {result.retry}"))
        return True

    def max_age(self, playbook: Playbook) -> timedelta:
        """How old an event may be for a playbook to act upon it."""
        return timedelta(seconds=self._parts.config.of(playbook.name).max_age or playbook.max_age)

    def _settings(self, playbook: Playbook) -> object | None:
        """The settings of a playbook, its own defaults where they cannot be read; it then only observes."""
        try:
            return settings_of(playbook, self._parts.config.of(playbook.name).settings)
        except SettingsError as error:
            self.unreadable[playbook.name] = NotRead(str(error))
            return settings_of(playbook, {})


def _place(error: Exception) -> str:
    """File and line where an error arose; its text is left out, since it may quote the event."""
    frame = error.__traceback__
    while frame is not None and frame.tb_next is not None:
        frame = frame.tb_next
    if frame is None:
        return "an unknown place"
    return f"{frame.tb_frame.f_code.co_filename.rpartition('/')[2]}:{frame.tb_lineno}"
