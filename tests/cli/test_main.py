"""The command itself: its overview, its helps, and how it ends."""

import subprocess
import sys
from pathlib import Path

import pytest

from dockwarden import __version__
from dockwarden.cli.main import COMMANDS
from tests.cli.conftest import ROOT, Run

COMMAND_FILES = ROOT / "functions/dockwarden/cli/commands"


def test_the_overview_names_every_command(run: Run) -> None:
    ran = run("--help")
    assert ran.code == 0
    assert all(f"\n  {name} " in ran.out for name in COMMANDS)


def test_every_file_is_a_command_and_every_command_a_file() -> None:
    assert sorted(path.stem.replace("_", "-") for path in COMMAND_FILES.glob("[a-z]*.py")) == sorted(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_the_help_of_each_command_teaches_with_examples(run: Run, name: str) -> None:
    ran = run(name, "--help")
    assert ran.code == 0
    assert "examples:\n" in ran.out
    assert f"  dockwarden {name}" in ran.out
    assert "--json" in ran.out


@pytest.mark.parametrize("words", [("decid",), ("\x1b[31m",), ("../decide",), ("",)])
def test_an_unknown_command_is_one_inert_sentence(run: Run, words: tuple[str, ...]) -> None:
    ran = run(*words)
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert "\x1b" not in ran.err


def test_no_command_shows_the_overview_and_is_wrong_use(run: Run) -> None:
    ran = run()
    assert ran.code == 2
    assert "usage: dockwarden COMMAND" in ran.out


def test_the_version_is_that_of_the_package(run: Run) -> None:
    assert run("--version").out == f"dockwarden {__version__}\n"


def test_a_reader_that_goes_away_is_no_error(tmp_path: Path) -> None:
    """`dockwarden decide … | head -1` prints no traceback."""
    path = ROOT / "events/ec2/spot-warning-terminate.json"
    (tmp_path / "many.json").write_text("[" + ",".join([path.read_text()] * 3000) + "]")
    script = "from dockwarden.cli.main import main; raise SystemExit(main())"
    with subprocess.Popen(
        [sys.executable, "-c", script, "decide", str(tmp_path / "many.json"), "--json"],
        cwd=ROOT / "functions",
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(60) == 0


def test_a_terminal_without_unicode_gets_escapes_and_no_traceback(tmp_path: Path) -> None:
    event = (ROOT / "events/ec2/spot-warning-terminate.json").read_text()
    (tmp_path / "event.json").write_text(event.replace("a5187a14", "größe-日本"), encoding="utf-8")
    script = "from dockwarden.cli.main import main; raise SystemExit(main())"
    ran = subprocess.run(
        [sys.executable, "-c", script, "decide", str(tmp_path / "event.json")],
        cwd=ROOT / "functions",
        env={"PYTHONIOENCODING": "ascii", "PATH": ""},
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert (ran.returncode, ran.stderr) == (0, b"")
    assert b"gr\\xf6\\xdfe" in ran.stdout
