"""The README's account commands, by their text, against the local AWS."""

import json
import re
import shlex
import time
from collections.abc import Callable
from typing import Any

import pytest

from lab.drydock.ec2_instances import interrupt
from tests.e2e.conftest import CLUSTER, HOST, STACK, Installation
from tests.e2e.readme_commands import BOOTSTRAP, CHECK, CREATE_SECRET, DEPLOY, IN_AN_ACCOUNT, UNINSTALL

pytestmark = [pytest.mark.lab, pytest.mark.slow]

# Those that the fixtures run, and those that a test of their own is about.
ELSEWHERE = {BOOTSTRAP, DEPLOY, CREATE_SECRET, CHECK, UNINSTALL}
AT_RUN_TIME = [words for words in IN_AN_ACCOUNT if words not in ELSEWHERE]
ENFORCE = next(words for words in AT_RUN_TIME if " enforce " in words)
MODE = ".venv/bin/dockwarden mode spot_drain --json"


def test_check_says_that_the_token_is_missing_until_there_is_one(deployed: Installation) -> None:
    """Right after the deploy it ends with 1 and names the secret; nothing else is wrong."""
    done = deployed.run(f"{CHECK} --json")
    failed = [found for found in map(json.loads, done.stdout.splitlines()) if found["level"] == "fail"]
    assert done.returncode == 1, done.stdout + done.stderr
    assert [found["about"] for found in failed] == ["slack"]
    assert "dockwarden/slack is missing" in failed[0]["sentence"]


def test_check_is_content_once_the_token_is_there(installation: Installation) -> None:
    shown = installation.must(CHECK)
    assert f"{CLUSTER} is opted in and active" in shown
    assert "it knows all 2 container instances" in shown
    assert " 0 fail" in shown


def test_as_deployed_it_observes_below_the_ceiling(installation: Installation) -> None:
    shown = json.loads(installation.must(MODE))
    assert (shown["mode"], shown["ceiling"]) == ("observe", "enforce")


@pytest.mark.parametrize("words", AT_RUN_TIME)
def test_a_command_at_run_time_works(installation: Installation, words: str) -> None:
    """In the order of the README, each on what the one before has left."""
    assert installation.must(words)


def test_what_was_changed_is_recorded_and_nothing_is_left_stopped(installation: Installation) -> None:
    changes = [
        json.loads(line) for line in installation.must(".venv/bin/dockwarden changes --json").splitlines()
    ]
    done = {(found["what"], found["why"]) for found in changes}
    assert ("stop: everything", "incident 4711") in done
    assert ("mode of spot_drain: enforce", "two weeks of observing agree") in done
    assert json.loads(installation.must(MODE))["stops"] == []


def test_after_the_readme_a_reclaimed_host_is_drained(installation: Installation) -> None:
    """What the steps lead to: the deployed function sets the host to DRAINING by one changing call."""
    installation.must(ENFORCE)
    drydock = installation.lab.drydock
    hosts = drydock.world.clusters[CLUSTER].instances.values()
    host = next(found for found in hosts if found.instance_id == HOST)
    interrupt(drydock.world, HOST)
    until(lambda: host.status == "DRAINING")
    changing = [call.operation for call in drydock.endpoint.log.calls if call.mutating and call.executed]
    assert changing == ["UpdateContainerInstancesState"]


def test_uninstalling_refuses_while_a_drain_is_live_and_then_works(installation: Installation) -> None:
    """It refuses, or prints commands that work as they are printed. It comes last: nothing is there afterwards."""
    until(lambda: json.loads(installation.run(f"{UNINSTALL} --json").stdout)["under_way"])
    assert installation.run(UNINSTALL).returncode == 1
    forget_the_drain(installation)
    printed = installation.must(UNINSTALL)
    for words in re.findall(r"^ +(aws .+)$", printed, re.MULTILINE):
        installation.must(words)
    assert stacks(installation) == []


def forget_the_drain(installation: Installation) -> None:
    """Remove today's list of receipts, as if the drain were long ago: a test has no 150 s to wait."""
    outputs = installation.lab.client("cloudformation").describe_stacks(StackName=STACK)["Stacks"][0][
        "Outputs"
    ]
    table = next(found["OutputValue"] for found in outputs if found["OutputKey"] == "LedgerTable")
    dynamodb = installation.lab.client("dynamodb")
    for item in dynamodb.scan(TableName=table)["Items"]:
        if item["pk"]["S"].startswith("RECEIPTS#"):
            dynamodb.delete_item(TableName=table, Key={"pk": item["pk"], "sk": item["sk"]})


def stacks(installation: Installation) -> list[str]:
    """The stacks of ours that are there."""
    answer = installation.lab.client("cloudformation").list_stacks()
    there: list[dict[str, Any]] = [
        s for s in answer["StackSummaries"] if s["StackStatus"] != "DELETE_COMPLETE"
    ]
    return [found["StackName"] for found in there if found["StackName"] == STACK]


def until(look: Callable[[], object], seconds: float = 20) -> None:
    """Wait until a look finds something; an AssertionError where it does not."""
    deadline = time.monotonic() + seconds
    while not look():
        assert time.monotonic() < deadline, f"waited {seconds} s in vain"
        time.sleep(0.2)


def test_every_account_command_is_one_of_those_above() -> None:
    """No command is named in the table and run nowhere."""
    assert {*AT_RUN_TIME, *ELSEWHERE} == set(IN_AN_ACCOUNT)
    assert all(shlex.split(words) for words in IN_AN_ACCOUNT)
