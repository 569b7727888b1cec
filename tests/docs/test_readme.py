"""Every command on a page for readers is run: here, by CI, or by the end-to-end tests against the local AWS."""

import os
import shlex
import subprocess

import pytest

from tests.docs.markdown import ROOT, Command, blocks, commands, pages, text_of
from tests.e2e.readme_commands import IN_AN_ACCOUNT

# Commands that CI's script runs as steps of their own; running them within `make test` would run them twice.
BY_CI = ("make demo", "make test")

# Run here. Whatever else begins otherwise must stand in one of the two tables.
OFFLINE = ("make template",)
OFFLINE_COMMANDS = (
    ".venv/bin/dockwarden decide ",
    ".venv/bin/dockwarden why events/",
    ".venv/bin/dockwarden playbooks",
    ".venv/bin/dockwarden --help",
)


def is_offline(words: str) -> bool:
    return words in OFFLINE or (words.startswith(OFFLINE_COMMANDS) and "--stack" not in words)


def commands_of_all_pages() -> list[Command]:
    found = [command for page in pages() for command in commands(page.read_text(encoding="utf-8"))]
    return list(dict.fromkeys(found))


ALL = commands_of_all_pages()


@pytest.mark.parametrize("words", dict.fromkeys(command.words for command in ALL))
def test_every_command_is_run_somewhere(words: str) -> None:
    """A command that nobody runs is a promise that nobody keeps."""
    assert [words in BY_CI, is_offline(words), words in IN_AN_ACCOUNT].count(True) == 1


@pytest.mark.parametrize("words", BY_CI)
def test_ci_runs_what_it_is_said_to_run(words: str) -> None:
    assert f"step {words}\n" in text_of(".ci/run")


def test_no_table_names_a_command_that_no_page_has() -> None:
    written = {command.words for command in ALL}
    assert {*BY_CI, *OFFLINE, *IN_AN_ACCOUNT} <= written


@pytest.mark.slow
@pytest.mark.parametrize("command", [c for c in ALL if is_offline(c.words)], ids=lambda c: c.words[:70])
def test_an_offline_command_works_and_shows_what_the_page_shows(command: Command) -> None:
    """By its text, in the project's root, without anything of AWS in its environment."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    ran = subprocess.run(
        shlex.split(command.words),
        cwd=ROOT,
        env=environment | {"NO_COLOR": "1"},
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout
    if command.shown is not None:
        assert ran.stdout == command.shown


def test_the_readme_names_what_the_project_needs() -> None:
    """The versions are those of pyproject.toml and package.json."""
    readme = text_of("README.md")
    assert 'requires-python = ">=3.11"' in text_of("pyproject.toml")
    assert '"node": ">=20"' in text_of("package.json")
    assert "Python 3.11 or newer" in readme
    assert "Node.js 20 or newer" in readme


def test_the_demo_on_the_page_is_a_whole_one() -> None:
    """It is pasted from a run; each kind of entry is there, and it ended well."""
    (demo,) = (block for block in blocks(text_of("README.md"), "text") if "Dockwarden demo" in block)
    kinds = ("EVENT", "DECISION", "CALL", "EFFECT", "SLACK")
    assert [kind for kind in kinds if f" {kind} " not in demo] == []
    assert "nothing is left running." in demo
