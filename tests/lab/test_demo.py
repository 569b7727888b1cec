"""What the demo says when it cannot start, and how it shows things; the demo itself is run by CI."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from lab.demo.console import Screen
from lab.demo.errors import DemoError
from lab.demo.machinery import base_port
from lab.demo.pipeline import Step
from lab.demo.scenarios import chosen
from lab.demo.stage import words_of

ROOT = Path(__file__).resolve().parents[2]


def test_without_a_name_all_scenarios_are_played() -> None:
    assert "spot_reclaim" in [scenario.name for scenario in chosen(None)]
    assert [scenario.name for scenario in chosen("spot-reclaim")] == ["spot_reclaim"]


@pytest.mark.parametrize("scenario", chosen(None), ids=lambda scenario: scenario.name)
def test_every_scenario_has_a_title_and_clusters(scenario: object) -> None:
    assert scenario.title.endswith(".")  # type: ignore[attr-defined]
    assert scenario.world["clusters"]  # type: ignore[attr-defined]


def test_an_unknown_scenario_is_refused_with_those_there_are() -> None:
    with pytest.raises(DemoError, match=r"no scenario 'nope'; there are: .*spot_reclaim"):
        chosen("nope")


@pytest.mark.parametrize("port", ["80", "99999", "http", "-1", "4566.5"])
def test_a_port_that_is_none_is_refused(monkeypatch: pytest.MonkeyPatch, port: str) -> None:
    monkeypatch.setenv("DOCKWARDEN_LAB_PORT", port)
    with pytest.raises(DemoError, match="must be a port from 1024"):
        base_port()


@pytest.mark.parametrize("offset", [0, 4, 14])
def test_a_taken_port_ends_the_demo_with_one_sentence_and_nothing_left_running(offset: int) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = subprocess.run(
            [sys.executable, "-m", "lab.demo"],
            cwd=ROOT,
            env={**os.environ, "DOCKWARDEN_LAB_PORT": str(port - offset)},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert done.returncode == 1
    assert f"Port {port} on 127.0.0.1" in " ".join(done.stdout.split())
    assert "Traceback" not in done.stdout + done.stderr


def test_a_timeline_is_readable_without_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    Screen().entry("DECISION", "act: " + "word " * 40 + "[bold]not markup[/]", "+1.0 s")
    shown = capsys.readouterr().out
    assert "\x1b" not in shown
    assert "[bold]not markup[/]" in shown
    assert max(map(len, shown.splitlines())) <= 110


def test_a_message_is_told_block_by_block() -> None:
    message = {
        "text": "short",
        "blocks": [{"text": {"text": "*one*"}}],
        "attachments": [{"blocks": [{"elements": [{"text": "two"}]}]}],
    }
    assert words_of(message) == "one\ntwo"
    assert words_of({"text": "short"}) == "short"


def test_an_interrupted_demo_leaves_nothing_running() -> None:
    """Ctrl-C or a CI's SIGTERM in the middle of the start."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-u", "-m", "lab.demo"],
        cwd=ROOT,
        env={**os.environ, "DOCKWARDEN_LAB_PORT": str(port)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    while "bootstrapping" not in process.stdout.readline():
        pass
    process.send_signal(signal.SIGTERM)
    rest, _ = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "nothing is left running" in rest
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0


def test_what_a_pipeline_prints_is_known_line_by_line_while_it_runs() -> None:
    """The demo looks whether it says something, and never waits for a line that may not come."""
    program = "import sys; print('one', flush=True); sys.stdin.read(); print('two'); sys.exit(3)"
    process = subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    step = Step(("dockwarden", "wait"), process)
    deadline = time.monotonic() + 20
    while not step.says("one") and time.monotonic() < deadline:
        time.sleep(0.02)
    assert step.says()
    assert not step.says("two")
    assert process.stdin is not None
    process.stdin.close()
    assert step.ended() == (3, "one\ntwo")


def test_a_pipeline_that_is_ended_early_leaves_nothing_running() -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", "import time; time.sleep(600)"], stdout=subprocess.PIPE, text=True
    )
    Step(("dockwarden", "wait"), process).end()
    assert process.poll() is not None
