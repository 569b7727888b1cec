"""The local Slack checks and answers as Slack does, so that what works here is not refused there."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest
from slack_sdk import WebClient

from lab.slack.clock import of_drydock
from lab.slack.server import TOKEN, LocalSlack
from lab.slack.store import Channel
from tests.lab.drydock_clock import DrydockClock
from tests.lab.slack_calls import CHANNEL, call, call_form, post, request, section, texts

CHANNELS = (
    Channel(CHANNEL, "platform-alerts"),
    Channel("C0ELSE", "elsewhere", member=False),
    Channel("C0OLD", "old", archived=True),
)


@pytest.fixture
def slack() -> Iterator[LocalSlack]:
    with LocalSlack.start(0, channels=CHANNELS) as running:
        yield running


@pytest.mark.parametrize(
    ("token", "error"), [(None, "not_authed"), ("xoxb-wrong", "invalid_auth"), (TOKEN, None)]
)
def test_a_call_needs_the_one_good_token(slack: LocalSlack, token: str | None, error: str | None) -> None:
    """A missing and a wrong token are told apart, with status 200 as Slack does."""
    answer = call(slack, "auth.test", token=token)
    assert answer.status == 200
    assert (answer.json["ok"], answer.json.get("error")) == (error is None, error)


def test_the_token_counts_in_a_form_but_not_in_a_json_body(slack: LocalSlack) -> None:
    """Where Slack takes the token from."""
    assert call_form(slack, "auth.test", token=TOKEN).json["ok"]
    assert call_form(slack, "auth.test").json["error"] == "not_authed"
    json_body = request(
        slack, "/api/auth.test", b'{"token": "xoxb-local-lab"}', {"Content-Type": "application/json"}
    )
    assert json_body.json["error"] == "not_authed"


def test_the_official_client_posts_edits_and_reads_back(slack: LocalSlack) -> None:
    """slack_sdk, which Dockwarden uses, works unchanged against it."""
    client = WebClient(token=TOKEN, base_url=slack.base_url)
    metadata = {"event_type": "dockwarden_card", "event_payload": {"key": "k1"}}
    posted = client.chat_postMessage(
        channel="#platform-alerts", text="one", blocks=[section("*one*")], metadata=metadata
    )
    client.chat_update(channel=posted["channel"], ts=posted["ts"], text="two")
    [message] = client.conversations_history(channel=CHANNEL, include_all_metadata=True)["messages"]
    assert (message["text"], message["ts"], message["metadata"]) == ("two", posted["ts"], metadata)
    assert message["blocks"][0]["text"]["text"] == "*one*"
    assert message["edited"]["user"] == client.auth_test()["user_id"]
    assert client.conversations_info(channel=CHANNEL)["channel"]["name"] == "platform-alerts"


@pytest.mark.parametrize(
    ("method", "arguments", "error"),
    [
        ("chat.postMessage", {"channel": "C0NONE", "text": "x"}, "channel_not_found"),
        ("chat.postMessage", {"text": "x"}, "channel_not_found"),
        ("chat.postMessage", {"channel": CHANNEL}, "no_text"),
        ("chat.postMessage", {"channel": "C0ELSE", "text": "x"}, "not_in_channel"),
        ("chat.postMessage", {"channel": "C0OLD", "text": "x"}, "is_archived"),
        ("chat.postMessage", {"channel": CHANNEL, "text": "x", "thread_ts": "1.000001"}, "thread_not_found"),
        (
            "chat.postMessage",
            {"channel": CHANNEL, "text": "x", "metadata": {"event_type": 1}},
            "invalid_metadata_format",
        ),
        ("chat.postMessage", {"channel": CHANNEL, "blocks": "[no json"}, "invalid_blocks_format"),
        ("chat.update", {"channel": CHANNEL, "ts": "1.000001", "text": "x"}, "message_not_found"),
        ("chat.update", {"channel": "platform-alerts", "ts": "1.000001", "text": "x"}, "channel_not_found"),
        ("conversations.history", {"channel": CHANNEL, "limit": 0}, "invalid_limit"),
        ("conversations.history", {"channel": CHANNEL, "cursor": "x"}, "invalid_cursor"),
        ("conversations.info", {"channel": "C0NONE"}, "channel_not_found"),
        ("chat.shout", {}, "unknown_method"),
    ],
)
def test_what_slack_refuses_is_refused_with_slack_s_word(
    slack: LocalSlack, method: str, arguments: dict[str, Any], error: str
) -> None:
    """The notifier decides by these words what to retry."""
    assert call(slack, method, **arguments).json["error"] == error
    assert texts(slack) == []


def button(**more: Any) -> dict[str, Any]:
    base = {"type": "button", "text": {"type": "plain_text", "text": "Go"}, "action_id": "go"}
    return {"type": "actions", "elements": [{**base, **more}]}


GOOD_BLOCKS = [
    [section("x" * 3000)] * 50,
    [{"type": "header", "text": {"type": "plain_text", "text": "x" * 150}}],
    [{"type": "section", "fields": [{"type": "mrkdwn", "text": "x" * 2000}] * 10}],
    [{"type": "context", "elements": [{"type": "mrkdwn", "text": "x"}] * 10}, {"type": "divider"}],
    [button(style="danger", value="x" * 2000)],
]
BAD_BLOCKS = [
    ([section("x")] * 51, "/blocks]"),
    ([section("x" * 3001)], "/blocks/0/text/text]"),
    ([section("")], "/blocks/0/text/text]"),
    ([{"type": "section"}], "/blocks/0]"),
    ([{"type": "header", "text": {"type": "plain_text", "text": "x" * 151}}], "/blocks/0/text/text]"),
    ([{"type": "header", "text": {"type": "mrkdwn", "text": "x"}}], "/blocks/0/text]"),
    ([{"type": "section", "fields": [{"type": "mrkdwn", "text": "x"}] * 11}], "/blocks/0/fields]"),
    ([{"type": "context", "elements": []}], "/blocks/0/elements]"),
    ([section("x"), {"type": "marquee"}], "/blocks/1/type]"),
    ([button(text={"type": "plain_text", "text": "x" * 76})], "/blocks/0/elements/0/text/text]"),
    ([button(style="loud")], "/blocks/0/elements/0/style]"),
    ([{**section("x"), "block_id": "a"}, {**section("y"), "block_id": "a"}], "/blocks]"),
]


@pytest.mark.parametrize("blocks", GOOD_BLOCKS, ids=range(len(GOOD_BLOCKS)))
def test_blocks_at_slack_s_limits_are_accepted(slack: LocalSlack, blocks: list[Any]) -> None:
    """The largest card that Slack takes is taken."""
    assert call(slack, "chat.postMessage", channel=CHANNEL, text="t", blocks=blocks).json["ok"]


@pytest.mark.parametrize(("blocks", "where"), BAD_BLOCKS, ids=range(len(BAD_BLOCKS)))
def test_blocks_over_slack_s_limits_are_refused_with_their_place(
    slack: LocalSlack, blocks: list[Any], where: str
) -> None:
    """A card that is too large fails here, not for the first time in a workspace; in attachments as well."""
    answer = call(slack, "chat.postMessage", channel=CHANNEL, text="t", blocks=blocks).json
    assert answer["error"] == "invalid_blocks"
    assert answer["response_metadata"]["messages"][0].endswith(where)
    attachments = [{"color": "#2eb67d", "blocks": blocks}]
    inside = call(slack, "chat.postMessage", channel=CHANNEL, text="t", attachments=attachments).json
    assert inside["error"] == "invalid_blocks"
    assert texts(slack) == []


def test_every_message_has_its_own_growing_ts(slack: LocalSlack) -> None:
    """The ts is the key of an edit."""
    stamps = [post(slack) for _ in range(50)]
    assert all(float(first) < float(second) for first, second in pairwise(stamps))


def test_a_message_has_the_time_of_the_lab_s_clock(
    drydock_clock: DrydockClock, capsys: pytest.CaptureFixture[str]
) -> None:
    """Dockwarden looks messages up by its clock; without drydock the machine's time is used, and that is said."""
    with LocalSlack.start(0, channels=CHANNELS, clock=of_drydock(drydock_clock.url)) as slack:
        assert int(float(post(slack))) == int(drydock_clock.now.timestamp())
        drydock_clock.broken = True
        try:
            post(slack)
        finally:
            drydock_clock.broken = False
    assert "no time from drydock" in capsys.readouterr().err


