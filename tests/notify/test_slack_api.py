"""The HTTP side, against the local Slack and against a socket that answers anything."""

import json
import logging
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest

from dockwarden.aws import slack_api
from dockwarden.aws.slack_api import BotChat, WebhookChat
from dockwarden.notify.chat import ChatBusyError, ChatError, ChatRefusedError, ChatUnsureError, Posted
from dockwarden.notify.slack import render, render_plain
from lab.slack.faults import Fault
from lab.slack.server import TOKEN, LocalSlack
from tests.notify.cards import CHANNEL, DRAINED, NOON, card

CONTENT = render(DRAINED)
NOWHERE = "https://hooks.slack.com/services/T1/B1/x"


@pytest.fixture
def bot(slack: LocalSlack) -> BotChat:
    return BotChat(TOKEN, slack.base_url)


@pytest.fixture
def hook(slack: LocalSlack, hook_url: str) -> WebhookChat:
    return WebhookChat(hook_url, slack.url)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A tenth of a second is long enough for a test."""
    monkeypatch.setattr(slack_api, "TIMEOUT", 0.1)


def test_a_bot_posts_what_slack_accepts_and_learns_where_it_stands(slack: LocalSlack, bot: BotChat) -> None:
    posted = bot.post(CHANNEL, CONTENT)
    (message,) = slack.store.messages
    assert posted == Posted(CHANNEL, message.ts)
    assert message.body["blocks"] == CONTENT.blocks
    assert message.body["attachments"] == CONTENT.attachments
    assert message.body["metadata"] == CONTENT.metadata


def test_a_channel_may_be_given_by_its_name(slack: LocalSlack, bot: BotChat) -> None:
    """The message's place is then the id, by which it can be edited."""
    posted = bot.post("#platform-alerts", CONTENT)
    assert posted.place == CHANNEL
    bot.edit(posted, render(card(headline="moved")))
    assert "moved" in slack.store.messages[0].body["text"]


def test_an_edit_replaces_everything_even_by_nothing(slack: LocalSlack, bot: BotChat) -> None:
    """Text alone in the place of blocks: the old blocks do not stay beside it."""
    bot.edit(bot.post(CHANNEL, CONTENT), render_plain(card(headline="moved")))
    (message,) = slack.store.messages
    assert (message.body["blocks"], message.body["attachments"]) == ([], [])
    assert "moved" in message.body["text"]


@pytest.mark.usefixtures("slack")
def test_an_edit_of_what_is_gone_is_refused(bot: BotChat) -> None:
    with pytest.raises(ChatRefusedError, match="message_not_found"):
        bot.edit(Posted(CHANNEL, "1.000000"), CONTENT)


