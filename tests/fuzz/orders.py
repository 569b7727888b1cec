"""What people have ordered, as the machine remembers it: written down beside the ledger, never read from it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from dockwarden.guard.modes import Mode

MODES = ("off", "observe", "approve", "enforce")


@dataclass(frozen=True, slots=True)
class Approved:
    """A person's approval or undo of one target: who, when, and what it was held by."""

    playbook: str
    target: str
    by: str
    at: datetime
    rule: str


@dataclass
class Orders:
    """Everything that must hold when something is changed."""

    ceilings: dict[str, str] = field(default_factory=dict)
    default: str = "enforce"
    listed: tuple[str, ...] = ()
    stops: set[tuple[str, str]] = field(default_factory=set)
    hands_off: dict[tuple[str, str], datetime] = field(default_factory=dict)
    modes: dict[str, str] = field(default_factory=dict)
    demoted: set[tuple[str, str | None]] = field(default_factory=set)
    unreadable: bool = False
    approved: list[Approved] = field(default_factory=list)
    barred: set[tuple[str, str, str]] = field(default_factory=set)
    wrongs: set[tuple[str, str]] = field(default_factory=set)

    def stopped(self, playbook: str, cluster: str, service: str | None) -> bool:
        """Whether a stop holds for a playbook in a place, or nobody can know that none does."""
        scopes = {("everything", ""), ("playbook", playbook), ("cluster", cluster)}
        if service:
            scopes.add(("service", f"{cluster}/{service}"))
        return self.unreadable or bool(self.stops & scopes)

    def left_alone(self, cluster: str, service: str | None, target: str, now: datetime) -> bool:
        """Whether hands off is ordered for a place."""
        scopes = {("cluster", cluster), ("target", target)}
        if service:
            scopes.add(("service", f"{cluster}/{service}"))
        return any(now < until for scope, until in self.hands_off.items() if scope in scopes)

    def mode(self, playbook: str, cluster: str, place: str, tags: Mapping[str, str]) -> str:
        """The mode that holds for a playbook in a cluster; `place` is what trust is kept for."""
        ceiling = self.ceilings[playbook]
        said = (tags.get("dockwarden:mode"), self.modes.get(playbook), self.default)
        if "off" in (ceiling, *said):
            return "off"
        wanted = next(one for one in said if one is not None)
        wanted = wanted if wanted in MODES else "observe"
        if wanted == "enforce" and {(playbook, place), (playbook, None)} & self.demoted:
            wanted = "approve"
        return min(wanted, ceiling, key=MODES.index)

    def armed(self, playbook: str) -> bool:
        """Whether the platform lets a playbook do more than observe."""
        return Mode(self.ceilings[playbook]).rank > Mode.OBSERVE.rank
