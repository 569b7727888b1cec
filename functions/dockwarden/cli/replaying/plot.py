"""The plot of a replay: stacked counts over time as SVG. Only bars are drawn; words stand beside them as HTML."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from html import escape

from dockwarden.cli.replaying.buckets import Bucket, Series
from dockwarden.verdicts import Verdict

DRAWN = (Verdict.ACT, Verdict.OBSERVE, Verdict.HOLD, Verdict.TELL)
"""What is stacked, from the bottom; what is ignored is so much more that it has a plot of its own."""

_WIDE, _HIGH, _LOW = 960, 200, 48
_GAP = 0.18


def plots(series: Series) -> str:
    """Both plots with their scale and the times below them."""
    if not series.buckets:
        return '<p class="none">No event has a readable time, so that there is nothing to draw.</p>'
    what = ", ".join(DRAWN)
    return "".join(
        (
            _figure(series, DRAWN, _HIGH, f"Events by verdict ({what}) per {series.step}"),
            _figure(series, (Verdict.IGNORE,), _LOW, f"Events ignored per {series.step}"),
            _times(series),
        )
    )


def _figure(series: Series, drawn: Sequence[Verdict], high: int, title: str) -> str:
    top = max(sum(bucket.counts[verdict] for verdict in drawn) for bucket in series.buckets)
    name = "plot-" + "-".join(drawn)
    return (
        f'<figure><figcaption>{escape(title)}<span class="top">highest: {top:,}</span></figcaption>'
        f'<svg role="img" aria-labelledby="{name}-t {name}-d" viewBox="0 0 {_WIDE} {high}" '
        f'preserveAspectRatio="none" style="height:{high}px"><title id="{name}-t">{escape(title)}</title>'
        f'<desc id="{name}-d">{escape(_described(series, drawn))}</desc>'
        f'<line class="base" x1="0" x2="{_WIDE}" y1="{high - 0.5}" y2="{high - 0.5}"/>'
        f"{''.join(_bars(series, drawn, high, max(top, 1)))}</svg></figure>"
    )


def _described(series: Series, drawn: Sequence[Verdict]) -> str:
    """What the plot shows, for who does not see it; the table below has all numbers."""
    total: Counter[Verdict] = sum((bucket.counts for bucket in series.buckets), Counter())
    counts = ", ".join(f"{total[verdict]:,} {verdict}" for verdict in drawn)
    peak = max(series.buckets, key=lambda bucket: sum(bucket.counts[verdict] for verdict in drawn))
    return f"{len(series.buckets)} bars from {_label(series, series.buckets[0].start)}; in all {counts}; most at {_label(series, peak.start)}. The table below has the numbers."


def _bars(series: Series, drawn: Sequence[Verdict], high: int, top: int) -> Iterator[str]:
    step = _WIDE / len(series.buckets)
    for number, bucket in enumerate(series.buckets):
        yield from _bar(bucket, drawn, (number + _GAP / 2) * step, step * (1 - _GAP), high, top, series)


def _bar(  # noqa: PLR0917  a bar is its place and its scale
    bucket: Bucket, drawn: Sequence[Verdict], x: float, wide: float, high: int, top: int, series: Series
) -> Iterator[str]:
    y = high - 1.0
    for verdict in drawn:
        count = bucket.counts[verdict]
        if count:
            # What is there can be seen, however small it is beside the highest bar.
            tall = max(2.0, count / top * (high - 8))
            y -= tall
            said = f"{_label(series, bucket.start)}: {count:,} {verdict}"
            yield (
                f'<rect class="{verdict}" x="{x:.2f}" y="{y:.2f}" width="{wide:.2f}" height="{tall:.2f}">'
                f"<title>{escape(said)}</title></rect>"
            )


def _times(series: Series) -> str:
    first, last = series.buckets[0].start, series.buckets[-1].start + series.length
    middle = series.buckets[len(series.buckets) // 2].start
    shown = (first, middle, last) if len(series.buckets) > 2 else (first, last)  # noqa: PLR2004
    return f'<div class="times">{"".join(f"<span>{_label(series, one)}</span>" for one in shown)}</div>'


def _label(series: Series, moment: datetime) -> str:
    return f"{moment:%d %b %Y}" if series.length >= timedelta(days=1) else f"{moment:%d %b, %H:%M}"


def table(series: Series) -> str:
    """The same numbers as a table; steps without events are left out."""
    head = "".join(f"<th scope=col class=n>{verdict}</th>" for verdict in Verdict)
    rows = "".join(
        f"<tr><th scope=row>{_label(series, bucket.start)}</th>{''.join(_cells(bucket))}</tr>"
        for bucket in series.buckets
        if bucket.counts
    )
    return (
        f"<details><summary>The numbers per {series.step}</summary><div class=scroll><table>"
        f"<thead><tr><th scope=col>from, UTC</th>{head}</tr></thead><tbody>{rows}</tbody></table></div></details>"
    )


def _cells(bucket: Bucket) -> Iterator[str]:
    for verdict in Verdict:
        count = bucket.counts[verdict]
        yield f'<td class="n{"" if count else " zero"}">{count:,}</td>'
