"""Messages as the page shows them; every text goes through `mrkdwn`, so nothing of it can become HTML."""

import html
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from lab.slack.content import BOT_NAME
from lab.slack.mrkdwn import inert, plain_text, render
from lab.slack.store import Channel, Message, Store

_COLOUR = re.compile(r"#?([0-9a-fA-F]{6})")
_NAMED = {"good": "2eb67d", "warning": "ecb22e", "danger": "e01e5a"}


def channel_html(store: Store, channel: Channel) -> str:
    """All messages of a channel with their threads, one day after the other."""
    with store.lock:
        found = store.in_channel(channel.id)
        threads: dict[str, list[Message]] = {}
        for one in found:
            if one.thread is not None:
                threads.setdefault(one.thread, []).append(one)
        tops = [one for one in found if one.thread is None]
        return _days(tops, threads) or _empty(channel)


def _empty(channel: Channel) -> str:
    return (
        '<div class="empty"><div class="anchor">⚓</div>'
        f"<h2>This is the start of #{inert(channel.name)}</h2>"
        "<p>Nothing has been posted yet. What Dockwarden says appears here by itself.</p></div>"
    )


def _days(tops: list[Message], threads: dict[str, list[Message]]) -> str:
    parts: list[str] = []
    day = ""
    for message in tops:
        today = _at(message.ts).strftime("%A, %B %-d")
        if today != day:
            parts.append(f'<div class="day"><span>{today}</span></div>')
            day = today
        parts.append(_message(message, threads.get(message.ts, [])))
    return "".join(parts)


def _message(message: Message, replies: list[Message]) -> str:
    return (
        f'<article class="message" id="m{html.escape(message.ts)}">{_AVATAR}'
        f'<div class="body">{_byline(message)}{_content(message)}{_thread(replies)}</div></article>'
    )


_AVATAR = '<div class="avatar" aria-hidden="true"><svg viewBox="0 0 24 24"><path d="M12 2.2a2.6 2.6 0 0 0-1 5v1.5H8.2v2H11v7.6c-2.7-.4-4.7-2-5.3-4.2l1.5.5L5.3 10.500 3.2 15l1.200-.300C5.300 18.700 8.300 21.300 12 21.600c3.700-.300 6.700-2.900 7.600-6.900l1.200.300-2.100-4.500-1.900 4.100 1.500-.500c-.600 2.200-2.600 3.800-5.300 4.200v-7.600h2.800v-2H13V7.200a2.600 2.600 0 0 0-1-5Zm0 1.700a.9.9 0 1 1 0 1.800.9.9 0 0 1 0-1.800Z"/></svg></div>'


def _byline(message: Message) -> str:
    at = _at(message.ts)
    edited = ' <span class="edited">(edited)</span>' if message.body.get("edited") else ""
    via = ' <span class="via">via webhook</span>' if message.via == "webhook" else ""
    return (
        f'<header><b class="name">{BOT_NAME}</b><span class="app">APP</span>'
        f'<time datetime="{at.isoformat()}" title="{at:%Y-%m-%d %H:%M:%S} UTC">{at:%H:%M}</time>{edited}{via}</header>'
    )


def _content(message: Message) -> str:
    body = message.body
    text = str(body.get("text", ""))
    blocks = body.get("blocks") or []
    if blocks:
        shown = _blocks(blocks)
    elif text:
        shown = f'<div class="text">{plain_text(text) if message.literal else render(text)}</div>'
    else:
        shown = ""
    return shown + "".join(_attachment(one) for one in body.get("attachments") or [])


def _attachment(attachment: dict[str, Any]) -> str:
    given = str(attachment.get("color", ""))
    found = _COLOUR.fullmatch(_NAMED.get(given, given))
    colour = found[1] if found else "dddddd"
    inside = _blocks(attachment.get("blocks") or []) or f'<div class="text">{_legacy(attachment)}</div>'
    bar = f'<svg class="bar" viewBox="0 0 4 4" preserveAspectRatio="none"><rect width="4" height="4" fill="#{colour}"/></svg>'
    return f'<div class="attachment">{bar}<div class="inside">{inside}</div></div>'


def _legacy(attachment: dict[str, Any]) -> str:
    return render(str(attachment.get("text") or attachment.get("fallback") or ""))


def _thread(replies: list[Message]) -> str:
    if not replies:
        return ""
    count = f"{len(replies)} {'reply' if len(replies) == 1 else 'replies'}"
    shown = "".join(
        f'<div class="reply">{_AVATAR}<div class="body">{_byline(one)}{_content(one)}</div></div>'
        for one in replies
    )
    return f'<details class="thread" open><summary>{count}</summary>{shown}</details>'


def _blocks(blocks: list[dict[str, Any]]) -> str:
    return "".join(BLOCKS.get(str(block.get("type")), _unknown)(block) for block in blocks)


def _text(value: Any) -> str:
    if not isinstance(value, dict):
        return ""
    if value.get("type") == "mrkdwn":
        return render(str(value.get("text", "")), verbatim=bool(value.get("verbatim")))
    return plain_text(str(value.get("text", "")))


def _header(block: dict[str, Any]) -> str:
    return f"<h3>{_text(block.get('text'))}</h3>"


def _section(block: dict[str, Any]) -> str:
    text = f'<div class="text">{_text(block["text"])}</div>' if "text" in block else ""
    fields = "".join(f"<div>{_text(field)}</div>" for field in block.get("fields") or [])
    fields = f'<div class="fields">{fields}</div>' if fields else ""
    accessory = f'<div class="accessory">{_element(block["accessory"])}</div>' if "accessory" in block else ""
    return f'<div class="section"><div>{text}{fields}</div>{accessory}</div>'


def _context(block: dict[str, Any]) -> str:
    shown = "".join(f"<span>{_element(one)}</span>" for one in block.get("elements") or [])
    return f'<div class="context">{shown}</div>'


def _actions(block: dict[str, Any]) -> str:
    return f'<div class="actions">{"".join(_element(one) for one in block.get("elements") or [])}</div>'


def _element(element: dict[str, Any]) -> str:
    kind = element.get("type")
    if kind == "button":
        style = element.get("style") if element.get("style") in ("primary", "danger") else "plain"
        why = "Buttons do nothing in the local Slack yet"
        return f'<button type="button" class="{style}" disabled title="{why}">{_text(element.get("text"))}</button>'
    if kind == "image":
        return f'<span class="image">[image: {inert(str(element.get("alt_text", "")))}]</span>'
    return _text(element)


def _divider(_block: dict[str, Any]) -> str:
    return "<hr>"


def _image(block: dict[str, Any]) -> str:
    return f'<div class="text">{_element(block)}</div>'


def _unknown(block: dict[str, Any]) -> str:
    return f'<div class="context">[{inert(str(block.get("type")))}: not shown by the local Slack]</div>'


BLOCKS: dict[str, Callable[[dict[str, Any]], str]] = {
    "header": _header,
    "section": _section,
    "context": _context,
    "actions": _actions,
    "divider": _divider,
    "image": _image,
}


def _at(ts: str) -> datetime:
    return datetime.fromtimestamp(float(ts), UTC)
