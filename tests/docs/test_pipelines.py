"""docs/pipelines.md: its jobs are run as their pipelines run them, and its patterns take what is put on the bus."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

from dockwarden.guard.modes import Mode
from dockwarden.ledger.proposals import HeldAction
from dockwarden.ledger.records import Intent
from dockwarden.notify.outcome_events import about_end, about_outcome, about_proposal
from dockwarden.performing import Effect, State
from dockwarden.service_actions import RollBackService
from tests.docs.markdown import ROOT, blocks, rows, text_of
from tests.fakes import NOON

PAGE = text_of("docs/pipelines.md")
GITHUB, GITLAB = (yaml.safe_load(block) for block in blocks(PAGE, "yaml"))
_, DONE, HELD = (json.loads(block) for block in blocks(PAGE, "json"))
GITHUB_WAIT = GITHUB["jobs"]["release"]["steps"][-1]["run"]
ARN = "arn:aws:ecs:eu-central-1:111122223333:task-definition/web-api:43"

# A command of that name which takes exactly what the real one takes, and ends as it is told.
DOCKWARDEN = f"""#!{sys.executable}
import os, sys
from dockwarden.cli.commands import wait
from dockwarden.cli.parser import Parser
assert sys.argv[1] == "wait"
parser = Parser("wait", wait.__doc__)
wait.arguments(parser)
args = parser.parsed(sys.argv[2:])
assert args.task_definition == {ARN!r}
wait._terms(args)
print("10:00:00Z  1 of 2 tasks run", file=sys.stderr)
print("web-api:43: the answer of", os.environ["CODE"])
print("  dockwarden receipt rollback-0123456789abcdef")
sys.exit(int(os.environ["CODE"]))
"""
AWS = f"""#!/bin/sh
case "$2" in register-task-definition) echo {ARN} ;; update-service) echo '{{}}' ;; *) exit 9 ;; esac
"""


@pytest.fixture
def tools(tmp_path: Path) -> Path:
    """A folder for the path, with stand-ins for both commands."""
    for name, text in (("dockwarden", DOCKWARDEN), ("aws", AWS)):
        (tmp_path / name).write_text(text, encoding="utf-8")
        (tmp_path / name).chmod(0o755)
    return tmp_path


def ran(shell: list[str], script: str, tools: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """A script as a runner runs it."""
    (tools / "script.sh").write_text(script, encoding="utf-8")
    return subprocess.run(
        [*shell, str(tools / "script.sh")],
        env={
            "PATH": f"{tools}:{os.environ['PATH']}",
            "PYTHONPATH": f"{ROOT}/functions",
            "GITHUB_OUTPUT": str(tools / "output"),
            "GITHUB_STEP_SUMMARY": str(tools / "summary"),
            **environment,
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_the_page_names_the_exit_codes_that_the_command_names() -> None:
    said = (
        text_of("functions/dockwarden/cli/commands/wait.py").partition("exit codes:")[2].partition('"""')[0]
    )
    codes = [
        line.split()[0]
        for line in said.splitlines()
        if line[:3] == "  " + line.strip()[:1] and line[2].isdigit()
    ]
    assert codes == [row[0] for row in rows(PAGE) if row[0].isdigit()] == ["0", "1", "2", "3", "4", "5"]


