"""Slack over HTTP: a bot with a token, or an incoming webhook.

Slack's own library does the HTTP, the proxy settings and the encoding. It costs the notifier about 0.2 s and
2 MB at a cold start (measured beside 0.6 s for boto3 and two clients, Python 3.13 on a busy machine), which is
paid off the path of any action; no lane imports it. Its own retries are off: what is tried again, and when, is
decided by the sender, who knows what must not be sent twice. Its logger is silent, since it would write message
texts and webhook URLs.
"""

import logging
import re
from datetime import datetime
from typing import Any

from slack_sdk.web.client import WebClient
from slack_sdk.webhook.client import WebhookClient

from dockwarden.aws.slack_answers import asked, check
from dockwarden.notify.chat import ChatBusyError, ChatRefusedError, ChatUnsureError, Posted
from dockwarden.notify.slack import METADATA_TYPE, Content

TIMEOUT = 10
"""Seconds to connect, and to wait for each part of an answer."""

_API = "https://slack.com/api/"
_HOOKS = "https://hooks.slack.com"
_PAGE = 200
_MOST_PAGES = 50
_CHANNEL_ID = re.compile(r"[CDG][A-Z0-9]{5,}")
# No formatting, links, names or previews of anything in the text of the notification.
_LITERAL: dict[str, Any] = {"parse": "none", "link_names": False}
_NO_PREVIEWS: dict[str, Any] = {"unfurl_links": False, "unfurl_media": False}


_silent = logging.getLogger("dockwarden.slack_sdk")
_silent.setLevel(logging.CRITICAL + 1)


class BotChat:
    """A Chat as a bot of a workspace.

    It needs the scopes `chat:write` and, to find a message of unknown outcome, the history of the channel.
    """

    editable = True

    def __init__(self, token: str, base_url: str | None = None) -> None:
        self._web = WebClient(
            token=token,
            base_url=_api_url(base_url),
            timeout=TIMEOUT,
            logger=_silent,
            retry_handlers=[],
        )

    def post(self, channel: str, content: Content) -> Posted:
        """Post a message, without previews and with its metadata."""
        answer = asked(
            lambda: self._web.chat_postMessage(
                channel=channel,
                text=content.text,
                blocks=content.blocks or None,
                attachments=content.attachments or None,
                metadata=content.metadata,
                mrkdwn=False,
                **_LITERAL,
                **_NO_PREVIEWS,
            )
        )
        return _posted(answer.data)

    def edit(self, posted: Posted, content: Content) -> None:
        """Replace a message in place; blocks that the new content has not are removed."""
        asked(
            lambda: self._web.chat_update(
                channel=str(posted.place),
                ts=str(posted.ts),
                text=content.text,
                blocks=content.blocks,
                attachments=content.attachments,
                metadata=content.metadata,
                **_LITERAL,
            )
        )

    def find(self, channel: str, key: str, since: datetime) -> Posted | None:
        """The message with this key in the channel's history.

        Slack reads a history by the channel's id only: by a name nothing is found, and a message of unknown
        outcome is sent again.
        """
        if not _CHANNEL_ID.fullmatch(channel):
            return None
        cursor = ""
        for _ in range(_MOST_PAGES):
            page = self._page(channel, since, cursor)
            ts = next((message["ts"] for message in page["messages"] if _has(message, key)), None)
            if ts is not None:
                return Posted(channel, str(ts))
            cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                return None
        raise ChatBusyError("too many messages to search")

    def _page(self, channel: str, since: datetime, cursor: str) -> dict[str, Any]:
        answer = asked(
            lambda: self._web.conversations_history(
                channel=channel,
                oldest=f"{since.timestamp():.6f}",
                include_all_metadata=True,
                limit=_PAGE,
                cursor=cursor or None,
            )
        )
        if not isinstance(answer.data, dict) or not isinstance(answer.data.get("messages"), list):
            raise ChatUnsureError("a history without messages")
        return answer.data


class WebhookChat:
    """A Chat by an incoming webhook: at least once, never edited."""

    editable = False

    def __init__(self, url: str, base_url: str | None = None) -> None:
        self._hook = WebhookClient(
            _hook_url(url, base_url), timeout=TIMEOUT, logger=_silent, retry_handlers=[]
        )

    def post(self, channel: str, content: Content) -> Posted:  # noqa: ARG002  the URL names the channel
        """Post a message to the webhook's own channel."""
        body = {
            "text": content.text,
            "blocks": content.blocks,
            "attachments": content.attachments,
            "mrkdwn": False,
        }
        said = {name: value for name, value in body.items() if value not in (None, [])}
        answer = asked(lambda: self._hook.send_dict({**said, **_LITERAL, **_NO_PREVIEWS}))
        check(answer.status_code, dict(answer.headers), answer.body.strip())
        return Posted(None, None)

    def edit(self, posted: Posted, content: Content) -> None:  # noqa: ARG002  it has nothing to edit with
        """Refuse: a webhook cannot edit."""
        raise ChatRefusedError("cant_update_message")

    def find(self, channel: str, key: str, since: datetime) -> Posted | None:
        """Nothing: a webhook cannot read."""


def _api_url(base_url: str | None) -> str:
    return f"{base_url.rstrip('/').removesuffix('/api')}/api/" if base_url else _API


def _hook_url(url: str, base_url: str | None) -> str:
    return url.replace(_HOOKS, base_url.rstrip("/").removesuffix("/api"), 1) if base_url else url


def _posted(data: Any) -> Posted:
    if not isinstance(data, dict) or not data.get("ts"):
        raise ChatUnsureError("an answer without the message's id")
    return Posted(str(data.get("channel") or "") or None, str(data["ts"]))


def _has(message: Any, key: str) -> bool:
    """Whether a message of a history is the one with a key."""
    metadata = message.get("metadata") if isinstance(message, dict) else None
    if not isinstance(metadata, dict) or metadata.get("event_type") != METADATA_TYPE:
        return False
    payload = metadata.get("event_payload")
    return isinstance(payload, dict) and payload.get("card") == key and "ts" in message