def test_a_message_is_found_by_its_key_on_any_page(
    slack: LocalSlack, bot: BotChat, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever was said in the channel since, and by whoever."""
    monkeypatch.setattr(slack_api, "_PAGE", 3)
    posted = bot.post(CHANNEL, CONTENT)
    for number in range(8):
        bot.post(CHANNEL, render(card(f"other-{number}")))
        slack.store.add(CHANNEL, {"text": DRAINED.id, "user": "U0SOMEBODY"}, "api")
    assert bot.find(CHANNEL, CONTENT.key, NOON - timedelta(minutes=5)) == posted
    assert bot.find(CHANNEL, "another key", NOON - timedelta(minutes=5)) is None
    assert bot.find(CHANNEL, CONTENT.key, NOON + timedelta(minutes=5)) is None


def test_a_search_that_does_not_end_is_given_up_and_not_taken_for_nothing(
    slack: LocalSlack, bot: BotChat, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slack_api, "_PAGE", 1)
    monkeypatch.setattr(slack_api, "_MOST_PAGES", 3)
    for number in range(5):
        bot.post(CHANNEL, render(card(f"other-{number}")))
    with pytest.raises(ChatBusyError, match="too many"):
        bot.find(CHANNEL, CONTENT.key, NOON - timedelta(minutes=5))
    assert len(slack.calls) == 8


def test_a_webhook_posts_what_slack_accepts(slack: LocalSlack, hook: WebhookChat) -> None:
    assert hook.post(CHANNEL, CONTENT) == Posted(None, None)
    (message,) = slack.store.messages
    assert (message.via, message.body["blocks"]) == ("webhook", CONTENT.blocks)


def test_a_webhook_neither_edits_nor_finds(hook: WebhookChat) -> None:
    assert not hook.editable
    assert hook.find(CHANNEL, CONTENT.key, NOON) is None
    with pytest.raises(ChatRefusedError, match="cant_update_message"):
        hook.edit(Posted(CHANNEL, "1.0"), CONTENT)


@pytest.mark.parametrize("method", ["chat.postMessage", "webhook"])
def test_invariant_58_being_told_to_slow_down_says_how_long(
    slack: LocalSlack, bot: BotChat, hook: WebhookChat, method: str
) -> None:
    slack.faults.add({"kind": "status", "status": 429, "retry_after": 17})
    chat: Any = hook if method == "webhook" else bot
    with pytest.raises(ChatBusyError) as caught:
        chat.post(CHANNEL, CONTENT)
    assert caught.value.after == 17
    assert slack.store.messages == []


@pytest.mark.parametrize("kind", ["hang", "hang_after", "drop_before", "drop_after", "status"])
@pytest.mark.parametrize("method", ["chat.postMessage", "webhook"])
@pytest.mark.usefixtures("impatient")
def test_invariant_66_no_answer_or_a_fault_means_unknown(
    slack: LocalSlack, hook_url: str, method: str, kind: str
) -> None:
    """A 5xx too: Slack may have posted before it broke."""
    slack.faults.faults.append(Fault(kind, seconds=0.3))
    chat: Any = WebhookChat(hook_url, slack.url) if method == "webhook" else BotChat(TOKEN, slack.base_url)
    with pytest.raises(ChatUnsureError):
        chat.post(CHANNEL, CONTENT)


def test_a_connection_that_is_refused_certainly_posted_nothing() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    for chat in (BotChat(TOKEN, url), WebhookChat(NOWHERE, url)):
        with pytest.raises(ChatBusyError, match="no connection"):
            chat.post(CHANNEL, CONTENT)


@pytest.mark.parametrize(
    ("channel", "code"), [("C0NOWHERE", "channel_not_found"), ("no such name", "channel_not_found")]
)
def test_a_refusal_has_slacks_own_word(bot: BotChat, channel: str, code: str) -> None:
    with pytest.raises(ChatRefusedError) as caught:
        bot.post(channel, CONTENT)
    assert caught.value.code == code


def test_a_webhooks_refusal_has_slacks_own_word(slack: LocalSlack) -> None:
    with pytest.raises(ChatRefusedError, match="invalid_token"):
        WebhookChat("https://hooks.slack.com/services/T1/B1/other", slack.url).post(CHANNEL, CONTENT)


def answer(status: str, body: str, *headers: str) -> bytes:
    head = [f"HTTP/1.1 {status}", f"Content-Length: {len(body.encode())}", "Connection: close", *headers]
    return ("\r\n".join(head) + "\r\n\r\n" + body).encode()


@contextmanager
def server_that_says(said: bytes) -> Iterator[str]:
    """Anything that listens where Slack should be: it reads one request and says one thing."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=_say, args=(listening, said), daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        thread.join(5)


def _say(listening: socket.socket, said: bytes) -> None:
    connection, _ = listening.accept()
    with connection:
        request = b""
        while b"\r\n\r\n" not in request:
            request += connection.recv(65_536)
        head, _, body = request.partition(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
        while len(body) < length:
            body += connection.recv(65_536)
        connection.sendall(said)


def asked(said: bytes, chat: str = "bot") -> ChatError:
    """The error that an answer becomes."""
    with server_that_says(said) as url:
        made: Any = BotChat(TOKEN, url) if chat == "bot" else WebhookChat(NOWHERE, url)
        with pytest.raises(ChatError) as caught:
            made.post(CHANNEL, CONTENT)
    return caught.value


@pytest.mark.parametrize("after", ["soon", "", "-", "inf", "nan", "Fri, 20 Nov 2026 12:00:00 GMT", "1e999"])
@pytest.mark.parametrize("chat", ["bot", "webhook"])
def test_junk_in_retry_after_is_no_number(after: str, chat: str) -> None:
    error = asked(answer("429 Too Many Requests", "{}", f"Retry-After: {after}"), chat)
    assert isinstance(error, ChatBusyError)
    assert error.after is None


@pytest.mark.parametrize(("after", "seconds"), [("7", 7), ("2.1", 3), ("0", 0), ("-5", -5), ("86400", 86400)])
def test_retry_after_is_read_as_it_stands(after: str, seconds: int) -> None:
    """Whoever waits bounds it."""
    error = asked(answer("429 Too Many Requests", "{}", f"retry-after: {after}"))
    assert isinstance(error, ChatBusyError)
    assert error.after == seconds


@pytest.mark.parametrize(
    "said",
    [
        answer("200 OK", "<html>sign in to the hotel's network</html>"),
        answer("200 OK", ""),
        answer("200 OK", "[1]"),
        answer("200 OK", "null"),
        answer("200 OK", '"ok"'),
        answer("200 OK", '{"ok": true}'),
        answer("200 OK", '{"ok": false}'),
        answer("200 OK", '{"ok": false, "error": "<!channel> is no word of Slack"}'),
        answer("200 OK", '{"ok": false, "error": "internal_error"}'),
        answer("200 OK", '{"ok": false, "error": "fatal_error"}'),
        answer("200 OK", "\xff\xfe"),
        answer("403 Forbidden", "blocked by the proxy of the house"),
        answer("503 Service Unavailable", "{"),
        b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{",
        b"SSH-2.0-OpenSSH_9.7\r\n",
        b"",
    ],
)
def test_an_answer_that_is_not_slacks_means_unknown(said: bytes) -> None:
    """Nothing that can listen there breaks the notifier, and nothing of it gets into an error."""
    error = asked(said)
    assert isinstance(error, ChatUnsureError)
    assert "<" not in str(error)


@pytest.mark.parametrize("said", [answer("200 OK", "<html>"), answer("204 No Content", ""), b""])
def test_an_answer_that_is_not_a_webhooks_means_unknown(said: bytes) -> None:
    assert isinstance(asked(said, "webhook"), ChatUnsureError)


def test_a_message_is_sent_so_that_slack_makes_nothing_of_its_text(
    bot: BotChat, hook: WebhookChat, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No parsing, no names, no formatting and no previews, in both kinds of call."""
    sent: list[Any] = []
    encode = json.dumps

    def spy(value: Any, **options: Any) -> str:
        sent.append(value)
        return encode(value, **options)

    monkeypatch.setattr(json, "dumps", spy)
    bot.post(CHANNEL, CONTENT)
    hook.post(CHANNEL, CONTENT)
    literal = {"parse": "none", "link_names": False, "mrkdwn": False}
    silent = {"unfurl_links": False, "unfurl_media": False}
    said = [call for call in sent if isinstance(call, dict) and "unfurl_links" in call]
    assert len(said) == 2
    assert [call | literal | silent for call in said] == said


def test_invariant_71_the_library_logs_nothing(
    slack: LocalSlack, bot: BotChat, hook: WebhookChat, caplog: pytest.LogCaptureFixture
) -> None:
    """Not even at the lowest level: it would write texts, and the URL of a webhook."""
    with caplog.at_level(logging.NOTSET):
        bot.post(CHANNEL, CONTENT)
        hook.post(CHANNEL, CONTENT)
        slack.faults.add([{"kind": "drop_before"}, {"kind": "status", "status": 500}])
        for _ in range(2):
            with pytest.raises(ChatUnsureError):
                bot.post(CHANNEL, CONTENT)
    assert [record for record in caplog.records if "slack" in record.name] == []