@pytest.mark.parametrize(
    ("code", "ends", "says"),
    [
        (0, 0, "::notice title=Released::"),
        (1, 1, "::error title=Not known::"),
        (3, 3, "::error title=Rolled back::"),
        (4, 0, "::warning title=Waits for a person::"),
        (5, 0, "::warning title=ECS's own answer::"),
    ],
)
@pytest.mark.parametrize("shell", [["bash", "-e"], ["sh", "-e"]], ids=" ".join)
def test_the_job_of_github_ends_as_the_page_says(
    tools: Path, code: int, ends: int, says: str, shell: list[str]
) -> None:
    """A rolled back release is red; what a person decides and ECS's own answer are yellow.

    A runner takes bash, and sh where the image has none.
    """
    deploy, soak = GITHUB["jobs"]["release"]["steps"][-2:]
    first = ran(shell, deploy["run"], tools)
    assert first.returncode == 0, first.stderr
    assert (tools / "output").read_text(encoding="utf-8") == f"arn={ARN}\n"
    assert soak["env"] == {"ARN": "${{ steps.deploy.outputs.arn }}"}
    done = ran(shell, soak["run"], tools, ARN=ARN, CODE=str(code))
    assert done.returncode == ends, done.stderr
    assert done.stdout == f"{says}web-api:43: the answer of {code}\n"
    # Indented, which is code in Markdown: what a container has said makes no link or picture there.
    summary = (tools / "summary").read_text(encoding="utf-8").splitlines()
    assert [line[:4] for line in summary] == ["    ", "    "]
    assert "dockwarden receipt" in summary[1]


def test_a_job_of_github_whose_deploy_fails_does_not_come_to_wait(tools: Path) -> None:
    (tools / "aws").write_text("#!/bin/sh\nexit 254\n", encoding="utf-8")
    deploy = GITHUB["jobs"]["release"]["steps"][-2]
    assert ran(["bash", "-e"], deploy["run"], tools).returncode == 254
    assert not (tools / "output").exists()


def test_a_job_of_github_without_the_command_is_red(tools: Path) -> None:
    (tools / "dockwarden").unlink()
    soak = GITHUB["jobs"]["release"]["steps"][-1]
    done = ran(["bash", "-e"], soak["run"], tools, ARN=ARN, PATH=f"{tools}:/usr/bin:/bin")
    assert done.returncode == 127
    assert done.stdout.startswith("::error title=Not known::")


def test_what_a_job_takes_from_others_is_pinned_by_its_commit_and_names_its_version() -> None:
    used = re.findall(r"uses: (\S+)(.*)$", PAGE, re.MULTILINE)
    assert len(used) == 2
    for action, version in used:
        assert re.fullmatch(r"[a-z-]+/[a-z-]+@[0-9a-f]{40}", action), action
        assert re.fullmatch(r"  # v\d+\.\d+\.\d+", version), action


def test_no_job_has_keys(tools: Path) -> None:
    """Both trust the token of the job: GitHub's action asks for it, GitLab writes it where AWS's tools look."""
    assert "ACCESS_KEY" not in PAGE
    assert GITHUB["permissions"] == {"contents": "read", "id-token": "write"}
    assert "role-to-assume" in GITHUB["jobs"]["release"]["steps"][1]["with"]
    job = GITLAB["release"]
    [token] = job["id_tokens"]
    assert {"AWS_ROLE_ARN", "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_REGION"} <= job["variables"].keys()
    kept = tools / "token"
    done = ran(
        ["bash", "-eo", "pipefail"],
        "\n".join(job["script"]),
        tools,
        **{"CODE": "0", token: "a.b.c", "AWS_WEB_IDENTITY_TOKEN_FILE": str(kept)},
    )
    assert done.returncode == 0, done.stderr
    assert kept.read_text(encoding="utf-8") == "a.b.c"
    assert kept.stat().st_mode & 0o077 == 0


def test_the_sessions_of_the_jobs_outlast_their_waits() -> None:
    """A session is an hour as nothing else is said, and a job ends before that."""
    assert GITHUB["jobs"]["release"]["timeout-minutes"] < 60
    assert GITLAB["release"]["timeout"] == "45m"
    assert all("--timeout 30m" in script for script in (GITHUB_WAIT, GITLAB["release"]["script"][-1]))


