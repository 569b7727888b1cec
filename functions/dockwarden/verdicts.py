"""What a playbook decides, and what becomes of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from dockwarden.actions import Action
from dockwarden.facts.fleet import ContainerInstance


class Verdict(StrEnum):
    """What Dockwarden does about an event."""

    ACT = "act"
    HOLD = "hold"
    OBSERVE = "observe"
    TELL = "tell"
    IGNORE = "ignore"


@dataclass(frozen=True, slots=True)
class Decision:
    """What a playbook wants, before the guard has ruled.

    `subject` is the name that people know, `target` the ARN or id. `when_refused` is the verdict where the
    guard refuses because it is too late or everything is stopped: TELL where a person then has to look.
    `remember` is what the ledger shall keep; it changes nothing in AWS.
    """

    verdict: Verdict
    reason: str
    subject: str
    target: str | None = None
    cause: str | None = None
    actions: tuple[Action, ...] = ()
    next: str | None = None
    when_refused: Verdict = Verdict.IGNORE
    remember: tuple[ContainerInstance, ...] = ()
    evidence: Mapping[str, str] = field(default_factory=dict)


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
