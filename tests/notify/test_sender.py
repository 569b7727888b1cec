from datetime import timedelta
from typing import Any

import pytest

from dockwarden.clock import FixedClock
from dockwarden.errors import TryAgainError
from dockwarden.ledger.memory import MemoryStore
from dockwarden.ledger.messages import MessageLedger, MessageState
from dockwarden.notify.chat import ChatBusyError, ChatRefusedError, ChatUnsureError
from dockwarden.notify.sender import Sender, Told, TooEarlyError
from tests.notify.cards import CHANNEL, NOON, card
from tests.notify.fakes import FakeChat, KilledError, Tripwire, Wired


@pytest.fixture
def chat(clock: FixedClock) -> FakeChat:
    return FakeChat(clock=clock)


@pytest.fixture
def messages() -> MessageLedger:
    return MessageLedger(MemoryStore())


@pytest.fixture
def sender(chat: FakeChat, messages: MessageLedger, clock: FixedClock) -> Sender:
    return Sender(chat, messages, clock)


def later(clock: FixedClock, seconds: int = 60) -> None:
    clock.set(clock.now() + timedelta(seconds=seconds))


def test_a_card_is_posted_once_however_often_it_comes(sender: Sender, chat: FakeChat) -> None:
    assert [sender.tell(card(), CHANNEL) for _ in range(3)] == [Told.POSTED, Told.KNOWN, Told.KNOWN]
    assert chat.calls == ["post"]


def test_news_of_a_card_edit_its_message(sender: Sender, chat: FakeChat) -> None:
    """Also the third time, and what comes late is not shown."""
    news = [card(), card(headline="11 tasks moved", made=2), card(headline="late", made=1)]
    told = [sender.tell(one, CHANNEL) for one in [*news, card(headline="gone", made=3)]]
    assert told == [Told.POSTED, Told.EDITED, Told.KNOWN, Told.EDITED]
    assert ["gone" in content.text for content in chat.messages.values()] == [True]


def test_one_card_in_two_channels_is_two_messages(sender: Sender, chat: FakeChat) -> None:
    assert [sender.tell(card(), channel) for channel in ("C0PLATFORM", "C0PAYMENTS")] == [Told.POSTED] * 2
    assert len(chat.messages) == 2


@pytest.mark.parametrize("arrived", [True, False])
def test_after_an_unknown_outcome_the_channel_is_searched_before_sending_again(
    sender: Sender, chat: FakeChat, clock: FixedClock, *, arrived: bool
) -> None:
    """The message is there once, whether or not the unanswered call had arrived."""
    chat.fail(ChatUnsureError("hung"), done=arrived)
    with pytest.raises(ChatUnsureError):
        sender.tell(card(), CHANNEL)
    with pytest.raises(TooEarlyError):
        sender.tell(card(), CHANNEL)
    later(clock)
    assert sender.tell(card(), CHANNEL) is (Told.KNOWN if arrived else Told.POSTED)
    assert len(chat.messages) == 1
    assert chat.calls == ["post", "find"] + ([] if arrived else ["post"])


def test_news_that_come_while_the_outcome_is_unknown_edit_what_is_found(
    sender: Sender, chat: FakeChat, clock: FixedClock
) -> None:
    chat.fail(ChatUnsureError("hung"), done=True)
    with pytest.raises(ChatUnsureError):
        sender.tell(card(), CHANNEL)
    later(clock)
    assert sender.tell(card(headline="moved", made=5), CHANNEL) is Told.EDITED
    assert ["moved" in content.text for content in chat.messages.values()] == [True]


@pytest.mark.parametrize("error", [ChatBusyError("rate limited", 7), ChatRefusedError("not_in_channel")])
def test_what_was_certainly_not_taken_is_sent_again_without_a_search(
    sender: Sender, chat: FakeChat, error: Any
) -> None:
    chat.fail(error)
    with pytest.raises(type(error)):
        sender.tell(card(), CHANNEL)
    assert sender.tell(card(), CHANNEL) is Told.POSTED
    assert chat.calls == ["post", "post"]


@pytest.mark.parametrize("gone", ["message_not_found", "cant_update_message", "edit_window_closed"])
def test_news_of_a_message_that_is_gone_are_posted_anew(sender: Sender, chat: FakeChat, gone: str) -> None:
    """Somebody deleted it, or Slack does not let it be edited any more: the news are not lost."""
    sender.tell(card(), CHANNEL)
    chat.fail(ChatRefusedError(gone))
    assert sender.tell(card(made=1), CHANNEL) is Told.POSTED
    assert sender.tell(card(made=2), CHANNEL) is Told.EDITED
    assert chat.calls == ["post", "edit", "post", "edit"]


