"""Functions of the template, and what the stack says about itself."""

import json
from collections.abc import Callable

import pytest

from tests.cdk.stacks import EVERY, Synthesized, acting, text


@pytest.mark.parametrize("made", EVERY)
def test_every_function_runs_the_pinned_python_on_one_asset(made: Callable[[], Synthesized]) -> None:
    """One asset, the runtime that its bytecode is for, a log group of the stack's own with a retention."""
    functions = made().of_type("AWS::Lambda::Function")
    groups = made().of_type("AWS::Logs::LogGroup")
    assert len(functions) == len(groups) == 5
    assert len({json.dumps(f["Properties"]["Code"]) for f in functions.values()}) == 1
    for function in functions.values():
        assert function["Properties"]["Runtime"] == "python3.13"
        assert function["Properties"]["LoggingConfig"]["LogGroup"]["Ref"] in groups
        assert "ReservedConcurrentExecutions" not in function["Properties"]
    assert all(group["Properties"]["RetentionInDays"] for group in groups.values())


def test_handlers_and_environment_are_what_the_runtime_reads() -> None:
    """The deploy and wiring.py agree about names, and the configuration is the JSON that config.py reads."""
    functions = acting().of_type("AWS::Lambda::Function").values()
    by_handler = {f["Properties"]["Handler"]: f["Properties"]["Environment"]["Variables"] for f in functions}
    assert set(by_handler) == {
        "dockwarden.runtime.lane.handle",
        "dockwarden.runtime.notifier.handle",
        "dockwarden.runtime.index_fill.handle",
    }
    common = {"AWS_RETRY_MODE", "LEDGER_TABLE", "OUTBOX_URL"}
    common |= {"POWERTOOLS_METRICS_NAMESPACE", "POWERTOOLS_SERVICE_NAME"}
    lane = common | {"DOCKWARDEN_CONFIG", "DOCKWARDEN_LANE", "DOCKWARDEN_PLAYBOOKS", "DOCKWARDEN_QUIET"}
    assert set(by_handler["dockwarden.runtime.lane.handle"]) == lane
    assert set(by_handler["dockwarden.runtime.index_fill.handle"]) == lane
    assert set(by_handler["dockwarden.runtime.notifier.handle"]) == common | {
        "OUTBOX_DLQ_URL",
        "SLACK_SECRET",
    }


def test_no_environment_can_set_a_clock_or_a_slack_url() -> None:
    """Only the lab's wiring has another clock or Slack; no production setting does."""
    for function in acting().of_type("AWS::Lambda::Function").values():
        names = " ".join(function["Properties"]["Environment"]["Variables"]).lower()
        assert not {word for word in ("clock", "time", "base_url", "slack_url", "endpoint") if word in names}


def test_the_index_fill_runs_last_again_with_new_code_or_clusters_and_answers_soon() -> None:
    """The rules are there when the clusters are read; a lost answer does not hold a deploy for an hour."""
    (fill,) = acting().of_type("Custom::DockwardenIndexFill").values()
    assert fill["Properties"]["Clusters"] == ["alpha", "beta"]
    assert fill["Properties"]["Code"] == {"Ref": "CodeKey"}
    assert int(fill["Properties"]["ServiceTimeout"]) <= 120
    rules = acting().of_type("AWS::Events::Rule").items()
    heard = {name for name, rule in rules if "EventPattern" in rule["Properties"]}
    assert heard
    assert heard <= set(fill["DependsOn"])


def test_the_outputs_are_what_the_command_line_asks_for() -> None:
    """DescribeStacks is enough to find everything; documents are JSON."""
    outputs = acting().template["Outputs"]
    assert set(outputs) == {
        *("AlarmTopic", "Config", "Functions", "LaneQueues", "LedgerTable"),
        *("OutboxDlqUrl", "OutboxUrl", "Rules", "SlackSecret"),
    }
    rules = json.loads(text(outputs["Rules"]["Value"]))
    assert rules["spot_drain"]["rules"] == ["Dockwarden-spot-drain"]
    assert set(json.loads(text(outputs["Functions"]["Value"]))) == {
        "spot",
        "voluntary",
        "records",
        "notifier",
        "index-fill",
    }
    assert json.loads(text(outputs["LaneQueues"]["Value"]))["spot"].keys() == {"queue", "dlq"}
