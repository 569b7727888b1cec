import json
from typing import Any

import pytest

from dockwarden.notify.cards import UnreadableCardError, to_json
from dockwarden.notify.reading import read_card
from tests.notify.cards import CHANNEL, DRAINED


def changed(**changes: Any) -> str:
    """An outbox message with other values in its card."""
    message = json.loads(to_json(DRAINED, CHANNEL))
    message["card"] |= changes
    return json.dumps(message)


@pytest.mark.parametrize("channel", [CHANNEL, "#platform-alerts", "플랫폼"])
def test_what_the_outbox_took_is_read_as_it_was(channel: str) -> None:
    assert read_card(to_json(DRAINED, channel)) == (DRAINED, channel)


def test_a_message_of_the_version_before_is_read() -> None:
    """Messages wait in the outbox while a new version is deployed."""
    message = json.loads(to_json(DRAINED, CHANNEL))
    message["v"] -= 1
    assert read_card(json.dumps(message)) == (DRAINED, CHANNEL)


@pytest.mark.parametrize(
    "body",
    [
        "",
        "null",
        "[]",
        '"text"',
        "{}",
        '{"v": 99}',
        "[" * 100_000,
        "\x00",
        changed(id=""),
        changed(id=7),
        changed(id="x" * 1000),
        changed(id="two\nlines"),
        changed(id="\ud800"),
        changed(subject=None),
        changed(cause={"text": "x"}),
        changed(lines=[{"label": "Done", "text": 7}]),
        changed(lines=["Done"]),
        changed(lines="Done"),
        changed(tone="loud"),
        changed(made_at=1),
        changed(stranger="x"),
        to_json(DRAINED, ""),
        to_json(DRAINED, "<!channel>"),
        to_json(DRAINED, "x" * 200),
    ],
)
def test_anything_else_is_unreadable_and_nothing_worse(body: str) -> None:
    with pytest.raises(UnreadableCardError):
        read_card(body)
