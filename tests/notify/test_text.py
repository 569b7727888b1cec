import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockwarden.notify.text import clean, inert
from lab.slack import mrkdwn

HOSTILE = [
    "<!channel>",
    "<!here> <!everyone>",
    "<!subteam^S012345>",
    "<@U012345>",
    "<#C012345>",
    "<https://evil.example|console.aws.amazon.com>",
    "https://evil.example/login",
    "*bold* _italic_ ~struck~ `code` ```block```",
    "_*both*_",
    "*_~`",
    "> quoted",
    ">>> quoted to the end",
    "&lt;!channel&gt;",
    "&amp;lt;!channel&amp;gt;",
    ":rotating_light: :warning:",
    "\u202eslevart\u202c",
    "\x1b[31mred\x1b[0m \x1b]0;title\x07",
    "NUL\x00 in the middle",
    "one\nline\r\nonly\u2028here\x85now",
    "{{7*7}} ${HOME} %s {0}",
    '"},{"text":"<!channel>',
    "\u1fef a backtick after normalisation",
    "Z\u0351\u0352\u0353\u0354\u0355\u0356\u0357\u0358\u0359algo",
    "\u0338 an accent on whatever stands before",
    "*\u200bhidden\u200b*",
    "\ud800 half a character",
    "👨\u200d👩\u200d👧 👍🏿 🇰🇷",
    "롤백 완료, 정상",
    "x" * 10_000,
    "\u0301" * 10_000,
    "<" * 10_000,
]
any_text = st.one_of(
    st.sampled_from(HOSTILE), st.text(), st.text("<>!@#&*_~`:|\n\x1b\u202e ahttps/.^", max_size=60)
)


@pytest.mark.parametrize("text", HOSTILE)
def test_invariant_60_hostile_text_shows_and_does_nothing(text: str) -> None:
    """As Slack renders it there is no mention, link, formatting, quotation or emoji made of it."""
    shown = mrkdwn.render(inert(text, 300), verbatim=True)
    assert "<" not in shown
    assert "🚨" not in shown


@given(any_text, st.integers(1, 200))
def test_invariant_60_any_text_is_inert_within_its_limit(text: str, limit: int) -> None:
    """Whatever the text and wherever it is cut: one line, only visible characters, nothing that Slack parses."""
    shown = inert(text, limit)
    assert len(shown.encode("utf-16-le")) // 2 <= limit
    assert not set(shown) & set("<>*~`\n\r\t\x00\x1b")
    assert not {unicodedata.category(char) for char in shown} & {"Cc", "Cf", "Cs", "Co", "Cn"}
    assert re.sub(r"&(amp|lt|gt);", "", shown).count("&") == 0
    assert "<" not in mrkdwn.render(shown, verbatim=True)


@pytest.mark.parametrize(
    "name",
    [
        "i-0abc1234def567890",
        "report_nightly",
        "team-payments/web (v2.1)",
        "12:02:00 - 12:04:00",
        "openssl 3.0.13, fixed in 3.0.15",
        "롤백 완료, 정상",
        "9 of 11 tasks; 2 left",
    ],
)
def test_names_and_numbers_stay_what_they_are(name: str) -> None:
    """A name can be copied from Slack into a console."""
    assert inert(name, 100) == name


def test_an_arn_never_becomes_an_emoji() -> None:
    """A workspace may have emoji called `ecs` or `aws`."""
    assert not re.search(r":[\w-]+:", inert("arn:aws:ecs:eu-central-1:111122223333:cluster/prod", 100))


def test_text_is_cut_with_an_ellipsis_between_what_people_count_as_characters() -> None:
    """No accent, colour of a hand or half of a flag is left alone at the end."""
    assert inert("abcdef", 4) == "abc…"
    assert inert("abe\u0301\u0323d", 4) == "ab…"
    assert inert("a👍🏿b", 5) == "a…"
    assert inert("a🇰🇷b", 5) == "a…"
    assert inert("👍🏿", 4) == "👍🏿"


def test_an_escaped_character_is_never_cut_in_two() -> None:
    """A limit inside `&amp;` leaves the whole of it out."""
    assert inert("ab&cd", 6) == "ab…"
    assert inert("a&&b", 6) == "a…"
    assert inert("&", 5) == "&amp;"


def test_ansi_sequences_leave_nothing_behind() -> None:
    """Not even their letters, as `[31m` would."""
    assert inert("\x1b[31mred\x1b[0m and \x1b]0;title\x07more", 100) == "red and more"


def test_a_log_gets_one_line_without_anything_invisible() -> None:
    """A card's id cannot forge a line of a log."""
    assert clean("a\nb\x1b[2Jc\u202ed", 100) == "a bcd"
