"""The page that shows a channel, and what it asks for to stay live."""

import html
from pathlib import Path
from string import Template
from typing import Any

from lab.slack.mrkdwn import inert
from lab.slack.render import channel_html
from lab.slack.store import Channel, Store

_HERE = Path(__file__).parent
_ASSETS = {
    "/page/style.css": "text/css; charset=utf-8",
    "/page/live.js": "text/javascript; charset=utf-8",
    "/page/icon.svg": "image/svg+xml",
}

# Even a text that slipped through as HTML could neither run nor load anything.
SAFETY = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


def asset(path: str) -> tuple[bytes, str] | None:
    """One of the page's own files and its type."""
    kind = _ASSETS.get(path)
    return None if kind is None else ((_HERE / path.rsplit("/", 1)[-1]).read_bytes(), kind)


def channel_page(store: Store, path: str) -> bytes | None:
    """The whole page for `/` (the first channel) or `/<channel id>`, None for anything else."""
    channel = store.channels[0] if path == "/" else store.channel(path.removeprefix("/"), by_name=True)
    if channel is None:
        return None
    with store.lock:
        filled = Template((_HERE / "index.html").read_text()).substitute(
            name=inert(channel.name),
            channel=html.escape(channel.id),
            topic=inert(channel.topic),
            version=store.version,
            channels="".join(_entry(one, current=one == channel) for one in store.channels),
            messages=channel_html(store, channel),
        )
    return filled.encode()


def _entry(channel: Channel, *, current: bool) -> str:
    mark = ' aria-current="page"' if current else ""
    return f'<li><a href="/{html.escape(channel.id)}"{mark}>{inert(channel.name)}</a></li>'


def fragment(store: Store, channel_id: str, version: str) -> dict[str, Any] | None:
    """The channel's messages anew, None when nothing has changed since `version`."""
    channel = store.channel(channel_id, by_name=False)
    if channel is None or version == str(store.version):
        return None
    with store.lock:
        return {"version": store.version, "html": channel_html(store, channel)}


def messages(store: Store, channel_id: str | None) -> list[dict[str, Any]]:
    """All messages as the API gives them, with their channel and how they came, oldest first."""
    with store.lock:
        return [
            {"channel": one.channel, "via": one.via, **one.body}
            for one in store.messages
            if channel_id in (None, one.channel)
        ]
