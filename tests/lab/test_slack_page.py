"""The page of the local Slack shows what Slack would show, and no text in it ever becomes more than text."""

import re
import subprocess
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.slack.handler import Answer, Handler
from lab.slack.mrkdwn import plain_text, render
from lab.slack.server import TOKEN, LocalSlack
from tests.lab.slack_calls import CHANNEL, call, post, request, section

ALLOWED = {"a", "b", "i", "s", "br", "code", "pre", "blockquote", "span"}
ATTRIBUTES = {"href", "target", "rel", "class", "title"}

HOSTILE = [
    "<script>document.title='owned'</script>",
    "<img src=x onerror=\"document.title='owned'\">",
    '"><svg onload=document.title=1>',
    "&lt;script&gt;document.title='owned'&lt;/script&gt;",
    "<javascript:document.title='owned'|press>",
    "<https://a.example/\" onmouseover=\"document.title='owned'|press>",
    "<https://a.example/`x`'onclick='1|press>",
    "```</pre><script>document.title='owned'</script>```",
    "`</code><script>document.title='owned'</script>`",
    "*<b>* _<i>_ ~<s>~ > <q>",
    "\ue0000\ue001 \ue00099\ue001",
    "&amp;lt;script&amp;gt;",
]


class Tags(HTMLParser):
    """Every element and attribute of a piece of HTML, as a browser's parser would see them."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.fixture
def slack() -> Iterator[LocalSlack]:
    with LocalSlack.start(0) as running:
        yield running


def page(slack: LocalSlack) -> str:
    return request(slack, "/", method="GET").body


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("*bold* _italic_ ~gone~ `code`", "<b>bold</b> <i>italic</i> <s>gone</s> <code>code</code>"),
        ("2*3*4 snake_case_name", "2*3*4 snake_case_name"),
        ("a\nb", "a<br>b"),
        ("&gt; said\nthen", "<blockquote>said</blockquote>then"),
        ("```\nx *y*\n```\nafter", "<pre>x *y*</pre>after"),
        ("a &lt; b &amp;&amp; c &gt; d", "a &lt; b &amp;&amp; c &gt; d"),
        ("<!channel> <@U1>", '<span class="mention">@channel</span> <span class="mention">@U1</span>'),
        ("&lt;!channel&gt;", "&lt;!channel&gt;"),
        ("<!subteam^S1|@sre>", '<span class="mention">@sre</span>'),
        (":warning: :no_such_one:", "⚠️ :no_such_one:"),
    ],
)
def test_mrkdwn_is_shown_as_slack_shows_it(text: str, shown: str) -> None:
    """The markup that cards use."""
    assert render(text) == shown


def test_a_link_is_one_only_where_the_markup_says_so() -> None:
    """A bare address is marked as what Slack would link by itself, a verbatim one is plain."""
    assert '<a href="https://a.example/x?y&amp;z"' in render("<https://a.example/x?y&amp;z|the page>")
    bare = render("see https://a.example/x")
    assert "<a " not in bare
    assert 'class="auto"' in bare
    assert render("see https://a.example/x", verbatim=True) == "see https://a.example/x"
    assert "<a " not in render("<ftp://a.example|x> <javascript:x|y> <data:text/html,x|y>")


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text(text: str) -> None:
    """Nothing but the few elements of mrkdwn comes out, and no attribute that does something."""
    for shown in (render(text), plain_text(text)):
        found = Tags(shown)
        assert set(found.tags) <= ALLOWED
        assert {name for name, _ in found.attributes} <= ATTRIBUTES


@given(st.text(alphabet=st.sampled_from(list("<>&\"'`*_~|!@#:/ \nabhtps.=\ue000\ue001")), max_size=60))
def test_no_text_whatever_becomes_an_element_or_a_foreign_link(text: str) -> None:
    """Whatever stands in an event: only mrkdwn's elements, only web and mail addresses."""
    found = Tags(render(text))
    assert set(found.tags) <= ALLOWED
    for name, value in found.attributes:
        assert name in ATTRIBUTES
        if name == "href":
            assert re.match(r"(?i)https?://|mailto:", value or "")


