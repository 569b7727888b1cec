"""Which cards of one batch become one."""

from dataclasses import replace
from datetime import timedelta

import pytest

from dockwarden.notify.cards import Card, Line, Tone, from_json, to_json
from dockwarden.notify.compose import DIGEST_ABOVE, about_incident, answer_line, digested
from dockwarden.verdicts import Decision, Verdict, Words
from tests.notify.cards import CHANNEL, DRAINED, NOON


def incident(number: int, cause: str = "secret-missing", *, settled: bool = False) -> Card:
    """The card of a service, whose sentence names a container of its own."""
    words = Words("a task failed", f"container 'app{number}' lacks a secret", (("Seen", "once"),), settled)
    decision = Decision(
        Verdict.TELL, "why", f"web{number}", cause=cause, incident=f"inc-{number}", words=words
    )
    return about_incident(decision, words, "prod, eu-central-1", NOON)


def test_one_cause_of_many_services_is_one_card_whatever_their_containers_are_called() -> None:
    """Thirty services that lack one secret are one story."""
    (card,) = digested([incident(number) for number in range(30)])
    assert card.subject == "30 at once"
    assert "secret-missing in all of them" in card.cause
    assert "Container 'app0' lacks a secret." in card.cause
    assert card.lines[0].text.startswith("web0, web1, ")


@pytest.mark.parametrize(
    "cards",
    [
        pytest.param([incident(number) for number in range(DIGEST_ABOVE)], id="few"),
        pytest.param([incident(number, f"cause-{number}") for number in range(9)], id="of different causes"),
        pytest.param([incident(number, "unknown") for number in range(9)], id="of no known cause"),
        pytest.param([incident(number, settled=True) for number in range(9)], id="over, each by its own"),
    ],
)
def test_cards_that_have_nothing_in_common_stay_apart(cards: list[Card]) -> None:
    assert digested(cards) == cards


def test_cards_without_a_group_are_one_where_they_say_the_same() -> None:
    """And then the sentence is still theirs."""
    same = [replace(DRAINED, id=f"a-{n}", subject=f"i-{n}") for n in range(9)]
    (card,) = digested(same)
    assert card.cause == DRAINED.cause
    other = [replace(card, cause=f"{card.cause} {card.id}") for card in same]
    assert digested(other) == other


def test_a_group_stays_out_of_the_outbox_which_older_versions_read() -> None:
    assert "group" not in to_json(incident(1), CHANNEL)
    assert from_json(to_json(incident(1), CHANNEL)) == (replace(incident(1), group=None), CHANNEL)


def test_many_that_wait_are_one_card_that_says_where_each_can_be_answered() -> None:
    """No single id of them stands for all."""
    lines = (Line("Why held", "It asks."), answer_line("a-0", NOON + timedelta(hours=4), NOON))
    waits = [replace(DRAINED, id=f"a-{n}", subject=f"i-{n}", tone=Tone.HELD, lines=lines) for n in range(9)]
    (card,) = digested(waits)
    assert [line.label for line in card.lines] == ["Which", "Why held", "Decide"]
    assert "dockwarden pending" in card.lines[2].text
    (drained,) = digested([replace(DRAINED, id=f"a-{n}", subject=f"i-{n}") for n in range(9)])
    assert "Decide" not in [line.label for line in drained.lines]


def test_a_deadline_of_another_day_says_which() -> None:
    assert answer_line("a", NOON + timedelta(hours=4), NOON).text.endswith(f"until {NOON:16:%M} UTC.")
    tomorrow = NOON + timedelta(hours=14)
    assert answer_line("a", tomorrow, NOON).text.endswith(f"until {tomorrow:%H:%M} UTC on {tomorrow:%d %b}.")