@pytest.mark.parametrize("code", [0, 1, 3, 4, 5])
def test_the_job_of_gitlab_ends_with_the_code_of_the_command(tools: Path, code: int) -> None:
    """Which of them fail the pipeline is what allow_failure says."""
    job = GITLAB["release"]
    token = {"AWS_TOKEN": "a.b.c", "AWS_WEB_IDENTITY_TOKEN_FILE": str(tools / "token")}
    script = "\n".join(job["script"])
    done = ran(["bash", "-eo", "pipefail"], script, tools, CODE=str(code), **token)
    assert done.returncode == code, done.stderr
    assert done.stdout.startswith(f"web-api:43: the answer of {code}\n")
    assert job["allow_failure"] == {"exit_codes": [4, 5]}


ACTION = RollBackService(
    "arn:aws:ecs:eu-central-1:111122223333:cluster/web-prod",
    "arn:aws:ecs:eu-central-1:111122223333:service/web-prod/web-api",
    task_definition=ARN.replace(":43", ":42"),
    bad_task_definition=ARN,
    current_deployment="ecs-svc/1",
)


def test_the_patterns_take_what_a_rollback_puts_on_the_bus() -> None:
    """And not what became of something else, of a rollback that was refused, or of one that was undone."""
    assert matches(DONE, outcome())
    assert not matches(DONE, outcome(state=State.REFUSED))
    assert not matches(DONE, outcome(playbook="spot_drain"))
    assert not matches(DONE, outcome(undoes="rollback-1"))
    assert not matches(DONE, proposal())
    assert matches(HELD, proposal())
    assert not matches(HELD, outcome())


def test_the_page_names_fields_that_the_events_have() -> None:
    assert {"service", "cause", "reason", "id", "undoes"} <= outcome()["detail"].keys()
    assert {"service", "reason", "why", "id"} <= proposal()["detail"].keys()
    for event in (outcome(), proposal()):
        assert event["detail"]["service"] == ACTION.service_arn
        assert event["detail"]["cluster"] == ACTION.cluster_arn


@pytest.mark.parametrize(
    "event", ["Dockwarden Action Outcome", "Dockwarden Action Held", "Dockwarden Proposal Ended"]
)
def test_the_page_of_safety_lists_every_field_of_an_event(event: str) -> None:
    made = {
        one["detail-type"]: one["detail"] for one in (outcome(), proposal(), about_end(held(), "settled"))
    }
    listed = next(
        line for line in text_of("docs/safety.md").splitlines() if line.startswith(f"| `{event}` |")
    )
    fields = re.findall(r"`([a-z_]+)`", listed.split("|")[2])
    assert {*fields, "version", "id"} == made[event].keys()


def outcome(
    state: State = State.DONE, playbook: str = "rollback", undoes: str | None = None
) -> Mapping[str, Any]:
    intent = Intent(
        id=f"{playbook}-0",
        playbook=playbook,
        kind=ACTION.KIND,
        target=ACTION.target,
        subject="web-api",
        action=ACTION.fields(),
        mode=Mode.ENFORCE,
        why="the default",
        reason="it fails",
        occurred_at=NOON,
        created_at=NOON,
        retried_until=NOON,
        transcript={},
        undoes=undoes,
    )
    return about_outcome(intent, ACTION, Effect(state, "words"), NOON)


def proposal() -> Mapping[str, Any]:
    return about_proposal(held())


def held() -> HeldAction:
    return HeldAction(
        id="rollback-1",
        playbook="rollback",
        kind=ACTION.KIND,
        target=ACTION.target,
        action=ACTION.fields(),
        subject="web-api",
        sentence=ACTION.sentence(),
        rule="playbook",
        why="its tag says ask",
        reason="it fails",
        until=NOON + timedelta(hours=4),
        created_at=NOON,
    )


def matches(pattern: Mapping[str, Any], event: Mapping[str, Any]) -> bool:
    """What EventBridge does with lists of values."""
    return all(
        matches(wanted, event.get(key, {})) if isinstance(wanted, dict) else event.get(key) in wanted
        for key, wanted in pattern.items()
    )
