import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockwarden.notify.cards import Card, Line, Tone
from dockwarden.notify.slack import Content, render, render_plain
from lab.slack import mrkdwn
from lab.slack.blocks import problems
from tests.notify.cards import DRAINED
from tests.notify.test_text import any_text

cards = st.builds(
    Card,
    id=any_text,
    tone=st.sampled_from(Tone),
    subject=any_text,
    place=any_text,
    headline=any_text,
    cause=any_text,
    lines=st.lists(st.builds(Line, label=any_text, text=any_text), max_size=20).map(tuple),
    made_at=any_text,
)


def texts(content: Content) -> list[dict[str, Any]]:
    """Every text object of a message."""
    blocks = content.blocks + [block for bar in content.attachments for block in bar["blocks"]]
    return [text for block in blocks for text in ([block["text"]] if "text" in block else block["elements"])]


def test_a_card_reads_as_the_examples_do() -> None:
    """Sign, target and state, then the cause, the labelled lines, and small print, in this order."""
    assert [text["text"] for text in texts(render(DRAINED))] == [
        "● *i-0abc1234def567890* (prod, eu-central-1): drained",
        "AWS takes it back at 12:02:00.",
        "*Done:* Set to DRAINING, 3 tasks move.",
        "Receipt spot_drain-1f2e3d4c5b6a7988 · 20 Nov 2026, 12:00:00 UTC",
    ]


@pytest.mark.parametrize("label", ["Receipt", "Incident"])
def test_the_id_of_a_receipt_or_an_incident_stands_in_the_small_print_and_nowhere_else(label: str) -> None:
    card = replace(DRAINED, id="inc-1", lines=(Line(label, "inc-1"),))
    assert texts(render(card))[-1]["text"] == f"{label} inc-1 · 20 Nov 2026, 12:00:00 UTC"
    assert str(render(card)).count("inc-1 ") == 1
    assert "Ref. inc-1" in str(render(replace(card, lines=())))


def test_a_phone_shows_sign_target_state_and_cause() -> None:
    """What stands in the notification is enough to decide whether to get up."""
    shown = "● i-0abc1234def567890 (prod, eu-central-1): drained. AWS takes it back at 12:02:00."
    assert render(DRAINED).text == shown


def test_every_tone_has_its_own_sign_and_colour() -> None:
    """Urgency can be seen from afar, and by those who do not see colours."""
    shown = [render(replace(DRAINED, tone=tone)) for tone in Tone]
    assert len({content.text[0] for content in shown}) == len(Tone)
    assert len({content.attachments[0]["color"] for content in shown}) == len(Tone)


def test_what_is_empty_leaves_no_empty_block() -> None:
    """Slack refuses an empty text, and a label without words says nothing."""
    bare = Card("id-1", Tone.TOLD, "", "", "", "", (Line("Done", ""), Line("", "")), "")
    assert not problems(render(bare).blocks + render(bare).attachments[0]["blocks"])
    assert "Done" not in json.dumps(render(bare).attachments)


def test_many_lines_are_not_all_shown_and_that_is_said() -> None:
    """A card of a hundred lines is read by nobody, but nobody is told that it was all."""
    card = replace(DRAINED, lines=tuple(Line("Done", str(n)) for n in range(100)))
    assert [text["text"] for text in texts(render(card))][-2] == "88 more lines are in the ledger."


def test_the_bold_parts_are_the_target_and_the_labels() -> None:
    """What is bold is chosen by us."""
    shown = "".join(mrkdwn.render(text["text"], verbatim=True) for text in texts(render(DRAINED)))
    assert shown.count("<b>") == 2
    assert "<b>i-0abc1234def567890</b>" in shown
    assert "<b>Done:</b>" in shown


@given(cards)
def test_invariant_60_no_card_makes_slack_do_anything(card: Card) -> None:
    """For any text in any field Slack's checks pass, and it shows no mention, no link, no formatting but ours."""
    content = render(card)
    assert problems(content.blocks) == []
    assert problems(content.attachments[0]["blocks"]) == []
    assert all(text["verbatim"] is True and text["type"] == "mrkdwn" for text in texts(content))
    for text in texts(content):
        shown = mrkdwn.render(text["text"], verbatim=True)
        assert "<" not in shown.replace("<b>", "").replace("</b>", "")
        assert shown.count("<b>") <= 1
    assert_no_markup(content)


@given(cards)
def test_invariant_60_no_card_makes_slack_do_anything_as_text_alone(card: Card) -> None:
    """The fallback holds the same promise, within the length that an edit may have."""
    content = render_plain(card)
    assert len(content.text) <= 4000
    assert content.blocks == content.attachments == []
    assert_no_markup(content)


def assert_no_markup(content: Content) -> None:
    """Nothing in the whole message opens a mention or a link, and it survives JSON."""
    document = json.dumps(
        [content.text, content.blocks, content.attachments, content.metadata], ensure_ascii=False
    )
    assert json.loads(document)
    document.encode()
    assert not [opening for opening in ("<!", "<@", "<#", "<http", "<") if opening in document]
    assert len(document) < 16_000


@pytest.mark.parametrize("shown", [render, render_plain])
def test_the_metadata_shows_nothing_of_the_card(shown: Any) -> None:
    """Metadata is read by other apps in the channel; the key in it means nothing to them."""
    assert shown(DRAINED).metadata["event_type"] == "dockwarden_card"
    assert DRAINED.id not in json.dumps(shown(DRAINED).metadata)
    assert shown(DRAINED).key == shown(replace(DRAINED, headline="other")).key
    assert shown(DRAINED).key != shown(replace(DRAINED, id="other")).key
