"""Each playbook has a page that says what its code says."""

import json
import re
import tomllib
from dataclasses import fields
from typing import Any

import pytest

from dockwarden.playbook import Playbook, registry
from dockwarden.verdicts import Verdict
from tests.docs.markdown import ROOT, rows, sections, text_of

PLAYBOOKS = list(registry().values())
SECTIONS = ["Trigger", "Reads", "Actions", "Settings", "Verdicts", "What a stop means"]
OF_THE_PLATFORM = {"ceiling", "default", "max_age"}

every_playbook = pytest.mark.parametrize("playbook", PLAYBOOKS, ids=[p.name for p in PLAYBOOKS])


def page_of(playbook: Playbook) -> str:
    return text_of(f"docs/playbooks/{playbook.name}.md")


def section(playbook: Playbook, title: str) -> str:
    return sections(page_of(playbook))[title]


def test_there_is_no_page_of_a_playbook_that_does_not_exist() -> None:
    written = {path.stem for path in (ROOT / "docs" / "playbooks").glob("*.md")}
    assert written == {playbook.name for playbook in PLAYBOOKS}


@every_playbook
def test_the_page_has_its_sections_and_its_summary(playbook: Playbook) -> None:
    assert [title for title in sections(page_of(playbook)) if title in SECTIONS] == SECTIONS
    assert page_of(playbook).startswith(f"# {playbook.name}\n\n{playbook.summary}\n")


@every_playbook
def test_the_page_names_every_trigger(playbook: Playbook) -> None:
    for trigger in playbook.triggers:
        assert all(f"`{name}`" in section(playbook, "Trigger") for name in trigger.DETAIL_TYPES)
        if trigger.SOURCE.startswith("aws."):
            assert f"`{trigger.SOURCE}`" in section(playbook, "Trigger")


@every_playbook
def test_the_page_names_what_the_playbook_reads_and_does(playbook: Playbook) -> None:
    """Each IAM action of its facts, and each kind of action and no other AWS operation that changes something."""
    for permission in playbook.read_permissions():
        assert all(f"`{action}`" in section(playbook, "Reads") for action in permission.actions)
    named = set(re.findall(r"`([A-Z][a-z]+(?:[A-Z][a-z]+)+)`", section(playbook, "Actions")))
    # What follows the operation's name says to what end it is called.
    assert named == {action.KIND.partition(":")[0] for action in playbook.may}


@every_playbook
def test_the_page_has_the_settings_and_defaults_of_the_code(playbook: Playbook) -> None:
    shown = {
        row[0]: tomllib.loads(f"value = {row[1]}")["value"] for row in rows(section(playbook, "Settings"))
    }
    own = {name.removeprefix("settings."): value for name, value in shown.items() if "." in name}
    assert own == defaults(playbook)
    if playbook.may:
        assert shown.keys() - {f"settings.{name}" for name in own} == OF_THE_PLATFORM
        assert shown["max_age"] == playbook.max_age
        assert shown["ceiling"] == shown["default"] == "observe"


def defaults(playbook: Playbook) -> dict[str, Any]:
    made = playbook.settings() if playbook.settings is not None else None
    values = {} if made is None else {field.name: getattr(made, field.name) for field in fields(made)}
    return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}


@every_playbook
def test_the_page_says_when_each_verdict_is_given(playbook: Playbook) -> None:
    """All five for a playbook that acts; of one that has no action, those that its code names."""
    text, code = section(playbook, "Verdicts"), text_of(f"functions/dockwarden/playbooks/{playbook.name}.py")
    named = {verdict for verdict in Verdict if f"`{verdict}`" in text}
    given = {verdict for verdict in Verdict if f"Verdict.{verdict.name}" in code}
    assert named == (set(Verdict) if playbook.may else given)


@every_playbook
def test_the_page_says_what_a_stop_means_in_the_words_that_people_are_told(playbook: Playbook) -> None:
    words = playbook.when_stopped
    assert section(playbook, "What a stop means") == f"{words[0].upper()}{words[1:]}."


@every_playbook
def test_every_trigger_has_a_sample_event(playbook: Playbook) -> None:
    samples = [json.loads(path.read_text(encoding="utf-8")) for path in (ROOT / "events").glob("*/*.json")]
    shown = {(sample["source"], sample["detail-type"]) for sample in samples}
    for trigger in playbook.triggers:
        assert {(trigger.SOURCE, name) for name in trigger.DETAIL_TYPES} <= shown
