from datetime import timedelta

import pytest

from dockwarden.ledger.memory import MemoryStore
from dockwarden.ledger.messages import Message, MessageLedger, MessageState
from dockwarden.ledger.records import UnreadableRecordError
from tests.notify.cards import CHANNEL, NOON

SENDING = Message("card-1", CHANNEL, MessageState.SENDING, "2026-11-20T12:00:00.000000Z", NOON, NOON)
KEY = ("MESSAGE#card-1", f"CHANNEL#{CHANNEL}")


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


@pytest.fixture
def messages(store: MemoryStore) -> MessageLedger:
    return MessageLedger(store)


def test_a_message_is_read_as_it_was_written(messages: MessageLedger) -> None:
    assert messages.read("card-1", CHANNEL) is None
    written = messages.write(SENDING, None, NOON)
    assert written is not None
    assert messages.read("card-1", CHANNEL) == written
    assert messages.read("card-1", "C0OTHER") is None


def test_of_two_writers_one_is_refused(messages: MessageLedger) -> None:
    """Also of two that both read the same earlier state."""
    first = messages.write(SENDING, None, NOON)
    assert messages.write(SENDING, None, NOON) is None
    assert messages.write(SENDING, first, NOON) is not None
    assert messages.write(SENDING, first, NOON) is None
    assert first is not None
    assert not messages.forget(first)


def test_a_message_that_was_not_sent_is_forgotten(messages: MessageLedger) -> None:
    written = messages.write(SENDING, None, NOON)
    assert written is not None
    assert messages.forget(written)
    assert messages.read("card-1", CHANNEL) is None


def test_a_message_expires_after_two_months(messages: MessageLedger, store: MemoryStore) -> None:
    """The table holds no card for ever."""
    messages.write(SENDING, None, NOON)
    assert store.items[KEY]["ttl"] == int((NOON + timedelta(days=60)).timestamp())


def test_a_record_of_the_version_before_is_read_and_a_later_one_refused(
    messages: MessageLedger, store: MemoryStore
) -> None:
    messages.write(SENDING, None, NOON)
    version = store.items[KEY]["v"]
    assert isinstance(version, int)
    store.items[KEY]["v"] = version - 1
    assert messages.read("card-1", CHANNEL) is not None
    store.items[KEY]["v"] = version + 1
    with pytest.raises(UnreadableRecordError, match="schema version"):
        messages.read("card-1", CHANNEL)


@pytest.mark.parametrize(("name", "value"), [("state", "LOST"), ("tried_at", "yesterday"), ("turn", "x")])
def test_a_damaged_record_says_so(messages: MessageLedger, store: MemoryStore, name: str, value: str) -> None:
    messages.write(SENDING, None, NOON)
    store.items[KEY][name] = value
    with pytest.raises(UnreadableRecordError, match="damaged"):
        messages.read("card-1", CHANNEL)
