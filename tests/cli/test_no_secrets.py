"""Invariant 71 on the command line: what `decide` and `why` print of an event has no secret."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from dockwarden.cli.live_card import Heading, Stopped, service_card
from dockwarden.facts.services import ServiceMessage
from tests.canaries import SHAPES, carrying, seen, told
from tests.cli.conftest import Run
from tests.core.test_diagnose import service_state


@pytest.mark.parametrize("nth", range(len(SHAPES)), ids=lambda nth: SHAPES[nth][1])
def test_invariant_71_neither_decide_nor_why_prints_a_secret(run: Run, tmp_path: Path, nth: int) -> None:
    """Each shape in every free text of every event that is told: outcomes, reasons, cards."""
    events = [raw for name in told() for raw in carrying(name, nth)]
    path = tmp_path / "events.json"
    path.write_text(json.dumps(events), encoding="utf-8")
    decided = run("decide", str(path), "--json")
    assert decided.code == 0
    assert len(decided.lines) == len(events)
    assert seen(decided.out + decided.err) == []
    assert "redacted" in _explained(run, tmp_path, nth)


def _explained(run: Run, tmp_path: Path, nth: int) -> str:
    """What `why` prints of each event alone, in which no secret is."""
    printed = []
    for number, name in enumerate(told()):
        for raw in list(carrying(name, nth))[number % 3 :: 3]:
            path = tmp_path / "event.json"
            path.write_text(json.dumps(raw), encoding="utf-8")
            printed += [run("why", str(path)).out, run("why", str(path), "--json").out]
    assert seen("".join(printed)) == []
    return "".join(printed)


@pytest.mark.parametrize(("shape", "secret"), SHAPES)
def test_invariant_71_no_message_of_a_live_service_shows_a_secret(shape: str, secret: str) -> None:
    at = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
    message = ServiceMessage(at, f"(service web) was unable to place a task. {shape}")
    state = replace(service_state(), desired=2, running=0, messages=(message,))
    card, _ = service_card(Heading("web", "prod", at), state, Stopped.of([]), None)
    assert "unable to place a task" in repr(card)
    assert secret[:8] not in repr(card)
