"""What a playbook decides, and what becomes of it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from dockwarden.actions import Action
from dockwarden.facts.fleet import ContainerInstance
from dockwarden.facts.known_good import Known
from dockwarden.guard.deeds import Deed
from dockwarden.guard.orders import HandsOff
from dockwarden.incidents.history import History

Kept: TypeAlias = ContainerInstance | History | HandsOff | Deed | Known
"""What a decision may want the ledger to keep."""


NOT_KNOWN = "something about it is not known"
"""Why an action is held of which its playbook says no more than its reason."""


class Verdict(StrEnum):
    """What Dockwarden does about an event."""

    ACT = "act"
    HOLD = "hold"
    OBSERVE = "observe"
    TELL = "tell"
    IGNORE = "ignore"


@dataclass(frozen=True, slots=True)
class Words:
    """What a card about an incident says, beside its subject: headline, cause, and labelled lines.

    `settled` says that it is over, which shows in the card's tone.
    """

    headline: str
    cause: str
    lines: tuple[tuple[str, str], ...]
    settled: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    """What a playbook wants, before the guard has ruled.

    `subject` is the name that people know, `target` the ARN or id. `when_refused` is the verdict where the
    guard refuses because it is too late or everything is stopped: TELL where a person then has to look.
    `remember` is what the ledger shall keep; it changes nothing in AWS. `incident` is the stable id of the
    incident that the event belongs to, and `words` what its card says from now on, None where nothing is new.
    `occurrence` is what the proposal is about where many events are about the same, such as a deployment.
    `objections` are what the playbook has against doing what it holds, each in words.
    """

    verdict: Verdict
    reason: str
    subject: str
    target: str | None = None
    cause: str | None = None
    actions: tuple[Action, ...] = ()
    when_refused: Verdict = Verdict.IGNORE
    remember: tuple[Kept, ...] = ()
    incident: str | None = None
    words: Words | None = None
    occurrence: str | None = None
    objections: tuple[str, ...] = ()

    @property
    def against(self) -> tuple[str, ...]:
        """What the playbook itself has against doing it; none where it would, and its reason where it says no more."""
        if self.verdict is not Verdict.HOLD:
            return ()
        return self.objections or (self.reason,)

    @property
    def unsettled(self) -> tuple[str, ...]:
        """What a person has to settle first, beside its reason; none where the playbook would do it."""
        if self.verdict is not Verdict.HOLD:
            return ()
        return self.objections or (NOT_KNOWN,)

    @property
    def ground(self) -> str:
        """Its reason without what the playbook has against doing it."""
        return self.reason.removesuffix("; ".join(("", *self.objections)))


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one playbook's decision about one event; `failed` says that the playbook could not decide."""

    playbook: str
    verdict: Verdict
    reason: str
    target: str | None = None
    cause: str | None = None
    incident: str | None = None
    actions: tuple[Action, ...] = ()
    failed: bool = False
