"""What a wait for a release sees, how far it has come, and how it ends: values."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from dockwarden.facts.known_good import BadRevision
from dockwarden.facts.releases import ServiceReleases
from dockwarden.facts.unknown import NotRead


class Answer(StrEnum):
    """What became of a release."""

    SOAKED = "soaked"
    ROLLED_BACK = "rolled back"
    HELD = "held"
    REPLACED = "replaced"
    FAILED = "failed"
    LATE = "late"
    NOT_KNOWN = "not known"


@dataclass(frozen=True, slots=True)
class Terms:
    """What is waited for: a task definition, as `family:revision`, steady for `soak`, until `timeout` is over.

    `account` is the one that the given ARNs name, None where none was given.
    """

    task_definition: str
    soak: timedelta
    timeout: timedelta
    account: str | None = None


@dataclass(frozen=True, slots=True)
class TakenBack:
    """A rollback of the release by Dockwarden, and what its receipt says as far as there is one yet."""

    bad: BadRevision
    cause: str | None
    effect: str | None


@dataclass(frozen=True, slots=True)
class Proposed:
    """A rollback of the release that waits for a person: its id, since when, what it would do, and why it is held."""

    id: str
    at: datetime
    sentence: str
    why: str
    cause: str | None = None


@dataclass(frozen=True, slots=True)
class LedgerLook:
    """What the ledger says of a release; `failing` is the sentence of an open incident of it, None without one."""

    taken_back: TakenBack | None = None
    proposed: Proposed | None = None
    failing: str | None = None


@dataclass(frozen=True, slots=True)
class Look:
    """A service and its part of the ledger at one moment."""

    at: datetime
    service: ServiceReleases | NotRead
    ledger: LedgerLook | NotRead

    @property
    def failing(self) -> str | None:
        """Why the release fails by an open incident, None where there is none or nobody could be asked."""
        return None if isinstance(self.ledger, NotRead) else self.ledger.failing


@dataclass(frozen=True, slots=True)
class Ended:
    """How a wait ended; `alone` says why Dockwarden could not be asked, None where it was.

    `receipt` is the id of what Dockwarden did, or of the proposal; `cause` why, where Dockwarden says that.
    """

    answer: Answer
    sentence: str
    cause: str | None = None
    receipt: str | None = None
    alone: str | None = None


@dataclass(frozen=True, slots=True)
class Course:
    """How far a wait has come: since when, what it sees now, since when that is steady, and how it ended.

    `alone` says why Dockwarden could not be asked at the last look, `heard` when it last was. `last` is when ECS
    was last read, `since` when the deployment began that is waited for, `doubted` since when each look has found what ends the wait if it stays so.
    """

    began: datetime
    doing: str = ""
    alone: str | None = None
    heard: datetime | None = None
    last: datetime | None = None
    steady_since: datetime | None = None
    was_there: bool = False
    since: datetime | None = None
    doubted: datetime | None = None
    ended: Ended | None = None
