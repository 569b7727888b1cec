"""Slack's mrkdwn as HTML: only what the markup really says becomes a link or a mention, everything else is text."""

import html
import re
from collections.abc import Callable
from datetime import UTC, datetime

# Stand-ins for finished HTML while the text around it is formatted; private characters, removed from the input.
_OPEN, _CLOSE = "\ue000", "\ue001"
_FENCE = re.compile(r"```\n?(.+?)\n?```\n?", re.DOTALL)
_CODE = re.compile(r"`([^`\n]+)`")
_MARK = re.compile(f"<([^<>\\n{_OPEN}]+)>")
_LINK = re.compile(r"(?P<url>(?:https?://|mailto:)[^|]+)(?:\|(?P<text>.+))?", re.IGNORECASE)
_MENTION = re.compile(r"(?P<kind>[@#!])(?P<what>[^|]+)(?:\|(?P<text>.+))?")
_DATE = re.compile(r"date\^(?P<at>\d+)\^[^^]*(?:\^.*)?")
_STAND_IN = re.compile(f"{_OPEN}(\\d+){_CLOSE}")
# What Slack itself would make a link of, unless the text object is `verbatim`; shown, but never as a link.
AUTO_LINK = re.compile(
    r"(?:https?://|www\.)[^\s<>|]+|\b[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:com|net|org|io|dev)\b[^\s<>|]*",
    re.IGNORECASE,
)
_STYLES = (
    (re.compile(r"(?<![\w*])\*(?=\S)([^*\n]+?)(?<=\S)\*(?![\w*])"), r"<b>\1</b>"),
    (re.compile(r"(?<![\w_])_(?=\S)([^_\n]+?)(?<=\S)_(?![\w_])"), r"<i>\1</i>"),
    (re.compile(r"(?<![\w~])~(?=\S)([^~\n]+?)(?<=\S)~(?![\w~])"), r"<s>\1</s>"),
)
_EMOJI = {
    "white_check_mark": "✅",
    "warning": "⚠️",
    "rotating_light": "🚨",
    "x": "❌",
    "hourglass_flowing_sand": "⏳",
    "large_green_circle": "🟢",
    "large_yellow_circle": "🟡",
    "red_circle": "🔴",
    "white_circle": "⚪",
    "eyes": "👀",
    "anchor": "⚓",
}
_EMOJI_NAME = re.compile(r":([a-z0-9_+-]+):")


def inert(text: str) -> str:
    """Text as Slack sends it (`&amp;`, `&lt;`, `&gt;`), escaped for HTML and nothing else."""
    plain = text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    return html.escape(plain, quote=True)


def plain_text(text: str) -> str:
    """A plain_text object's text as HTML: emoji names are the only markup."""
    return _with_emoji(inert(text)).replace("\n", "<br>")


def render(text: str, *, verbatim: bool = False) -> str:
    """A mrkdwn text as HTML; bare addresses are marked as what Slack would link, unless `verbatim`."""
    done: list[str] = []

    def keep(finished: str) -> str:
        done.append(finished)
        return f"{_OPEN}{len(done) - 1}{_CLOSE}"

    clean = text.replace(_OPEN, "").replace(_CLOSE, "")
    clean = _FENCE.sub(lambda found: keep(f"<pre>{inert(found[1])}</pre>"), clean)
    clean = _CODE.sub(lambda found: keep(f"<code>{inert(found[1])}</code>"), clean)
    clean = _MARK.sub(lambda found: keep(_marked(found[1])), clean)
    if not verbatim:
        clean = AUTO_LINK.sub(lambda found: keep(_would_link(found[0])), clean)
    return _put_back(_quoted(clean), done)


def _marked(mark: str) -> str:
    """What stands between angle brackets: a link, a mention, or text that only looks like markup."""
    link = _LINK.fullmatch(mark)
    if link:
        url = html.escape(link["url"].replace("&amp;", "&"), quote=True)
        label = inert(link["text"] or link["url"])
        return f'<a href="{url}" target="_blank" rel="noopener noreferrer nofollow">{label}</a>'
    mention = _MENTION.fullmatch(mark)
    if mention:
        return f'<span class="mention">{_mention(mention["kind"], mention["what"], mention["text"])}</span>'
    return inert(f"<{mark}>")


def _mention(kind: str, what: str, text: str | None) -> str:
    date = _DATE.fullmatch(what) if kind == "!" else None
    if date:
        return inert(text or datetime.fromtimestamp(int(date["at"]), UTC).isoformat(timespec="seconds"))
    sign = "#" if kind == "#" else "@"
    return sign + inert(text.removeprefix(sign) if text else what)


def _would_link(address: str) -> str:
    return f'<span class="auto" title="Slack would make this a link">{inert(address)}</span>'


def _quoted(text: str) -> str:
    """Lines that begin with > become one quotation, the others follow each other."""
    parts: list[str] = []
    quoting = False
    for line in text.split("\n"):
        quote = re.match(r"(?:&gt;|>) ?", line)
        styled = _styled(line[quote.end() :] if quote else line)
        if bool(quote) != quoting:
            parts.append("<blockquote>" if quote else "</blockquote>")
        elif parts:
            parts.append("<br>")
        parts.append(styled)
        quoting = bool(quote)
    return "".join([*parts, "</blockquote>" if quoting else ""])


def _styled(line: str) -> str:
    styled = inert(line)
    for pattern, markup in _STYLES:
        styled = pattern.sub(markup, styled)
    return _with_emoji(styled)


def _with_emoji(text: str) -> str:
    return _EMOJI_NAME.sub(lambda found: _EMOJI.get(found[1], found[0]), text)


def _put_back(text: str, done: list[str]) -> str:
    insert: Callable[[re.Match[str]], str] = lambda found: done[int(found[1])]  # noqa: E731 - typed for mypy
    while _STAND_IN.search(text):
        text = _STAND_IN.sub(insert, text)
    return text
