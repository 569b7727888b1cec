"""`dockwarden why` about events in a file: the card that Slack would show, in the terminal."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dockwarden.cli.deciding import Decider
from dockwarden.cli.explaining import Told
from dockwarden.cli.world import World
from tests.cli.conftest import SAMPLES, Run, all_samples, sample

CRASH = "ecs/task-stopped-essential-container-exit-1"
KEYS = ["failed", "cause", "incident", "subject", "place", "headline", "sentence", "lines"]


def why(run: Run, tmp_path: Path, events: Any, *words: str) -> Any:
    (tmp_path / "events.json").write_text(json.dumps(events), encoding="utf-8")
    return run("why", str(tmp_path / "events.json"), *words)


def test_a_crash_is_explained_in_one_sentence_with_its_evidence_and_the_next_step(run: Run) -> None:
    ran = run("why", str(SAMPLES / f"{CRASH}.json"))
    head, sentence, *lines = ran.out.splitlines()
    assert (ran.code, ran.err) == (0, "")
    assert head == "▲ web-api (web-prod, eu-central-1): a task failed"
    assert sentence == "  Container 'api' ended by itself with exit code 1."
    labels = [line.split(":")[0].strip() for line in lines]
    assert set(labels) == {"Seen", "Evidence", "Next", "Not read", "Incident"}
    assert lines[-1].split()[-1].startswith("inc-")


def test_the_card_is_the_one_that_slack_would_show(run: Run) -> None:
    """The same subject, headline, sentence, lines and incident as the card in the outbox."""
    told = Told()
    [decided] = Decider(World(why="only the file was read"), outbox=told).all([sample(CRASH)])
    incident = next(o.incident for o in decided.outcomes if o.incident)
    card = told.card(incident)
    assert card is not None
    [line] = run("why", str(SAMPLES / f"{CRASH}.json"), "--json").lines
    assert list(line) == KEYS
    assert line["failed"] is True
    assert (line["cause"], line["incident"]) == ("app-exit", card.id)
    assert (line["subject"], line["headline"], line["sentence"]) == (card.subject, card.headline, card.cause)
    assert line["lines"] == [{"label": one.label, "text": one.text} for one in card.lines]


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("ecs/task-running", "Nothing has failed in this event.\n"),
        (
            "ecs/task-stopped-by-user",
            "Nothing has failed in this event; the last stop: Somebody stopped the task (user).\n",
        ),
        ("ecr/image-action-push", "Nothing has failed in this event.\n"),
    ],
)
def test_where_nothing_failed_one_sentence_says_so(run: Run, name: str, sentence: str) -> None:
    ran = run("why", str(SAMPLES / f"{name}.json"))
    assert (ran.code, ran.out, ran.err) == (0, sentence, "")


def test_an_event_of_a_kind_that_nobody_knows_is_said_to_be_one(run: Run, tmp_path: Path) -> None:
    event = {"source": "aws.s3", "detail-type": "Object Created", "detail": {}}
    ran = why(run, tmp_path, event)
    assert (ran.code, ran.out) == (0, "Dockwarden knows nothing of the kind of this event.\n")
    [line] = why(run, tmp_path, event, "--json").lines
    assert list(line) == KEYS
    assert (line["failed"], line["cause"], line["incident"]) == (False, None, None)


def test_of_several_incidents_the_last_one_is_shown(run: Run, tmp_path: Path) -> None:
    events = [sample(CRASH), sample("ecs/task-stopped-out-of-memory"), sample("ecs/task-running")]
    events[1]["detail"]["taskArn"] += "0"
    [line] = why(run, tmp_path, events, "--json").lines
    assert line["cause"] == "oom"


def test_what_else_fails_in_the_file_is_said(run: Run, tmp_path: Path) -> None:
    """As the card on Slack has it."""
    other = sample(CRASH)
    other["detail"] |= {"group": "service:cart", "taskArn": other["detail"]["taskArn"] + "0"}
    [line] = why(run, tmp_path, [other, sample(CRASH)], "--json").lines
    [text] = [one["text"] for one in line["lines"] if one["label"] == "At the same time"]
    assert text == "1 other service fails: cart (app-exit)"


def test_a_failure_that_is_over_says_that_it_is(run: Run, tmp_path: Path) -> None:
    """Why it failed stays the card, and what came since is a line of it."""
    calm = [sample("ecs/service-steady-state", time=f"2026-11-21T{hour}:00:00Z") for hour in (10, 11)]
    for event in calm:
        event["detail"]["createdAt"] = event["time"]
    [line] = why(run, tmp_path, [sample(CRASH), *calm], "--json").lines
    assert line["cause"] == "app-exit"
    assert line["lines"][-1]["label"] == "Since then"
    assert line["lines"][-1]["text"].startswith("healthy again: It has been steady for")


@pytest.mark.parametrize("path", all_samples(), ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_every_sample_is_explained_or_said_to_be_no_failure(run: Run, path: Path) -> None:
    """One answer with exit code 0, whatever the event is about; a cause has its card or its sentence."""
    ran = run("why", str(path), "--json")
    [line] = ran.lines
    assert (ran.code, list(line)) == (0, KEYS)
    assert line["sentence"]
    assert not line["failed"] or line["incident"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "it is no JSON"),
        ("", "it is empty"),
        ("[]", "the array of events is empty"),
        ('[{"source": 5}]', "event 1 is malformed: reading source"),
        ("7", "event 1 is malformed"),
    ],
)
def test_malformed_input_is_one_sentence_and_exit_code_2(
    run: Run, stdin: Callable[[bytes], None], text: str, said: str
) -> None:
    stdin(text.encode())
    ran = run("why", "-")
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err
    assert ran.err.count("\n") == 1


def test_a_malformed_event_does_not_hide_the_others(run: Run, tmp_path: Path) -> None:
    ran = why(run, tmp_path, [{"source": 5}, sample(CRASH)])
    assert ran.code == 2
    assert "a task failed" in ran.out
    assert "event 1 is malformed" in ran.err


def test_a_file_that_is_not_there_is_said_to_be_missing(run: Run) -> None:
    ran = run("why", "no-such-event.json")
    assert (ran.code, ran.err) == (2, "dockwarden: no-such-event.json: there is no such file\n")


def test_hostile_text_of_an_event_is_inert_on_the_terminal(run: Run, tmp_path: Path) -> None:
    """No escape sequence, no reordering and no line of its own gets from an event into the card."""
    event = sample(CRASH, region="\x1b]0;owned\x07")
    event["detail"] |= {
        "group": "service:we\x1b[2Jb\n▲ forged: card",
        "stoppedReason": "\x1b[31m\u202eevil\r\n  Next: forged",
        "taskDefinitionArn": "arn:aws:ecs:eu-central-1:1:task-definition/x\x1b[2J:1",
    }
    event["detail"]["containers"][0] |= {"name": "a\x1b[2J`b", "reason": "\x07\u2028Next: forged"}
    ran = why(run, tmp_path, event)
    assert ran.code == 0
    assert {character for character in ran.out if not character.isprintable()} == {"\n"}
    assert sum(line.startswith("▲") for line in ran.out.splitlines()) == 1
    assert sum(line.lstrip().startswith("Next:") for line in ran.out.splitlines()) == 1


def test_colours_are_for_terminals_only(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    path = str(SAMPLES / f"{CRASH}.json")
    assert "\x1b[" not in run("why", path).out
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    assert "\x1b[" in run("why", path).out
    assert "\x1b[" not in run("why", path, "--json").out
