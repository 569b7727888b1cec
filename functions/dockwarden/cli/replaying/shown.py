"""A replay on a terminal: the sentence, a table of verdicts by playbook, what held, and what differs."""

from collections.abc import Iterator, Sequence
from typing import Any

from dockwarden.cli.replaying.headline import RULES, agreement, headline, period
from dockwarden.cli.replaying.judging import Compared, Replay
from dockwarden.cli.screen import columns, inert, painted
from dockwarden.ledger.records import stamp
from dockwarden.verdicts import Verdict

_COLOURS = {
    Verdict.ACT: ("bold", "green"),
    Verdict.OBSERVE: ("cyan",),
    Verdict.HOLD: ("bold", "yellow"),
    Verdict.TELL: ("bold", "red"),
    Verdict.IGNORE: ("dim",),
}
_MOST = 20


def report(replay: Replay, assumed: Sequence[str]) -> Iterator[str]:
    """The lines for people."""
    yield painted(headline(replay), "bold")
    yield painted(f"{replay.events:,} events, {period(replay)}", "dim")
    yield from _playbooks(replay)
    yield from _held(replay)
    yield from _differences(replay)
    for sentence in assumed:
        yield painted(f"note: {inert(sentence)}", "dim")


def _playbooks(replay: Replay) -> Iterator[str]:
    if not replay.playbooks:
        return
    rows = [["playbook", *Verdict]]
    rows += [
        [name, *(f"{counts[verdict]:,}" for verdict in Verdict)]
        for name, counts in sorted(replay.playbooks.items())
    ]
    head, *lines = columns(rows)
    yield ""
    yield painted(head, "dim")
    yield from lines


def _held(replay: Replay) -> Iterator[str]:
    if replay.held:
        yield ""
        yield "held by"
        rows = [
            [f"{count:,}", name, rule, RULES.get(rule, "")]
            for (name, rule), count in replay.held.most_common()
        ]
        yield from columns(rows)


def _differences(replay: Replay) -> Iterator[str]:
    if not replay.compared and not replay.missing:
        return
    yield ""
    if replay.compared:
        yield painted(agreement(replay), "bold")
    rows = [[f"{n:,}", name, f"{then} -> {now}"] for (name, then, now), n in replay.changes.most_common()]
    yield from columns(rows) if rows else ()
    for one in replay.differing[:_MOST]:
        yield from _difference(one)
    if len(replay.differing) > _MOST:
        yield f"  and {len(replay.differing) - _MOST:,} more; --json and --page show all of them"
    if replay.missing:
        yield f"{len(replay.missing):,} recorded decisions are about events that were not replayed"


def _difference(one: Compared) -> Iterator[str]:
    when = f"{one.time:%Y-%m-%d %H:%M:%S}Z" if one.time else "no readable time"
    yield f"  {painted(when, 'dim')}  {inert(one.then.playbook)}  {painted(inert(one.then.id), 'dim')}"
    yield f"    then {_verdict(one.then.verdict)}  {inert(one.then.reason)}"
    if one.now is None:
        yield "    now  no playbook of that name reacts to it"
    else:
        yield f"    now  {_verdict(one.now.verdict)}  {inert(one.now.reason)}"


def _verdict(verdict: Verdict) -> str:
    return painted(f"{verdict:<7}", *_COLOURS[verdict])


def documents(replay: Replay, assumed: Sequence[str]) -> Iterator[dict[str, Any]]:
    """The JSON lines: one for the whole, then one for each recorded decision that was compared."""
    yield {
        "kind": "summary",
        "headline": headline(replay),
        "from": stamp(replay.first) if replay.first else None,
        "to": stamp(replay.last) if replay.last else None,
        "events": replay.events,
        "malformed": len(replay.malformed),
        "verdicts": {str(verdict): replay.verdicts[verdict] for verdict in Verdict},
        "playbooks": {
            name: {str(verdict): counts[verdict] for verdict in Verdict}
            for name, counts in sorted(replay.playbooks.items())
        },
        "held_by": [
            {"playbook": name, "rule": rule, "count": count}
            for (name, rule), count in replay.held.most_common()
        ],
        "compared": len(replay.compared),
        "same": len(replay.compared) - len(replay.differing),
        "differ": len(replay.differing),
        "not_replayed": [then.id for then in replay.missing],
        "notes": list(assumed),
    }
    for one in replay.compared:
        yield _compared(one)


def _compared(one: Compared) -> dict[str, Any]:
    now = one.now
    return {
        "kind": "compared",
        "id": one.then.id,
        "event": one.then.event,
        "time": stamp(one.time) if one.time else None,
        "playbook": one.then.playbook,
        "differs": list(one.differences),
        "then": {
            "verdict": one.then.verdict,
            "reason": one.then.reason,
            "actions": [{"kind": kind, "target": target} for kind, target in sorted(one.then.actions)],
            "outcome": one.then.note or None,
        },
        "now": None
        if now is None
        else {
            "verdict": now.verdict,
            "reason": now.reason,
            "actions": [{"kind": kind, "target": target} for kind, target in one.actions_now],
        },
    }
