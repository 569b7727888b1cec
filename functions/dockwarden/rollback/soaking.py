"""When a revision of a service counts as good, and when not any more. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from dockwarden.facts.known_good import BadRevision, Digests, GoodRevision, Known, Soaking
from dockwarden.facts.releases import Revision
from dockwarden.facts.rollouts import Rollout
from dockwarden.service_actions import revision_name
from dockwarden.spans import span

MOST = 20
"""So many good revisions, and so many bad ones, are kept of one service."""

KEPT = timedelta(days=400)
"""How long after it was last seen, or rolled back, a revision is kept."""

_SEEN_EVERY = timedelta(hours=6)  # so that a healthy service costs few writes


@dataclass(frozen=True, slots=True)
class Soak:
    """What makes a revision good: health `lasting` so long, with at least `tasks` tasks, looked at in each `gap`."""

    lasting: timedelta = timedelta(minutes=10)
    tasks: int = 1
    gap: timedelta = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Look:
    """A service as it was seen: what its primary deployment is of, and how that is.

    `settled` says that the deployment is over and nothing of another revision runs; `troubled` that an incident of
    the service is open. `digests` may be empty, where nobody has read them.
    """

    at: datetime
    task_definition: str
    service_revision: str | None
    digests: Digests
    desired: int
    running: int
    settled: bool
    troubled: bool

    def healthy(self, soak: Soak) -> bool:
        """Whether it was as it should be: that ECS called the deployment SUCCESSFUL is not enough for that."""
        enough = self.running >= self.desired and self.running >= soak.tasks
        return self.settled and not self.troubled and enough


class _Release(Protocol):
    """What a revision is known by."""

    @property
    def task_definition(self) -> str: ...
    @property
    def digests(self) -> Digests: ...


def same(one: _Release, other: _Release) -> bool:
    """Whether two are the same release: a task definition with other digests is another one, where both are known."""
    if one.task_definition != other.task_definition:
        return False
    return not one.digests or not other.digests or one.digests == other.digests


def observed(known: Known, look: Look, soak: Soak) -> Known:
    """What is known after a look at the service; the same object where that says nothing new."""
    if known.soaking is not None and look.at < known.soaking.since:
        return known
    if not look.healthy(soak) or any(same(bad, look) and not bad.undone for bad in known.bad):
        return known if known.soaking is None else replace(known, soaking=None)
    if (good := _soaked(known, look)) is not None:
        return _seen_again(known, good, look)
    soaking = _soaking(known.soaking, look, soak)
    if soaking.last_seen - soaking.since < soak.lasting:
        return known if soaking == known.soaking else replace(known, soaking=soaking)
    return _with(replace(known, soaking=None), [_good(known.service, soaking)], soaking.last_seen)


def rolled_back(known: Known, bad: BadRevision) -> Known:
    """What is known after a rollback by us: the revision is not good any more, however long it was.

    Where its digests could not be read, one that is known by its digests stays: it may have had another image.
    """
    others = tuple(one for one in known.bad if not same(one, bad))
    return replace(
        known,
        good=tuple(one for one in known.good if not same(one, bad) or (one.digests and not bad.digests)),
        bad=tuple(sorted((bad, *others), key=lambda one: one.at, reverse=True))[:MOST],
        soaking=None if known.soaking is not None and same(known.soaking, bad) else known.soaking,
    )


def forgiven(known: Known, task_definition: str) -> Known:
    """What is known after a person took a rollback back: the revision may soak again."""
    bad = (replace(b, undone=True) if b.task_definition == task_definition else b for b in known.bad)
    return replace(known, bad=tuple(bad))


def filled(known: Known, history: Iterable[GoodRevision], now: datetime) -> Known:
    """What is known with ECS's history, which is taken over once and never against what Dockwarden saw itself."""
    if known.filled:
        return known
    told: tuple[_Release, ...] = (*known.good, *known.bad)
    news = [one for one in history if not any(same(one, other) for other in told)]
    return replace(_with(known, news, now), filled=True)


def kept(known: Known, now: datetime) -> Known:
    """What is known without what is too old to be kept."""
    return replace(
        known,
        good=tuple(one for one in known.good if now - one.last_seen < KEPT),
        bad=tuple(one for one in known.bad if now - one.at < KEPT),
    )


def recognised(known: Known, release: _Release) -> BadRevision | None:
    """The bad revision that a release is, or whose own image it brings under another task definition."""
    if (again := next((bad for bad in known.bad if same(bad, release)), None)) is not None:
        return again
    # The image of a sidecar is in good releases too, and is not why a release was bad.
    harmless = {digest for good in known.good for _, digest in good.digests}
    brought = {digest for _, digest in release.digests} - harmless
    return next((bad for bad in known.bad if brought & {digest for _, digest in bad.digests}), None)


def evidence(good: GoodRevision) -> str:
    """For how long a revision is known to have worked, and who has seen it: what a person decides by."""
    by = "by ECS's history only" if good.by_history else "seen by Dockwarden"
    return f"known good for {span(good.last_seen - good.since)}, {by}"


