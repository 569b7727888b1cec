"""A replay as one HTML file that needs nothing else: no script, no picture, no font from anywhere."""

from collections.abc import Iterator, Sequence
from html import escape

from dockwarden import __version__
from dockwarden.cli.replaying.buckets import series
from dockwarden.cli.replaying.headline import RULES, agreement, headline, period
from dockwarden.cli.replaying.judging import Compared, Replay
from dockwarden.cli.replaying.page_style import STYLE
from dockwarden.cli.replaying.plot import plots, table
from dockwarden.notify.text import clean
from dockwarden.verdicts import Verdict

_MOST = 500
"""How many differences stand on the page; `--json` has all of them."""

_OPEN = 12
"""Up to how many are unfolded at once."""

_LONGEST = 600
"""Characters of one text; a reason that is longer than this says no more."""

_WORDS = {
    Verdict.ACT: "acted on",
    Verdict.OBSERVE: "only observed",
    Verdict.HOLD: "held for a person",
    Verdict.TELL: "told",
    Verdict.IGNORE: "ignored",
}
# A page that loads nothing can say so: what hostile text may become, the browser then does not run or fetch.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def page(replay: Replay, notes: Sequence[str]) -> str:
    """The page. All text of events is inert and escaped."""
    title = headline(replay)
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>Dockwarden replay: {_text(title)}</title><style>{STYLE}</style></head><body><main>"
        f"{''.join(_parts(replay, title, notes))}</main></body></html>\n"
    )


def _text(value: object) -> str:
    """Text of whoever wrote an event, as HTML that shows it and does nothing else."""
    return escape(clean(str(value), _LONGEST))


def _parts(replay: Replay, title: str, notes: Sequence[str]) -> Iterator[str]:
    yield f"<header><p class=kicker>Dockwarden replay</p><h1>{_text(title)}</h1>"
    yield f"<p class=soft>{replay.events:,} events, {_text(period(replay))}. Nothing was changed.</p></header>"
    yield _counts(replay)
    found = series(replay.moments)
    yield f"<h2>Over time</h2><div class=card>{plots(found)}{table(found)}</div>"
    yield from _differences(replay)
    yield _playbooks(replay)
    yield _held(replay)
    yield _footer(replay, notes)


def _counts(replay: Replay) -> str:
    items = "".join(
        f'<li><b>{replay.verdicts[verdict]:,}</b><span><i class="key {verdict}"></i>{_WORDS[verdict]}</span></li>'
        for verdict in Verdict
    )
    return f"<ul class=counts>{items}</ul>"


def _differences(replay: Replay) -> Iterator[str]:
    if not replay.compared:
        return
    yield f"<h2>Beside what was done</h2><p>{_text(agreement(replay))}</p>"
    if not replay.differing:
        return
    yield _changes(replay)
    shown = replay.differing[:_MOST]
    yield f"<details{' open' if len(shown) <= _OPEN else ''}><summary>Each difference</summary>"
    yield from map(_difference, shown)
    if len(replay.differing) > _MOST:
        yield f"<p class=soft>{len(replay.differing) - _MOST:,} more are in the output of --json.</p>"
    yield "</details>"


def _changes(replay: Replay) -> str:
    rows = "".join(
        f"<tr><td class=c>{count:,}</td><td>{_text(name)}</td><td class=v>{_key(then)}</td>"
        f"<td class=v>{_key(now)}</td></tr>"
        for (name, then, now), count in replay.changes.most_common()
    )
    head = "<th scope=col class=c>decisions</th><th scope=col>playbook</th><th scope=col>then</th><th scope=col>now</th>"
    return _table(head, rows)


def _table(head: str, rows: str) -> str:
    return (
        f"<div class='card scroll'><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _key(verdict: str) -> str:
    """A verdict of ours, with its colour."""
    return f'<i class="key {verdict.partition(",")[0]}"></i>{verdict}'


def _difference(one: Compared) -> str:
    when = f"{one.time:%d %b %Y, %H:%M:%S} UTC" if one.time else "no readable time"
    now = _side("now", None, "no playbook of that name reacts to it any more")
    if one.now is not None:
        now = _side("now", one.now.verdict, one.now.reason)
    return (
        f"<section class=d><header><b>{_text(one.then.playbook)}</b><span>{when}</span>"
        f"<span>differs: {', '.join(one.differences)}</span><code>{_text(one.then.id)}</code></header>"
        f"<dl>{_side('then', one.then.verdict, one.then.reason, one.then.note)}{now}</dl></section>"
    )


def _side(label: str, verdict: Verdict | None, reason: str, note: str = "") -> str:
    shown = _key(verdict) if verdict is not None else "nothing"
    after = f" <span class=soft>({_text(note)})</span>" if note else ""
    return f"<dt>{label}</dt><dd>{shown}</dd><dd>{_text(reason)}{after}</dd>"


def _playbooks(replay: Replay) -> str:
    if not replay.playbooks:
        return ""
    head = "".join(f"<th scope=col class=n>{verdict}</th>" for verdict in Verdict)
    rows = "".join(
        f"<tr><th scope=row>{_text(name)}</th>"
        + "".join(f'<td class="n{"" if counts[v] else " zero"}">{counts[v]:,}</td>' for v in Verdict)
        + "</tr>"
        for name, counts in sorted(replay.playbooks.items())
    )
    return f"<h2>By playbook</h2>{_table(f'<th scope=col>playbook</th>{head}', rows)}"


def _held(replay: Replay) -> str:
    if not replay.held:
        return ""
    rows = "".join(
        f"<tr><td class=c>{count:,}</td><td>{_text(name)}</td><td class=v>{_text(rule)}</td>"
        f"<td>{_text(RULES.get(rule, ''))}</td></tr>"
        for (name, rule), count in replay.held.most_common()
    )
    head = "<th scope=col class=c>held</th><th scope=col>playbook</th><th scope=col>rule</th><th scope=col>why</th>"
    return f"<h2>What was held, by which rule</h2>{_table(head, rows)}"


def _footer(replay: Replay, notes: Sequence[str]) -> str:
    said = list(notes)
    if replay.malformed:
        said.insert(0, f"{len(replay.malformed):,} documents were no events")
    if replay.missing:
        said.append(f"{len(replay.missing):,} recorded decisions are about events that were not replayed")
    items = "".join(f"<li>{_text(note)}</li>" for note in said)
    rests = f"<p>What this rests on:</p><ul>{items}</ul>" if items else ""
    return f"<footer>{rests}<p>Made by dockwarden {escape(__version__)}; all times are UTC.</p></footer>"