def test_a_refusal_after_an_edit_leaves_the_message_that_is_known(
    sender: Sender, chat: FakeChat, messages: MessageLedger
) -> None:
    """Posting anew was refused as well: the ledger still knows the first message."""
    sender.tell(card(), CHANNEL)
    chat.fail(ChatRefusedError("message_not_found"), ChatBusyError("rate limited"))
    with pytest.raises(ChatBusyError):
        sender.tell(card(made=1), CHANNEL)
    known = messages.read(card().id, CHANNEL)
    assert known is not None
    assert (known.state, known.made_at) == (MessageState.SENT, card().made_at)


def test_blocks_that_are_refused_are_sent_once_as_text_alone(sender: Sender, chat: FakeChat) -> None:
    chat.fail(ChatRefusedError("invalid_blocks"))
    assert sender.tell(card(), CHANNEL) is Told.POSTED
    assert [content.blocks for content in chat.messages.values()] == [[]]


def test_a_message_that_is_refused_in_both_forms_is_given_up(
    sender: Sender, chat: FakeChat, messages: MessageLedger
) -> None:
    """And the ledger does not claim that it was sent."""
    chat.fail(ChatRefusedError("invalid_blocks"), ChatRefusedError("msg_too_long"))
    with pytest.raises(ChatRefusedError, match="msg_too_long"):
        sender.tell(card(), CHANNEL)
    assert messages.read(card().id, CHANNEL) is None


def test_a_webhook_posts_news_as_new_messages(messages: MessageLedger, clock: FixedClock) -> None:
    """It cannot edit; the same card again is still one message."""
    chat = FakeChat(editable=False, clock=clock)
    sender = Sender(chat, messages, clock)
    told = [sender.tell(one, CHANNEL) for one in (card(), card(), card(made=1))]
    assert told == [Told.POSTED, Told.KNOWN, Told.POSTED]
    assert chat.calls == ["post", "post"]


def test_two_notifiers_at_once_send_one_message(clock: FixedClock, chat: FakeChat) -> None:
    """The second one is refused by the ledger before it calls Slack."""
    store = MemoryStore()
    first = Sender(chat, MessageLedger(store), clock)

    class Overtaken(MessageLedger):
        """A ledger in which somebody else is quicker, right after the read."""

        def read(self, card_id: str, channel: str) -> None:
            found = super().read(card_id, channel)
            if found is None:
                first.tell(card(), CHANNEL)

    with pytest.raises(TryAgainError, match="somebody else"):
        Sender(chat, Overtaken(store), clock).tell(card(), CHANNEL)
    assert len(chat.messages) == 1


NEWS = (card(), card(headline="moved", made=1), card(headline="gone", made=2))


def tell_until_done(sender: Sender, news: Any, clock: FixedClock) -> None:
    """What the queue does: each message comes back, in order, until it is done with."""
    for one in news:
        for _ in range(10):
            try:
                sender.tell(one, CHANNEL)
                break
            except (KilledError, TooEarlyError, ChatBusyError, ChatUnsureError):
                later(clock, 360)


FAULTS: dict[str, list[tuple[Any, bool]]] = {
    "none": [],
    "busy": [(ChatBusyError("rate limited"), False)],
    "lost before it arrived": [(ChatUnsureError("hung"), False)],
    "lost after it arrived": [(ChatUnsureError("hung"), True)],
    "blocks refused": [(ChatRefusedError("invalid_blocks"), False)],
    "refused, then lost": [(ChatRefusedError("invalid_blocks"), False), (ChatUnsureError("hung"), True)],
}


def run_killed_at(number: int | None, fault: str, *, after: bool) -> tuple[FakeChat, Tripwire]:
    clock = FixedClock(NOON)
    chat, wire = FakeChat(clock=clock), Tripwire(number, after)
    chat.faults.extend(FAULTS[fault])
    wired_store: Any = Wired(MemoryStore(), wire, "get", "write")
    wired_chat: Any = Wired(chat, wire, "post", "edit", "find")
    tell_until_done(Sender(wired_chat, MessageLedger(wired_store), clock), NEWS, clock)
    return chat, wire


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("after", [False, True])
def test_killed_at_any_call_a_card_is_one_message_with_the_latest_news(fault: str, *, after: bool) -> None:
    """Before and after each call to the ledger and to the chat, in all three versions of a card, with any fault."""
    calls = run_killed_at(None, fault, after=False)[1].calls
    assert len(calls) >= 10
    for number in range(1, len(calls) + 1):
        chat, _ = run_killed_at(number, fault, after=after)
        assert ["gone" in content.text for content in chat.messages.values()] == [True], calls[number - 1]
