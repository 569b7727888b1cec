"""The page of a replay: self-contained, safe whatever events say, and the same numbers in plot and table."""

import re
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockwarden.cli.replaying.buckets import MOST, series
from dockwarden.cli.replaying.judging import Compared, Replay
from dockwarden.cli.replaying.occurrences import Then
from dockwarden.cli.replaying.page import page
from dockwarden.verdicts import Outcome, Verdict
from tests.fakes import NOON

HOSTILE = "<script>alert(1)</script><img src=https://evil.example/x onerror=alert(1)>\"'&\u202e\x1b[31m"
VOID = {"meta", "rect", "line", "br"}


class Checker(HTMLParser):
    """Reads a page as a browser would, and notes tags, attributes and text; unbalanced tags are an error."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self._open: list[str] = []
        self.feed(text)
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    def tags(self, name: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.seen if tag == name]


def a_replay(said: str = "its reason") -> Replay:
    """A replay with one difference and three moments."""
    then = Then(
        "spot_drain-1", "e1", "spot_drain", Verdict.OBSERVE, frozenset({("A", "t")}), said, f"done: {said}"
    )
    found = Replay(events=9, first=NOON, last=NOON + timedelta(hours=30))
    found.verdicts.update({Verdict.ACT: 2, Verdict.HOLD: 1, Verdict.IGNORE: 6})
    found.moments = {
        NOON: Counter({Verdict.ACT: 2, Verdict.IGNORE: 4}),
        NOON + timedelta(hours=3): Counter({Verdict.HOLD: 1}),
        NOON + timedelta(hours=30): Counter({Verdict.IGNORE: 2}),
    }
    found.playbooks = {"spot_drain": Counter({Verdict.ACT: 2}), "rebalance_drain": Counter({Verdict.HOLD: 1})}
    found.held.update({("rebalance_drain", "freeze"): 1})
    found.compared = [Compared(NOON, then, Outcome("spot_drain", Verdict.ACT, said))]
    return found


def test_the_page_needs_nothing_but_itself() -> None:
    """No script, no link, no picture, no font; and it tells the browser to fetch nothing."""
    text = page(a_replay(), ["a note"])
    found = Checker(text)
    assert {tag for tag, _ in found.seen} & {"script", "link", "img", "iframe", "object", "form"} == set()
    assert not [
        a for _, attributes in found.seen for a in attributes if a in ("src", "href") or a.startswith("on")
    ]
    assert "url(" not in text
    assert "://" not in text
    [policy] = [a["content"] for a in found.tags("meta") if a.get("http-equiv")]
    assert policy is not None
    assert policy.startswith("default-src 'none'")


def test_hostile_text_of_events_is_only_text() -> None:
    text = page(a_replay(HOSTILE), [HOSTILE])
    found = Checker(text)
    assert found.tags("script") == found.tags("img") == []
    assert any("<script>alert(1)</script>" in shown for shown in found.texts), "it is shown as what it is"
    assert "\u202e" not in text
    assert "\x1b" not in text


def test_each_plot_says_in_words_what_it_shows_and_the_table_has_its_numbers() -> None:
    found = Checker(page(a_replay(), []))
    plots = found.tags("svg")
    ids = {attributes.get("id") for _, attributes in found.seen}
    assert len(plots) == 2
    for plot in plots:
        assert plot["role"] == "img"
        assert set((plot["aria-labelledby"] or "").split()) <= ids
    drawn = Counter(a["class"] for a in found.tags("rect"))
    assert drawn == {"act": 1, "hold": 1, "ignore": 2}
    shown = " ".join(found.texts)
    assert "20 Nov, 12:00: 2 act" in shown
    assert "20 Nov, 15:00: 1 hold" in shown


def test_the_sentence_the_difference_the_rule_and_the_notes_are_on_it() -> None:
    shown = " ".join(Checker(page(a_replay(), ["budgets are not judged"])).texts)
    for words in (
        "In these 30 hours it would have acted 2 times, held 1, told 0, ignored 6.",
        "Of 1 recorded decision, 0 are the same now and 1 differ.",
        "spot_drain-1",
        "a freeze window held",
        "budgets are not judged",
    ):
        assert words in shown


def test_a_replay_of_nothing_is_a_page_too() -> None:
    shown = " ".join(Checker(page(Replay(), [])).texts)
    assert "There was no event to decide about." in shown


@given(st.lists(st.integers(0, 60 * 24 * 800), min_size=1, max_size=30))
def test_every_event_is_in_exactly_one_bar_and_there_are_never_too_many(minutes: list[int]) -> None:
    moments: dict[object, Counter[Verdict]] = {}
    for minute in minutes:
        moments.setdefault(NOON + timedelta(minutes=minute), Counter())[Verdict.TELL] += 1
    found = series(moments)  # type: ignore[arg-type]
    assert sum(bucket.counts[Verdict.TELL] for bucket in found.buckets) == len(minutes)
    assert len(found.buckets) <= MOST
    assert [b.start for b in found.buckets] == sorted(b.start for b in found.buckets)


@pytest.mark.parametrize(
    ("hours", "step"), [(1, "minute"), (20, "15 minutes"), (24 * 7, "3 hours"), (24 * 60, "day")]
)
def test_the_steps_are_as_long_as_the_period_asks_for(hours: int, step: str) -> None:
    ends = {NOON: Counter({Verdict.ACT: 1}), NOON + timedelta(hours=hours): Counter({Verdict.ACT: 1})}
    assert series(ends).step == step


def test_bars_stay_within_the_drawing() -> None:
    found = Checker(page(replace(a_replay()), []))
    for rect in found.tags("rect"):
        assert all(re.fullmatch(r"\d+\.\d\d", rect[name] or "") for name in ("x", "y", "width", "height"))
        assert float(rect["x"] or 0) + float(rect["width"] or 0) <= 960
