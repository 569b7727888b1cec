"""In observe mode nothing is held: people read what would have been, and nobody is asked for an answer."""

from datetime import datetime
from types import SimpleNamespace
from typing import Any, cast

from dockwarden.aws.clients import Clients
from dockwarden.cli.installation import Installation
from dockwarden.cli.release_course import Proposed
from dockwarden.cli.release_looks import ReleaseLooks
from dockwarden.facts.services import ServiceRef
from dockwarden.guard.modes import Mode
from dockwarden.runtime.remaining import remaining
from tests.rollback.story import Story, story
from tests.rollback.test_scenarios import LATE, MINUTE

HELD = "held, a decision is needed"
WOULD = "would have been held for a person"
ASKS = "its tag dockwarden:rollback says nothing, which means ask"


def events(tale: Story) -> list[str]:
    """The kinds of events that were put on the bus, each once."""
    return sorted({body["event"]["detail-type"] for body in tale.events})


def seen_by_wait(tale: Story, task_definition: str) -> Proposed | None:
    """What `wait` finds that a person has to decide, in the ledger that the lanes have written."""
    looks = ReleaseLooks(Clients("eu-west-1"), "Dockwarden", ServiceRef("prod", "web"), task_definition)
    parts = tale.installation.parts
    looks._installation = cast("Installation", SimpleNamespace(parts=parts, store=parts.store))
    now: datetime = tale.installation.clock.now()
    return looks._proposed(now)


def failing(tale: Story) -> str:
    """A service without the tag whose new revision fails; that revision."""
    web = tale.service(tags={})
    revision = tale.release(web, LATE)
    tale.run(20 * MINUTE)
    return revision


def lines(card: dict[str, Any]) -> dict[str, str]:
    return {line["label"]: line["text"] for line in card["lines"]}


def test_what_would_be_held_is_told_once_and_nothing_waits() -> None:
    """No proposal that nobody could approve, no event of one, nothing that `wait` or an uninstall would stumble over."""
    with story(mode=Mode.OBSERVE) as tale:
        revision = failing(tale)
        [card] = tale.cards(WOULD)
        assert (tale.cards(HELD), tale.proposals(), tale.ours()) == ([], [], {})
        assert "Dockwarden Action Held" not in events(tale)
        assert seen_by_wait(tale, revision) is None
        assert remaining(tale.installation.parts) == []
        said = lines(card)
        assert said["Not done"].startswith(
            "It would roll service web in cluster prod back from web:2 to web:1;"
        )
        assert f"; otherwise it would be held: {ASKS}" in said["Not done"]
        assert "Decide" not in said
        assert card["tone"] == "observed"
        assert ASKS not in card["cause"]


def test_once_the_mode_is_raised_the_same_is_held_and_can_be_approved() -> None:
    """The card of the observation does not stand for the question."""
    with story(mode=Mode.OBSERVE) as tale:
        failing(tale)
        tale.installation.mode = Mode.ENFORCE
        tale.run(12 * MINUTE)
        [held] = tale.proposals()
        assert len(tale.cards(HELD)) == 1
        assert (tale.approve(held).outcome or "").startswith("done")


def test_a_person_reads_what_holds_it_and_how_to_answer_wherever_it_is_shown() -> None:
    """The guard has no sentence of its own about what the playbook asks: nobody may be shown nothing."""
    with story() as tale:
        revision = failing(tale)
        [held], [card] = tale.proposals(), tale.cards(HELD)
        assert (held.rule, held.why, held.held_for) == ("playbook", "", ASKS)
        found = seen_by_wait(tale, revision)
        assert found is not None
        assert found.why == ASKS
        [event] = [
            one["event"] for one in tale.events if one["event"]["detail-type"] == "Dockwarden Action Held"
        ]
        assert event["detail"]["why"] == ASKS
        assert remaining(tale.installation.parts) == [f"web is held by rollback ({held.id}): {ASKS}"]
        until = f"{held.until:%H:%M} UTC"
        assert lines(card)["Decide"] == (
            f"dockwarden approve {held.id}, or dockwarden reject, until {until}."
        )


def test_what_was_rolled_back_a_moment_ago_is_no_drain() -> None:
    with story() as tale:
        web = tale.service()
        tale.release(web, LATE)
        tale.until(lambda: bool(tale.ours()))
        [sentence] = remaining(tale.installation.parts)
        assert sentence.startswith("web was rolled back (rollback-")
        assert "draining" not in sentence