def test_a_card_is_shown_with_its_colour_fields_buttons_and_edits(slack: LocalSlack) -> None:
    """Header, section with fields, context, divider, disabled buttons, the bar, the thread, the edited mark."""
    fields = [{"type": "mrkdwn", "text": "*Owner*"}, {"type": "plain_text", "text": "sre"}]
    approve = {"type": "button", "text": {"type": "plain_text", "text": "Approve"}, "style": "primary"}
    blocks: list[dict[str, Any]] = [
        {"type": "header", "text": {"type": "plain_text", "text": "Decision needed"}},
        {**section("*why*"), "fields": fields},
        {"type": "divider"},
        {"type": "context", "elements": [{"type": "mrkdwn", "text": "cluster `prod`"}]},
        {"type": "actions", "elements": [approve]},
    ]
    ts = post(slack, "first", attachments=[{"color": "#e01e5a", "blocks": blocks}])
    post(slack, "and then", thread_ts=ts)
    assert "(edited)" not in page(slack)
    call(slack, "chat.update", channel=CHANNEL, ts=ts, text="second")
    shown = page(slack)
    for part in (
        *(
            "Decision needed</h3>",
            "<b>why</b>",
            "<b>Owner</b>",
            "<div>sre</div>",
            "<hr>",
            "<code>prod</code>",
        ),
        *('fill="#e01e5a"', 'class="primary" disabled', "1 reply", "and then", "(edited)", "second"),
    ):
        assert part in shown
    assert "first" not in shown


def test_a_text_that_was_posted_as_no_markup_is_shown_as_it_stands(slack: LocalSlack) -> None:
    """`mrkdwn: false`, which Dockwarden sends, is honoured."""
    post(slack, "*not bold*", mrkdwn=False)
    assert "*not bold*" in page(slack)


def test_a_colour_is_a_colour_or_nothing(slack: LocalSlack) -> None:
    """An attachment's colour cannot carry anything else into the page."""
    post(slack, "x", attachments=[{"color": '"/><script>', "text": "y"}])
    assert "<script>" not in page(slack)
    assert 'fill="#dddddd"' in page(slack)


def test_the_page_forbids_everything_that_it_does_not_bring_itself(slack: LocalSlack) -> None:
    """Even HTML that slipped through could not run."""
    rules = request(slack, "/", method="GET").headers["content-security-policy"]
    assert "default-src 'none'" in rules
    assert "unsafe" not in rules
    assert not re.search(r"\son\w+=|style=|javascript:", page(slack))


def test_a_fragment_comes_only_when_something_has_changed(slack: LocalSlack) -> None:
    """What the page asks once a second costs nothing while nothing happens."""
    post(slack, "one")
    told = request(slack, f"/_lab/fragment?channel={CHANNEL}&version=0", method="GET").json
    assert "one" in told["html"]
    unchanged = request(slack, f"/_lab/fragment?channel={CHANNEL}&version={told['version']}", method="GET")
    assert unchanged.status == 204


def test_another_path_is_not_found(slack: LocalSlack) -> None:
    """No file of the machine is served."""
    for path in ("/nothing", "/page/__init__.py", "/page/../server.py", "/C0PLATFORM/x"):
        assert request(slack, path, method="GET").status == 404


def dom(chromium: str, url: str, profile: Path) -> str:
    """The page's DOM after its scripts ran for three virtual seconds."""
    flags = [
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--virtual-time-budget=3000",
        f"--user-data-dir={profile}",
    ]
    done = subprocess.run(
        [chromium, *flags, "--dump-dom", url], capture_output=True, text=True, timeout=60, check=True
    )
    return done.stdout


@pytest.mark.browser
def test_in_a_browser_hostile_text_does_nothing_and_is_there_to_read(
    slack: LocalSlack, chromium: str, tmp_path: Path
) -> None:
    """No script of a message runs, no element of it exists; the page itself is live."""
    for text in HOSTILE:
        post(
            slack,
            text,
            blocks=[section(text), {"type": "header", "text": {"type": "plain_text", "text": text}}],
        )
    seen = dom(chromium, slack.url, tmp_path)
    title = re.search(r"<title>(.*?)</title>", seen)
    assert title is not None
    assert title[1] == "#platform-alerts · local Slack"
    found = Tags(seen)
    assert found.tags.count("script") == 1  # the page's own
    assert "img" not in found.tags
    assert "<script>document.title='owned'</script>" in found.text


@pytest.mark.browser
def test_in_a_browser_a_later_message_appears_without_a_reload(
    slack: LocalSlack, chromium: str, tmp_path: Path
) -> None:
    """The page's script draws what was posted after the page was served."""
    seen_first: list[str] = []
    served = Handler._page

    def served_then_posted(self: Handler, path: str) -> Answer:
        answer = served(self, path)
        if path == "/" and not seen_first:
            seen_first.append(answer.body.decode())
            slack.api.call("chat.postMessage", TOKEN, {"channel": CHANNEL, "text": "came later"})
        return answer

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Handler, "_page", served_then_posted)
        seen = dom(chromium, slack.url, tmp_path)
    assert "came later" not in seen_first[0]
    assert "came later" in seen
