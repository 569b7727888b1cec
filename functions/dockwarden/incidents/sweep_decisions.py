"""The decisions of a sweep: a digest the first time, then news of single services. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from dockwarden.facts.histories import Histories
from dockwarden.facts.roster import ServiceNow
from dockwarden.incidents.history import History
from dockwarden.incidents.rules import Change, News, Thresholds, over_before, with_version
from dockwarden.incidents.sweeping import Seen, below_desired, swept
from dockwarden.incidents.telling import baseline, below_words, healthy
from dockwarden.verdicts import Decision, Verdict, Words

BASELINE = "#baseline"
"""The key under which it is remembered that the digest was told."""

_FORGOTTEN = timedelta(days=1)
"""How long after its last failure the incident of something that no sweep sees, such as a deleted service, stays."""


def decisions(
    services: Sequence[ServiceNow],
    histories: Histories,
    now: datetime,
    below: timedelta,
    thresholds: Thresholds,
) -> tuple[Decision, ...]:
    """What a look at all services says; a service whose history cannot be read is left to its own events."""
    first = histories.of(BASELINE)
    known = histories.several([service.key for service in services])
    if first.version(BASELINE) is not None:
        seen = [swept(s, known[s.key], now, below, thresholds) for s in services if s.key in known]
        told = [decision for one in seen for decision in _swept(one, below, thresholds)]
        return (*told, *_forgotten(services, histories, now))
    # What is wrong already is an incident from now on, which the digest tells and nothing else.
    found = [swept(s, known[s.key], now, timedelta(0), thresholds) for s in services if s.key in known]
    quiet = [replace(decision, verdict=Verdict.IGNORE, words=None) for decision in _all(found, thresholds)]
    return (*quiet, _baseline(below_desired(services), with_version(first, BASELINE, 1)))


def over(decision: Decision, changes: Sequence[Change], words: Words) -> tuple[Decision, ...]:
    """One decision for each incident that is over, so that each one's card says it."""
    after = replace(decision, remember=(changes[-1].history,))
    return tuple(replace(after, incident=one.incident.id, words=words) for one in changes if one.incident)


def _all(found: Sequence[Seen], thresholds: Thresholds) -> Iterator[Decision]:
    for one in found:
        yield from _swept(one, timedelta(0), thresholds)


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
        words = healthy([c.incident.cause for c in news if c.incident], thresholds.soak)
        return over(replace(decision, reason="healthy again"), news, words)
    incident = news[-1].incident
    words = below_words(one.service, incident, below)
    told = replace(decision, verdict=Verdict.TELL, reason=words.cause, cause=incident.cause)
    return (replace(told, incident=incident.id, words=words),)


def _forgotten(services: Sequence[ServiceNow], histories: Histories, now: datetime) -> Iterator[Decision]:
    """Close, without a word, what no sweep sees any more: standalone tasks, and services that are gone."""
    listed = {service.key for service in services}
    gone: Mapping[str, History] = histories.several([k for k in histories.troubled() if k not in listed])
    for key, history in gone.items():
        changes = over_before(history, now - _FORGOTTEN, now)
        if changes:
            why = "its incidents are over: nothing failed for a day"
            yield Decision(Verdict.IGNORE, why, key, key, remember=(changes[-1].history,))


def _baseline(services: Sequence[ServiceNow], known: History) -> Decision:
    """The first sweep of an account: one digest in place of a card for each old problem."""
    decision = Decision(Verdict.IGNORE, "the first sweep found nothing wrong", "baseline", remember=(known,))
    if not services:
        return decision
    words = baseline(services)
    return replace(decision, verdict=Verdict.TELL, reason=words.cause, incident="baseline", words=words)
