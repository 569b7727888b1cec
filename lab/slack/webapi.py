"""The Web API methods that Dockwarden calls, with Slack's own checks and errors, apart from HTTP."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from lab.slack.content import (
    BOT,
    BOT_NAME,
    BOT_USER,
    TEAM,
    Answer,
    Arguments,
    SlackError,
    from_bot,
    read_content,
)
from lab.slack.store import Channel, Message, Store

MOST_POSTED = 40_000
MOST_UPDATED = 4_000
MOST_PAGE = 999


@dataclass(slots=True)
class WebApi:
    """Slack's methods over one store, for one bot token."""

    store: Store
    token: str

    def call(self, method: str, token: str | None, arguments: Arguments) -> Answer:
        """Answer a call as Slack would, its errors included."""
        try:
            self._authorise(token)
            return {"ok": True, **METHODS.get(method, _unknown_method)(self, arguments)}
        except SlackError as error:
            return error.answer()

    def _authorise(self, token: str | None) -> None:
        if not token:
            raise SlackError("not_authed")
        if token != self.token:
            raise SlackError("invalid_auth")

    def auth_test(self, _arguments: Arguments) -> Answer:
        """Who the token belongs to."""
        return {
            "url": "https://local.slack.example/",
            "team": "Local lab",
            "user": BOT_NAME.lower(),
            "team_id": TEAM,
            "user_id": BOT_USER,
            "bot_id": BOT,
            "is_enterprise_install": False,
        }

    def post_message(self, arguments: Arguments) -> Answer:
        """Keep a message, in the channel or in a thread of it."""
        channel = self._channel(arguments, by_name=True)
        if channel.archived:
            raise SlackError("is_archived")
        if not channel.member:
            raise SlackError("not_in_channel")
        content = read_content(arguments)
        if not any(content.get(name) for name in ("text", "blocks", "attachments")):
            raise SlackError("no_text")
        content["text"] = content.get("text", "")[:MOST_POSTED]
        body = {**from_bot(), **content, **self._thread(channel, arguments)}
        message = self.store.add(channel.id, body, "api", literal=_literal(arguments))
        return {"channel": channel.id, "ts": message.ts, "message": _shown(message, metadata=True)}

    def _thread(self, channel: Channel, arguments: Arguments) -> Answer:
        parent = arguments.get("thread_ts")
        if not parent:
            return {}
        if self.store.find(channel.id, str(parent)) is None:
            raise SlackError("thread_not_found")
        return {"thread_ts": str(parent)}

    def update(self, arguments: Arguments) -> Answer:
        """Edit a message of the bot in place; what is not given stays."""
        channel = self._channel(arguments, by_name=False)
        message = self.store.find(channel.id, str(arguments.get("ts", "")))
        if message is None:
            raise SlackError("message_not_found")
        if message.via != "api":
            raise SlackError("cant_update_message")
        content = read_content(arguments)
        if not any(name in content for name in ("text", "blocks", "attachments")):
            raise SlackError("no_text")
        if len(content.get("text", "")) > MOST_UPDATED:
            raise SlackError("msg_too_long")
        self.store.change(message, content, BOT_USER)
        shown = _shown(message, metadata=True)
        return {"channel": channel.id, "ts": message.ts, "text": message.body["text"], "message": shown}

    def history(self, arguments: Arguments) -> Answer:
        """A page of the channel's messages, newest first, without what stands in threads."""
        channel = self._channel(arguments, by_name=False)
        found = [one for one in self.store.in_channel(channel.id) if one.thread is None]
        return self._page(arguments, list(reversed(_within(arguments, found))))

    def replies(self, arguments: Arguments) -> Answer:
        """A page of a thread, its first message included, oldest first."""
        channel = self._channel(arguments, by_name=False)
        parent = str(arguments.get("ts", ""))
        if self.store.find(channel.id, parent) is None:
            raise SlackError("thread_not_found")
        found = [one for one in self.store.in_channel(channel.id) if parent in (one.ts, one.thread)]
        return self._page(arguments, _within(arguments, found))

    def _page(self, arguments: Arguments, found: list[Message]) -> Answer:
        size, start = _number(arguments.get("limit", 100)), _cursor(arguments)
        metadata = _truth(arguments.get("include_all_metadata"))
        page = [_shown(one, metadata=metadata) for one in found[start : start + size]]
        more = start + size < len(found)
        rest = {"response_metadata": {"next_cursor": f"next:{start + size}"}} if more else {}
        return {"messages": page, "has_more": more, **rest}

    def info(self, arguments: Arguments) -> Answer:
        """What a channel is."""
        channel = self._channel(arguments, by_name=False)
        return {
            "channel": {
                "id": channel.id,
                "name": channel.name,
                "is_channel": True,
                "is_member": channel.member,
                "is_archived": channel.archived,
                "topic": {"value": channel.topic},
            }
        }

    def _channel(self, arguments: Arguments, *, by_name: bool) -> Channel:
        channel = self.store.channel(str(arguments.get("channel", "")), by_name=by_name)
        if channel is None:
            raise SlackError("channel_not_found")
        return channel


def webhook(store: Store, channel: Channel, payload: Any) -> str | None:
    """Post what an incoming webhook got; Slack's error word when it would refuse it, no ts in any case."""
    if not isinstance(payload, dict):
        return "invalid_payload"
    try:
        content = read_content(payload)
    except SlackError as error:
        return error.code
    if not any(content.get(name) for name in ("text", "blocks", "attachments")):
        return "no_text"
    content.pop("metadata", None)
    store.add(channel.id, {**from_bot(), "text": "", **content}, "webhook", literal=_literal(payload))
    return None


def _within(arguments: Arguments, found: list[Message]) -> list[Message]:
    oldest, latest = float(arguments.get("oldest") or 0), float(arguments.get("latest") or "inf")
    if _truth(arguments.get("inclusive")):
        return [one for one in found if oldest <= float(one.ts) <= latest]
    return [one for one in found if oldest < float(one.ts) < latest]


def _number(limit: Any) -> int:
    try:
        size = int(limit)
    except (TypeError, ValueError) as error:
        raise SlackError("invalid_limit") from error
    if not 1 <= size <= MOST_PAGE:
        raise SlackError("invalid_limit")
    return size


def _cursor(arguments: Arguments) -> int:
    cursor = str(arguments.get("cursor") or "next:0")
    word, _, number = cursor.partition(":")
    if word != "next" or not number.isdigit():
        raise SlackError("invalid_cursor")
    return int(number)


def _literal(arguments: Arguments) -> bool:
    return not _truth(arguments.get("mrkdwn", True))


def _truth(value: Any) -> bool:
    return str(value).lower() in ("true", "1")


def _shown(message: Message, *, metadata: bool) -> Answer:
    return {name: value for name, value in message.body.items() if metadata or name != "metadata"}


def _unknown_method(_api: WebApi, _arguments: Arguments) -> Answer:
    raise SlackError("unknown_method")


METHODS: dict[str, Callable[[WebApi, Arguments], Answer]] = {
    "auth.test": WebApi.auth_test,
    "chat.postMessage": WebApi.post_message,
    "chat.update": WebApi.update,
    "conversations.history": WebApi.history,
    "conversations.info": WebApi.info,
    "conversations.replies": WebApi.replies,
}