def test_history_is_newest_first_in_pages_without_threads(slack: LocalSlack) -> None:
    """All pages together are the channel, each message once."""
    stamps = [post(slack, f"m{number}") for number in range(5)]
    post(slack, "in the thread", thread_ts=stamps[0])
    seen: list[str] = []
    cursor = ""
    while True:
        page = call(slack, "conversations.history", channel=CHANNEL, limit=2, cursor=cursor).json
        seen += [message["text"] for message in page["messages"]]
        if not page["has_more"]:
            break
        cursor = page["response_metadata"]["next_cursor"]
    assert seen == ["m4", "m3", "m2", "m1", "m0"]
    thread = call(slack, "conversations.replies", channel=CHANNEL, ts=stamps[0]).json["messages"]
    assert [message["text"] for message in thread] == ["m0", "in the thread"]


def test_history_since_a_time_leaves_that_time_out_unless_asked(slack: LocalSlack) -> None:
    """`oldest` is exclusive, as the look-up after an unknown outcome must know."""
    first, second = post(slack, "first"), post(slack, "second")

    def since(**more: Any) -> list[str]:
        answer = call(slack, "conversations.history", channel=CHANNEL, oldest=first, **more).json
        return [message["ts"] for message in answer["messages"]]

    assert since() == [second]
    assert since(inclusive=True) == [second, first]


