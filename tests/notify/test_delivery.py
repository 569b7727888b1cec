from dataclasses import replace
from datetime import timedelta

import pytest

from dockwarden.ledger.messages import Message, MessageState
from dockwarden.notify.chat import Posted
from dockwarden.notify.delivery import (
    SETTLE,
    SKEW,
    Edit,
    Post,
    Search,
    Skip,
    Wait,
    next_step,
)
from tests.notify.cards import CHANNEL, NOON, card

SENT = Message(
    card=card().id,
    channel=CHANNEL,
    state=MessageState.SENT,
    made_at=card().made_at,
    attempted_at=NOON,
    tried_at=NOON,
    place=CHANNEL,
    ts="1.000001",
)
SENDING = replace(SENT, state=MessageState.SENDING, place=None, ts=None)


def test_an_unknown_card_is_posted() -> None:
    """What is written before the call says which version of the card it is, and since when."""
    step = next_step(card(), CHANNEL, None, NOON, editable=True)
    assert step == Post(None, SENDING)


@pytest.mark.parametrize("made", [0, -1, -3600])
@pytest.mark.parametrize("editable", [True, False])
def test_a_card_that_is_shown_already_is_skipped(made: int, *, editable: bool) -> None:
    """The same card again, and one that was overtaken, change nothing."""
    assert next_step(card(made=made), CHANNEL, SENT, NOON, editable=editable) == Skip()


def test_a_newer_card_edits_the_message_in_place() -> None:
    step = next_step(card(made=1), CHANNEL, SENT, NOON, editable=True)
    assert step == Edit(SENT, Posted(CHANNEL, "1.000001"))


def test_a_newer_card_is_posted_anew_where_nothing_can_be_edited() -> None:
    """By a webhook, or when the message was sent by one."""
    assert isinstance(next_step(card(made=1), CHANNEL, SENT, NOON, editable=False), Post)
    by_webhook = replace(SENT, place=None, ts=None)
    assert isinstance(next_step(card(made=1), CHANNEL, by_webhook, NOON, editable=True), Post)


def test_a_message_of_unknown_outcome_is_searched_for_once_it_must_have_arrived() -> None:
    """A call without an answer may still be under way, so a search right after it could miss it."""
    now = NOON + timedelta(seconds=10)
    assert next_step(card(), CHANNEL, SENDING, now, editable=True) == Wait(20)
    assert next_step(card(), CHANNEL, SENDING, NOON + SETTLE, editable=True) == Search(SENDING, NOON - SKEW)


def test_a_search_goes_back_to_the_first_attempt_of_unknown_outcome() -> None:
    """The second attempt does not hide what became of the first."""
    again = replace(SENDING, tried_at=NOON + timedelta(hours=1))
    step = next_step(card(), CHANNEL, again, NOON + timedelta(hours=2), editable=True)
    assert step == Search(again, NOON - SKEW)


def test_a_webhook_sends_again_what_has_an_unknown_outcome() -> None:
    """It cannot search, so twice is better than never."""
    later = NOON + timedelta(seconds=1)
    step = next_step(card(), CHANNEL, SENDING, later, editable=False)
    assert step == Post(SENDING, replace(SENDING, tried_at=later))


def test_a_clock_that_went_back_never_waits_for_ever() -> None:
    """Two functions may have clocks that differ; the wait is still a bounded number of seconds."""
    step = next_step(card(), CHANNEL, SENDING, NOON - timedelta(seconds=5), editable=True)
    assert step == Wait(35)
