"""The decisions of a sweep: a digest the first time, then news of single services. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from dockwarden.facts.histories import Histories
from dockwarden.facts.roster import ServiceNow
from dockwarden.facts.services import ServiceRef
from dockwarden.facts.unknown import NotRead
from dockwarden.incidents.hidden import Counted, Inside
from dockwarden.incidents.history import History
from dockwarden.incidents.rules import Change, News, Thresholds, kept, over_before, resolved, with_version
from dockwarden.incidents.subjects import is_of_service, named
from dockwarden.incidents.sweeping import Seen, below_desired, swept
from dockwarden.incidents.telling import (
    baseline,
    below_words,
    healthy,
    restarting_words,
    scaled_down,
    well_again,
)
from dockwarden.spans import span
from dockwarden.verdicts import Decision, Verdict, Words

BASELINE = "#baseline"
"""The key under which it is remembered that the digest was told."""

_FORGOTTEN = timedelta(days=1)
"""How long after its last failure the incident of something that no sweep sees, such as a deleted service, stays."""


def decisions(  # noqa: PLR0917  all that a sweep has read, and all that it is held against
    services: Sequence[ServiceNow],
    histories: Histories,
    restarts: Counted,
    now: datetime,
    below: timedelta,
    thresholds: Thresholds,
) -> tuple[Decision, ...]:
    """What a look at all services says; a service whose history cannot be read is left to its own events."""
    first = histories.of(BASELINE)
    known = histories.several([service.key for service in services])
    if first.version(BASELINE) is not None:
        seen = [
            swept(s, known[s.key], now, below, thresholds, _inside(restarts, s))
            for s in services
            if s.key in known
        ]
        told = [decision for one in seen for decision in _swept(one, below, thresholds)]
        return (*told, *_unseen(services, histories, now, thresholds), *_unread(restarts))
    # What is wrong already is an incident from now on, which the digest tells and nothing else.
    found = [
        swept(s, known[s.key], now, timedelta(0), thresholds, _inside(restarts, s))
        for s in services
        if s.key in known
    ]
    listed = [_in_digest(one) for one in found]
    quiet = [replace(decision, verdict=Verdict.IGNORE, words=None) for decision in _all(listed, thresholds)]
    digest = _baseline(services, restarts, with_version(first, BASELINE, 1), known)
    return (*quiet, digest, *_unread(restarts))


def _inside(restarts: Counted, service: ServiceNow) -> Inside:
    return restarts.of(ServiceRef(service.cluster, service.name))


def _unread(restarts: Counted) -> Iterator[Decision]:
    """That nobody knows of restarts inside tasks, which must not pass for there being none."""
    if isinstance(restarts.counts, NotRead):
        why = f"restarts inside tasks were not read: {restarts.counts.why}"
        yield Decision(Verdict.IGNORE, why, "restarts inside tasks")


def over(decision: Decision, changes: Sequence[Change], words: Words) -> tuple[Decision, ...]:
    """One decision for each incident that is over, so that each one's card says it."""
    after = replace(decision, remember=(changes[-1].history,))
    return tuple(replace(after, incident=one.incident.id, words=words) for one in changes if one.incident)


def _all(found: Sequence[Seen], thresholds: Thresholds) -> Iterator[Decision]:
    for one in found:
        yield from _swept(one, timedelta(0), thresholds)


def _in_digest(one: Seen) -> Seen:
    """The same, its new incidents marked as told by the digest: what their tasks say later needs no cards.

    An incident that an event opened before has its card, for nobody knew then that a sweep would come.
    """
    history = one.history
    for change in one.changes:
        if change.news is News.OPENED and change.incident is not None:
            history = kept(history, replace(change.incident, in_digest=True))
    return replace(one, history=history)


def _swept(one: Seen, below: timedelta, thresholds: Thresholds) -> tuple[Decision, ...]:
    """What is said about one service after a sweep; nothing where nothing about it has changed."""
    if not one.changed:
        return ()
    decision = Decision(
        Verdict.IGNORE, "nothing new", one.service.name, one.service.key, remember=(one.history,)
    )
    news = [change for change in one.changes if change.incident is not None]
    if not news or news[-1].incident is None:
        return (decision,)
    if news[-1].news is News.RESOLVED:
        causes = [c.incident.cause for c in news if c.incident]
        words = healthy(causes, thresholds.soak) if one.service.desired else scaled_down(causes)
        if any(c.incident.inside for c in news if c.incident):
            words = replace(words, lines=(*words.lines, _fewer(one.inside)))
        return over(replace(decision, reason=words.headline), news, words)
    incident = news[-1].incident
    words = below_words(one.service, incident, below)
    if incident.inside:
        words = restarting_words(one.inside)
    told = replace(decision, verdict=Verdict.TELL, reason=words.cause, cause=incident.cause)
    return (replace(told, incident=incident.id, words=words),)


def _unseen(
    services: Sequence[ServiceNow], histories: Histories, now: datetime, thresholds: Thresholds
) -> Iterator[Decision]:
    """Close what no sweep sees: standalone tasks that ended well for the soak, and without a word what is gone."""
    listed = {service.key for service in services}
    gone: Mapping[str, History] = histories.several([k for k in histories.troubled() if k not in listed])
    for key, history in gone.items():
        decision = Decision(Verdict.IGNORE, "its tasks end well again", named(key), key)
        if well := resolved(history, now, thresholds):
            causes = [change.incident.cause for change in well if change.incident]
            yield from over(decision, well, _well(key, causes, thresholds))
        elif changes := over_before(history, now - _FORGOTTEN, now):
            why = "its incidents are over: nothing failed for a day"
            yield replace(decision, reason=why, remember=(changes[-1].history,))


def _well(key: str, causes: Sequence[str], thresholds: Thresholds) -> Words:
    return (healthy if is_of_service(key) else well_again)(causes, thresholds.soak)


def _fewer(inside: Inside) -> tuple[str, str]:
    """What is known of restarts that are over."""
    if inside.limit == 0:
        return "Restarts inside tasks", "nobody looks for them any more"
    return "Restarts inside tasks", f"fewer than {inside.limit} within {span(inside.within)}"


def _baseline(
    services: Sequence[ServiceNow], restarts: Counted, first: History, known: Mapping[str, History]
) -> Decision:
    """The first sweep of an account: one digest in place of a card for each old problem."""
    decision = Decision(Verdict.IGNORE, "the first sweep found nothing wrong", "baseline", remember=(first,))
    few = below_desired(services)
    crashing = [(s, inside) for s in services if (inside := _inside(restarts, s)).many and s not in few]
    if not few and not crashing:
        return decision
    causes = {key: latest.cause for key, one in known.items() if (latest := one.latest()) is not None}
    words = baseline(few, crashing, causes)
    return replace(decision, verdict=Verdict.TELL, reason=words.cause, incident="baseline", words=words)
