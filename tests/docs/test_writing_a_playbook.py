"""The example in docs/writing-a-playbook.md: its code runs, and what the page says is derived from it is."""

import importlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from aws_cdk import App
from aws_cdk.assertions import Match, Template

import dockwarden.playbooks
from dockwarden.permissions import Place, statements
from dockwarden.playbook import Playbook, load, registry
from dockwarden_cdk import DockwardenStack, FunctionCode, PlaybookSettings, Settings
from tests.docs.markdown import blocks, text_of

NAME = "host_leaves"
PAGE = text_of("docs/writing-a-playbook.md")
WEB_PROD = Place("aws", "eu-central-1", "111122223333", ("web-prod",))


@pytest.fixture
def example(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Playbook]:
    """The example, as if its file lay beside the others."""
    (tmp_path / f"{NAME}.py").write_text(blocks(PAGE, "python")[0], encoding="utf-8")
    monkeypatch.setattr(dockwarden.playbooks, "__path__", [*dockwarden.playbooks.__path__, str(tmp_path)])
    importlib.invalidate_caches()
    yield load(NAME)
    del sys.modules[f"dockwarden.playbooks.{NAME}"]
    delattr(dockwarden.playbooks, NAME)


def test_the_file_is_all_that_the_registry_needs(example: Playbook) -> None:
    assert registry()[NAME] is example
    assert example.summary == "Drain the container instance of an EC2 instance that shuts down."


def test_the_tests_on_the_page_pass(example: Playbook, tmp_path: Path) -> None:
    """They are collected and run as a contributor's would be."""
    (tmp_path / "test_on_the_page.py").write_text(blocks(PAGE, "python")[1], encoding="utf-8")
    counted = Counted()
    options = [
        "-q",
        "-p",
        "no:cacheprovider",
        "--import-mode=importlib",
        "--rootdir",
        str(tmp_path),
        "-c",
        "/dev/null",
    ]
    assert (
        pytest.main([*options, str(tmp_path / "test_on_the_page.py")], plugins=[counted])
        == pytest.ExitCode.OK
    )
    assert counted.passed == 4


class Counted:
    """Counts the tests that passed."""

    def __init__(self) -> None:
        self.passed = 0

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Called by pytest for each phase of each test."""
        self.passed += report.when == "call" and report.passed


def test_the_pattern_on_the_page_is_derived(example: Playbook) -> None:
    assert example.patterns() == [json.loads(blocks(PAGE, "json")[0])]


def test_the_statement_on_the_page_is_derived(example: Playbook) -> None:
    assert list(statements(example.act_permissions(), WEB_PROD)) == [json.loads(blocks(PAGE, "json")[1])]


def test_the_stack_has_its_rule_and_its_act_role(example: Playbook) -> None:
    """No line of the constructs knows the example."""
    settings = Settings(clusters=("web-prod",), playbooks={NAME: PlaybookSettings(ceiling="enforce")})
    stack = DockwardenStack(App(), "Dockwarden", settings=settings, code=FunctionCode.from_parameters)
    template = Template.from_stack(stack)
    template.has_resource_properties("AWS::Events::Rule", {"EventPattern": example.patterns()[0]})
    template.has_resource_properties(
        "AWS::IAM::Role", {"Description": Match.string_like_regexp(f"{NAME}.*makes its changes")}
    )
