"""Modes, stops and their record, and what an uninstall says, in an account."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from botocore.exceptions import EndpointConnectionError, NoCredentialsError

from dockwarden.ledger.claims import Terms
from dockwarden.ledger.dynamodb import DynamoStore
from dockwarden.ledger.ledger import ActionLedger
from dockwarden.ledger.records import Intent, Receipt
from dockwarden.performing import State
from dockwarden.playbook import registry
from tests.cli.account import REGION, Account, client
from tests.cli.conftest import Run
from tests.ledger.conftest import TABLE


def test_a_mode_below_the_ceiling_is_set_shown_and_recorded_with_the_caller(
    run: Run, account: Account
) -> None:
    [before] = run("mode", "spot_drain", "--json").lines
    assert (before["mode"], before["why"]) == ("observe", "the platform's default says observe")
    [after] = run("mode", "spot_drain", "enforce", "--why", "trust", "--json").lines
    assert (after["mode"], after["why"]) == ("enforce", "the run-time setting says enforce")
    [change] = run("changes", "--json").lines
    assert change["what"] == "mode of spot_drain: enforce"
    assert change["why"] == "trust"
    assert change["by"] == client("sts").get_caller_identity()["Arn"]
    assert {
        line["name"]: line["mode"] for line in run("playbooks", "--stack", "Dockwarden", "--json").lines
    } == {**dict.fromkeys(registry(), "observe"), "spot_drain": "enforce"}


def test_only_the_platform_raises_the_ceiling(run: Run, account: Account) -> None:
    ran = run("mode", "instance_index", "enforce")
    assert ran.code == 2
    assert "at most observe, the platform's ceiling" in ran.err
    assert run("changes").out == "nothing was changed at run time\n"


@pytest.mark.parametrize("words", [("spot", "off"), ("../x", "off"), ("", "off"), ("spot_drain", "on")])
def test_a_playbook_or_mode_that_is_none_changes_nothing(
    run: Run, account: Account, words: tuple[str, str]
) -> None:
    ran = run("mode", *words)
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert run("changes", "--json").lines == []


def test_a_stop_stands_until_it_is_resumed_and_both_are_recorded(run: Run, account: Account) -> None:
    assert run("stop", "--cluster", f"arn:aws:ecs:{REGION}:1:cluster/web-prod", "--why", "incident").code == 0
    assert run("stop", "--playbook", "spot_drain").code == 0
    stops = run("mode", "spot_drain", "--json").lines[0]["stops"]
    assert [stop.partition(",")[0] for stop in stops] == [
        "stopped: cluster web-prod",
        "stopped: playbook spot_drain",
    ]
    [left] = run("resume", "--playbook", "spot_drain", "--json").lines
    assert [sentence.partition(",")[0] for sentence in left["still_stopped"]] == ["stopped: cluster web-prod"]
    assert run("resume", "--cluster", "web-prod").out.endswith("no stop stands\n")
    assert [line["what"] for line in run("changes", "--json").lines] == [
        "stop: cluster web-prod",
        "stop: playbook spot_drain",
        "resume: playbook spot_drain",
        "resume: cluster web-prod",
    ]


@pytest.mark.parametrize("scope", ["--playbook", "--cluster"])
@pytest.mark.parametrize("command", ["stop", "resume"])
def test_invariant_65_an_empty_name_never_means_everything(
    run: Run, account: Account, command: str, scope: str
) -> None:
    ran = run(command, scope, " ")
    assert (ran.code, ran.out) == (2, "")
    assert run("changes", "--json").lines == []


@pytest.mark.parametrize(
    ("words", "listed"),
    [
        (("--cluster", "web-prdo"), "there are: web-prod "),
        (("--cluster", "arn:aws:ecs:us-east-1:123456789012:cluster/prod"), "there are: web-prod "),
        (("--playbook", "spot"), "there are: spot_drain "),
        (("--cluster", "a\x1b[31m\nb"), "there are: web-prod "),
    ],
)
def test_a_mistyped_stop_is_refused_with_the_names_there_are(
    run: Run, account: Account, words: tuple[str, str], listed: str
) -> None:
    """Else it would say that something is stopped, and stop nothing."""
    ran = run("stop", *words)
    assert (ran.code, ran.out, ran.err.count("\n")) == (1, "", 1)
    assert "so nothing would be stopped" in ran.err
    assert listed in ran.err
    assert "\x1b" not in ran.err
    assert run("changes", "--json").lines == []


@pytest.mark.parametrize("words", [("--cluster", "web-next"), ("--playbook", "deploy_watch")])
def test_a_stop_can_be_set_anyway_and_lifted(run: Run, account: Account, words: tuple[str, str]) -> None:
    """Before the deploy that adds the cluster, or after the one that took the playbook away."""
    assert run("stop", *words, "--anyway").code == 0
    assert run("resume", *words).out.endswith("no stop stands\n")


def begun(occurred: datetime) -> tuple[ActionLedger, Intent]:
    """A drain of which the intent stands in the ledger."""
    ledger = ActionLedger(DynamoStore(lambda: client("dynamodb"), TABLE))
    intent = Intent(
        id="spot_drain-1",
        playbook="spot_drain",
        kind="UpdateContainerInstancesState",
        target="arn:ci",
        subject="i-1",
        action={"cluster": "arn:c", "container_instance": "arn:ci", "ec2_instance_id": "i-1"},
        mode="enforce",
        why="test",
        reason="test",
        occurred_at=occurred,
        created_at=occurred,
        retried_until=occurred,
        transcript={},
    )
    ledger.claim(intent, occurred, Terms(20, timedelta(seconds=150)))
    return ledger, intent


def test_an_uninstall_says_what_stays_and_prints_commands_only(run: Run, account: Account) -> None:
    ran = run("uninstall", "--json")
    [line] = ran.lines
    assert (ran.code, line["refused"], line["under_way"]) == (0, False, [])
    assert ("AWS::DynamoDB::Table", TABLE) in [(found["what"], found["name"]) for found in line["stays"]]
    assert "AWS::SQS::Queue" not in ran.out
    assert [command.split()[2] for command in line["commands"]] == ["delete-stack", "wait"]
    assert any("--no-deletion-protection-enabled" in command for command in line["commands_for_good"])
    assert client("dynamodb").list_tables()["TableNames"] == [TABLE]


def test_what_removes_the_records_stands_apart_from_what_removes_the_stack(
    run: Run, account: Account
) -> None:
    """Who copies the first lines keeps the ledger; the comment can be pasted with them."""
    printed = [line.strip() for line in run("uninstall").out.splitlines()]
    comment = next(n for n, line in enumerate(printed) if line.startswith("# Only if the records"))
    before, after = printed[:comment], printed[comment:]
    assert [line.split()[2] for line in before if line.startswith("aws ")] == ["delete-stack", "wait"]
    assert [line.split()[2] for line in after if line.startswith("aws ")] == [
        "update-table",
        "delete-table",
        "delete-secret",
    ]


def test_a_key_that_the_stack_made_is_named_and_goes_after_the_table(run: Run, account: Account) -> None:
    resources = account.cloudformation.template["Resources"]
    resources["Key"] = {"Type": "AWS::KMS::Key", "DeletionPolicy": "Retain"}
    account.cloudformation.names["Key"] = "1234abcd-key"
    [line] = run("uninstall", "--json").lines
    assert ("AWS::KMS::Key", "1234abcd-key") in [(found["what"], found["name"]) for found in line["stays"]]
    operations = [command.split()[2] for command in line["commands_for_good"]]
    assert operations == ["update-table", "delete-table", "schedule-key-deletion", "delete-secret"]
    assert "--key-id 1234abcd-key" in line["commands_for_good"][2]


def test_an_uninstall_refuses_while_a_drain_is_live_unless_told_to_leave_it(
    run: Run, account: Account
) -> None:
    now = datetime.now(UTC)
    ledger, intent = begun(now)
    ran = run("uninstall", "--json")
    assert (ran.code, ran.lines[0]["refused"], ran.lines[0]["commands"]) == (1, True, [])
    ledger.close(intent, Receipt(intent.id, State.DONE, "drained", now, 1))
    ran = run("uninstall")
    assert ran.code == 1
    assert "i-1 is draining" in ran.out
    assert "delete-stack" not in ran.out
    ran = run("uninstall", "--leave")
    assert ran.code == 0
    assert "delete-stack" in ran.out


def test_an_old_drain_does_not_hold_an_uninstall(run: Run, account: Account) -> None:
    past = datetime.now(UTC) - timedelta(hours=1)
    ledger, intent = begun(past)
    ledger.close(intent, Receipt(intent.id, State.DONE, "drained", past, 1))
    assert run("uninstall", "--json").code == 0


@pytest.mark.parametrize("command", [("changes",), ("mode", "spot_drain"), ("stop",), ("uninstall",)])
def test_a_stack_that_is_not_there_is_one_sentence(
    run: Run, account: Account, command: tuple[str, ...]
) -> None:
    ran = run(*command, "--stack", "Other")
    assert (ran.code, ran.out, ran.err.count("\n")) == (1, "", 1)
    assert "there is no stack 'Other'" in ran.err


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (NoCredentialsError(), "there are no AWS credentials"),
        (EndpointConnectionError(endpoint_url="https://x"), "EndpointConnectionError"),
    ],
)
def test_an_account_that_cannot_be_reached_is_one_sentence(
    run: Run, account: Account, monkeypatch: pytest.MonkeyPatch, error: Exception, sentence: str
) -> None:
    def fail(**_: str) -> None:
        raise error

    monkeypatch.setattr(account.cloudformation, "describe_stacks", fail)
    for words in (("changes",), ("check", "--json")):
        ran = run(*words)
        assert ran.err.count("\n") + ran.out.count("\n") >= 1
        assert "Traceback" not in ran.err
    assert sentence in run("changes").err


def test_no_region_and_an_unknown_profile_are_one_sentence(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    ran = run("changes", "--profile", "nobody\x1b[31m")
    assert (ran.code, ran.err.count("\n")) == (1, 1)
    assert "\x1b" not in ran.err
    monkeypatch.delenv("AWS_REGION")
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    assert "no region is set" in run("changes").err


def test_what_was_recorded_is_inert_on_the_terminal(run: Run, account: Account) -> None:
    """Invariant 60: a why is text from somebody."""
    run("stop", "--why", "\x1b[2J\nforged line")
    for words in (("changes",), ("check",), ("mode", "spot_drain")):
        ran = run(*words)
        assert "\x1b" not in ran.out
        assert not [line for line in ran.out.splitlines() if line.startswith("forged")]
    assert json.loads(run("changes", "--json").out)["why"] == "\x1b[2J\nforged line"