def test_metadata_comes_back_only_when_asked_for(slack: LocalSlack) -> None:
    """A look-up that forgets include_all_metadata finds nothing, as in a workspace."""
    post(slack, metadata={"event_type": "card", "event_payload": {}})
    [silent] = call(slack, "conversations.history", channel=CHANNEL).json["messages"]
    [told] = call(slack, "conversations.history", channel=CHANNEL, include_all_metadata=True).json["messages"]
    assert "metadata" not in silent
    assert told["metadata"]["event_type"] == "card"


def test_an_edit_longer_than_slack_allows_is_refused(slack: LocalSlack) -> None:
    """chat.update takes less text than chat.postMessage."""
    ts = post(slack, "x" * 5000)
    answer = call(slack, "chat.update", channel=CHANNEL, ts=ts, text="x" * 4001).json
    assert answer["error"] == "msg_too_long"


def test_a_webhook_posts_without_telling_a_ts_and_its_message_cannot_be_edited(slack: LocalSlack) -> None:
    """Why a webhook is at least once, and never edits in place."""
    answer = request(slack, "/services/T0LOCALLAB/B0DOCKWARDN/local-lab", b'{"text": "by hook"}')
    assert (answer.status, answer.body) == (200, "ok")
    [message] = call(slack, "conversations.history", channel=CHANNEL).json["messages"]
    edit = call(slack, "chat.update", channel=CHANNEL, ts=message["ts"], text="x").json
    assert edit["error"] == "cant_update_message"


@pytest.mark.parametrize(
    ("path", "body", "status", "word"),
    [
        ("/services/T0/B0/wrong", b'{"text": "x"}', 403, "invalid_token"),
        ("/services/T0LOCALLAB/B0DOCKWARDN/local-lab", b"{", 400, "invalid_payload"),
        ("/services/T0LOCALLAB/B0DOCKWARDN/local-lab", b"{}", 400, "no_text"),
        ("/services/T0LOCALLAB/B0DOCKWARDN/local-lab", b'{"blocks": [{"type": "x"}]}', 400, "invalid_blocks"),
    ],
)
def test_a_webhook_refuses_with_a_status_and_one_word(
    slack: LocalSlack, path: str, body: bytes, status: int, word: str
) -> None:
    """A webhook answers plain text, not JSON."""
    answer = request(slack, path, body)
    assert (answer.status, answer.body) == (status, word)