def doubt(good: GoodRevision) -> str | None:
    """Why a person decides about a revision of which only ECS's history speaks: SUCCESSFUL alone proves little."""
    if not good.by_history:
        return None
    also = f", and {good.doubt}" if good.doubt else ""
    return f"only ECS's history says that {revision_name(good.task_definition)} worked{also}"


def from_history(
    service: str, rollouts: Sequence[Rollout], revisions: Mapping[str, Revision], soak: Soak
) -> tuple[GoodRevision, ...]:
    """The revisions that ECS's history speaks for: proven, and current for a soak before the next rollout began.

    `rollouts` are the newest first. The newest of all is not among them: how long it stays is not known yet, and
    Dockwarden sees for itself how it is.
    """
    pairs = zip(rollouts[1:], rollouts, strict=False)
    found = [_by_history(service, one, then, revisions, soak) for one, then in pairs]
    good: list[GoodRevision] = []
    for one in filter(None, found):
        at = next((n for n, other in enumerate(good) if same(one, other)), None)
        if at is None:
            good.append(one)
        elif not one.doubt:
            good[at] = replace(good[at], doubt="")  # what it lacked one time it had at another
    return tuple(good[:MOST])


def _by_history(
    service: str, rollout: Rollout, then: Rollout, revisions: Mapping[str, Revision], soak: Soak
) -> GoodRevision | None:
    revision = revisions.get(rollout.proven or "")
    if revision is None or rollout.finished_at is None or then.created_at is None:
        return None
    if then.created_at - rollout.finished_at < soak.lasting:
        return None
    return GoodRevision(
        service=service,
        task_definition=revision.task_definition,
        service_revision=revision.arn,
        digests=revision.digests,
        since=rollout.finished_at,
        soaked_at=rollout.finished_at + soak.lasting,
        last_seen=then.created_at,
        by_history=True,
        doubt=_doubt(rollout),
    )


def _doubt(rollout: Rollout) -> str:
    """What ECS's history says against a revision although its rollout was successful; empty where nothing does.

    Of a rollback it says how the revision was that ECS took away.
    """
    if rollout.status != "SUCCESSFUL":
        return ""
    if rollout.early:
        return "its deployment was called SUCCESSFUL early (earlySuccessCriteria)"
    if rollout.alarms in (None, "MONITORING_COMPLETE"):
        return ""
    return f"the alarms of its deployment were {rollout.alarms}, so that what they said is not known"


def _soaked(known: Known, look: Look) -> GoodRevision | None:
    """The good revision that a look shows, if Dockwarden itself has seen it soak."""
    return next((one for one in known.good if same(one, look) and not one.by_history), None)


def _seen_again(known: Known, good: GoodRevision, look: Look) -> Known:
    """A good revision seen healthy: written down now and then, and at once where another one was before."""
    digests, revision = good.digests or look.digests, look.service_revision or good.service_revision
    as_it_was = (digests, revision) == (good.digests, good.service_revision)
    if known.good[0] is good and as_it_was and look.at - good.last_seen < _SEEN_EVERY:
        return known if known.soaking is None else replace(known, soaking=None)
    last_seen = max(good.last_seen, look.at)
    again = replace(good, digests=digests, service_revision=revision, last_seen=last_seen)
    return _with(replace(known, soaking=None), [again], look.at)


def _soaking(before: Soaking | None, look: Look, soak: Soak) -> Soaking:
    """The soak that goes on with a look; a new one where another revision, or nothing, was seen for too long."""
    if before is None or not _goes_on(before, look) or look.at - before.last_seen > soak.gap:
        return Soaking(look.task_definition, look.service_revision, look.digests, look.at, look.at)
    return replace(
        before,
        last_seen=max(before.last_seen, look.at),
        digests=before.digests or look.digests,
        service_revision=look.service_revision or before.service_revision,
    )


def _goes_on(before: Soaking, look: Look) -> bool:
    """Whether a look shows what soaks: who deploys the same number once more begins a new soak."""
    revisions = {before.service_revision, look.service_revision} - {None}
    return same(before, look) and len(revisions) <= 1


def _good(service: str, soaking: Soaking) -> GoodRevision:
    return GoodRevision(
        service=service,
        task_definition=soaking.task_definition,
        service_revision=soaking.service_revision,
        digests=soaking.digests,
        since=soaking.since,
        soaked_at=soaking.last_seen,
        last_seen=soaking.last_seen,
    )


def _with(known: Known, news: Sequence[GoodRevision], now: datetime) -> Known:
    """What is known with some good revisions more, each in place of what was known of it."""
    others = [one for one in known.good if not any(same(one, new) for new in news)]
    newest = sorted((*news, *others), key=lambda one: (one.last_seen, one.soaked_at), reverse=True)
    return kept(replace(known, good=tuple(newest[:MOST])), now)
