"""What people have ordered for a place: hands off, no second time, less trust. Pure."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from dockwarden.guard.whereabouts import Whereabouts
from dockwarden.spans import span

Scope = Literal["everything", "playbook", "cluster", "service", "target"]
"""What an order is about: `name` is then nothing, a playbook, a cluster, `cluster/service`, or an ARN or id."""

FOREVER = datetime.max.replace(tzinfo=UTC)
"""The end of what has none that could be read."""


@dataclass(frozen=True, slots=True)
class HandsOff:
    """Somebody is at work on a place until a moment, and wants nobody to interfere."""

    scope: str
    name: str
    until: datetime
    by: str
    why: str = ""

    def applies(self, where: Whereabouts, now: datetime) -> bool:
        """Whether it holds for a place now; what has run out does not, also where it still stands in the table."""
        return now < self.until and covers(self.scope, self.name, where)

    def sentence(self, now: datetime) -> str:
        """Who is at work where and for how long yet, for people."""
        what = self.name or self.scope
        because = f" ({self.why})" if self.why else ""
        return f"hands off {what} for {span(self.until - now)} yet, by {short_identity(self.by)}{because}"


@dataclass(frozen=True, slots=True)
class Bar:
    """A person wanted an action undone, so that it is not done again on that target until its next deployment.

    `deployment` is the one that was current when it was done, None where the target has none: then the bar
    stays as long as the target, but not beyond `until`. `playbook` is whose action was undone.
    """

    target: str
    kind: str
    undone: str
    by: str
    deployment: str | None = None
    playbook: str = ""
    until: datetime = FOREVER

    def applies(self, target: str, kind: str, deployment: str | None, now: datetime) -> bool:
        """Whether it holds for an action now; an unknown deployment keeps it."""
        if (target, kind) != (self.target, self.kind) or now >= self.until:
            return False
        return self.deployment is None or deployment is None or deployment == self.deployment

    def sentence(self) -> str:
        """What who wanted undone, for people; whether it was, its proposal says."""
        until = " until its next deployment" if self.deployment else ""
        return f"{short_identity(self.by)} wanted it undone ({self.undone}), so it is not done again{until}"


@dataclass(frozen=True, slots=True)
class Demotion:
    """A playbook asks before it acts, because it was wrong: in one place, or everywhere with `place` None."""

    playbook: str
    place: str | None
    since: datetime
    why: str

    def applies(self, playbook: str, where: Whereabouts) -> bool:
        """Whether it holds for a playbook in a place."""
        return playbook == self.playbook and self.place in (None, where.trusted_as)

    def sentence(self) -> str:
        """Since when and why, for people."""
        where = f"in {self.place}" if self.place else "everywhere"
        return f"moved down to approve {where} since {self.since:%d %b %Y, %H:%M} UTC: {self.why}"


def covers(scope: str, name: str, where: Whereabouts) -> bool:
    """Whether an order about a scope is about a place too; a scope that nobody knows is about everything."""
    match scope:
        case "cluster":
            return where.cluster in (None, name)
        case "service":
            # What is no service's alone, such as a host, is not held up by one service's order.
            return where.service_key == name
        case "target":
            return where.target == name
    return True


def short_identity(arn: str) -> str:
    """Who an identity is, as people say it: `assumed-role/Admin/alice` of its ARN."""
    return arn.rpartition(":")[2] if arn.startswith("arn:") else arn
