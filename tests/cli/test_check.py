"""`dockwarden check`: each thing that is missing is one finding, and says what to do."""

from typing import Any

import pytest

from tests.cli.account import REGION, RULE, SECRET, TOKEN, Account, client
from tests.cli.conftest import Ran, Run
from tests.ledger.conftest import TABLE


def of(ran: Ran, level: str) -> dict[str, str]:
    """The sentences of a level, by what they are about."""
    return {line["about"]: line["sentence"] for line in ran.lines if line["level"] == level}


def test_an_installation_that_works_has_no_failure(run: Run, account: Account) -> None:
    ran = run("check", "--json")
    assert (ran.code, of(ran, "fail"), of(ran, "warn")) == (0, {}, {})
    assert set(of(ran, "ok")) == {
        "stack",
        "clusters",
        "mode",
        "slack",
        "rule",
        "event source",
        "function",
        "queue",
        "dead letters",
        "alarms",
        "index",
        "ledger",
    }


def test_every_finding_that_is_not_ok_says_what_to_do(run: Run, account: Account) -> None:
    account.functions.mapping = "Disabled"
    account.configure(clusters=["web-prod", "gone"], channel="")
    lines = run("check", "--json").lines
    assert all((line["todo"] is None) == (line["level"] == "ok") for line in lines)
    assert [line for line in lines if line["level"] != "ok"]


def test_a_stack_that_is_not_there_is_a_failure_and_the_end(run: Run, account: Account) -> None:
    ran = run("check", "--stack", "Other", "--json")
    assert ran.code == 1
    [line] = ran.lines
    assert line["about"] == "stack"
    assert "there is no stack 'Other'" in line["sentence"]


@pytest.mark.parametrize("status", ["ROLLBACK_COMPLETE", "UPDATE_FAILED", "DELETE_IN_PROGRESS"])
def test_a_stack_in_a_bad_state_is_a_failure(run: Run, account: Account, status: str) -> None:
    account.cloudformation.status = status
    assert status in of(run("check", "--json"), "fail")["stack"]


def test_a_freeze_that_nobody_can_read_is_a_failure_and_one_that_holds_is_said(
    run: Run, account: Account
) -> None:
    """Whoever wonders why nothing happens finds it here."""
    years = {"zone": "Europe/Berlin", "from": "2000-01-01", "until": "8999-12-31"}
    burning = {"name": "burning", "alarm": "prod-5xx"}
    account.configure(freezes=[{"name": "always", **years}, {"name": "bad", "zone": "Mars"}, burning])
    ran = run("check", "--json")
    assert ran.code == 1
    assert 'frozen by "always" for' in of(ran, "warn")["freeze"]
    assert 'the freeze "number 2" cannot be read' in of(ran, "fail")["freeze"]
    assert of(ran, "ok")["freeze"] == '"burning" holds while the CloudWatch alarm prod-5xx fires'


@pytest.mark.parametrize("secret", [None, "  "])
def test_a_token_that_is_missing_or_empty_is_a_failure(
    run: Run, account: Account, secret: str | None
) -> None:
    secrets = client("secretsmanager")
    if secret is None:
        secrets.delete_secret(SecretId=SECRET, ForceDeleteWithoutRecovery=True)
    else:
        secrets.put_secret_value(SecretId=SECRET, SecretString=secret)
    ran = run("check", "--json")
    assert ran.code == 1
    assert "missing or empty, so messages wait" in of(ran, "fail")["slack"]
    [todo] = [line["todo"] for line in ran.lines if line["about"] == "slack"]
    assert f"aws secretsmanager create-secret --region {REGION} --secret-string file:///dev/stdin" in todo
    assert todo.count("--secret-string file:///dev/stdin") == todo.count("--secret-string") == 2


def test_invariant_71_the_token_is_never_printed(run: Run, account: Account) -> None:
    for words in (("--json",), ()):
        ran = run("check", *words)
        assert TOKEN not in ran.out + ran.err


def test_invariant_65_no_cluster_opted_in_is_a_failure(run: Run, account: Account) -> None:
    account.configure(clusters=[])
    assert "no cluster is opted in" in of(run("check", "--json"), "fail")["clusters"]


def test_a_listed_cluster_that_does_not_exist_is_a_failure(run: Run, account: Account) -> None:
    account.configure(clusters=["web-prod", "gone"])
    assert of(run("check", "--json"), "fail")["clusters"].startswith("gone is opted in, but")


def test_a_disabled_rule_is_a_failure(run: Run, account: Account) -> None:
    client("events").disable_rule(Name=RULE)
    assert "spot_drain hears nothing" in of(run("check", "--json"), "fail")["rule"]


@pytest.mark.parametrize("state", ["Disabled", ""])
def test_a_mapping_that_is_off_or_gone_is_a_failure(run: Run, account: Account, state: str) -> None:
    account.functions.mapping = state
    assert "its messages wait" in of(run("check", "--json"), "fail")["event source"]


def test_a_function_that_failed_to_start_is_a_failure(run: Run, account: Account) -> None:
    account.functions.state = "Failed"
    assert "is Failed" in of(run("check", "--json"), "fail")["function"]


@pytest.mark.parametrize("queue", ["spot-dlq", "out-dlq", "rule-dlq"])
def test_a_dead_letter_queue_that_is_not_empty_is_a_failure(run: Run, account: Account, queue: str) -> None:
    client("sqs").send_message(QueueUrl=account.queues[queue], MessageBody="{}")
    ran = run("check", "--json")
    assert ran.code == 1
    assert "1 messages could not be handled" in of(ran, "fail")["dead letters"]


def test_an_alarm_topic_that_nobody_hears_is_a_warning(run: Run, account: Account) -> None:
    sns = client("sns")
    for found in sns.list_subscriptions()["Subscriptions"]:
        sns.unsubscribe(SubscriptionArn=found["SubscriptionArn"])
    assert of(run("check", "--json"), "warn") == {"alarms": "nobody subscribes to the alarm topic"}


def test_an_index_that_is_empty_while_there_are_instances_is_a_failure(
    run: Run, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dockwarden.aws.fleet import EcsFleet  # noqa: PLC0415
    from dockwarden.facts.fleet import ContainerInstance  # noqa: PLC0415

    there = ContainerInstance("arn:1", "arn:2", "i-1", "ACTIVE")
    monkeypatch.setattr(EcsFleet, "all_container_instances", lambda _: (there,))
    assert "the clusters have 1 container instances" in of(run("check", "--json"), "fail")["index"]


def test_a_stop_is_a_warning(run: Run, account: Account) -> None:
    run("stop", "--why", "incident")
    assert "stopped: everything" in of(run("check", "--json"), "warn")["stop"]


@pytest.mark.parametrize(
    "service", ["events", "lambda", "sqs", "sns", "ecs", "secretsmanager", "cloudwatch", "dynamodb"]
)
def test_invariant_68_one_refused_read_does_not_stop_the_other_checks(
    run: Run, account: Account, service: str
) -> None:
    """What was not read is said to be not read, and never to be fine."""
    account.refused.add(service)
    ran = run("check", "--json")
    assert ran.code == 0
    unread = [line for line in ran.lines if "AccessDeniedException" in line["sentence"]]
    assert {line["level"] for line in unread} == {"warn"}
    assert all("not read: " in line["sentence"] for line in unread)
    assert len(of(ran, "ok")) > 5


def test_what_was_deleted_by_hand_is_a_failure(run: Run, account: Account) -> None:
    client("events").delete_rule(Name=RULE)
    client("sqs").delete_queue(QueueUrl=account.queues["spot-dlq"])
    client("dynamodb").delete_table(TableName=TABLE)
    ran = run("check", "--json")
    assert ran.code == 1
    assert {"rules", "dead letters", "mode", "ledger"} <= set(of(ran, "fail"))


def test_outputs_that_are_none_are_findings_and_no_traceback(run: Run, account: Account) -> None:
    account.cloudformation.outputs = {"Config": "{"}
    ran = run("check", "--json")
    assert ran.code == 1
    assert of(ran, "fail")


def test_the_readable_form_counts(run: Run, account: Account) -> None:
    ran = run("check")
    assert ran.code == 0
    assert ran.out.endswith(", 0 warn, 0 fail\n")


class Answering:
    """Slack's client, answering once."""

    answer: Any = None

    def __init__(self, token: str, timeout: int) -> None:
        assert token == TOKEN

    def auth_test(self) -> Any:
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def test_slack_is_asked_only_when_wanted(run: Run, account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    from slack_sdk.errors import SlackApiError, SlackRequestError  # noqa: PLC0415

    monkeypatch.setattr("slack_sdk.WebClient", Answering)
    refused = SlackApiError("no", {"error": "invalid_auth"})  # type: ignore[no-untyped-call]
    for answer, level, words in (
        ({"user": "dockwarden", "team": "T"}, "ok", "Slack knows the bot as dockwarden"),
        (refused, "fail", "refuses the token (invalid_auth)"),
        (SlackRequestError("down"), "warn", "did not answer"),
        (TimeoutError("slow"), "warn", "did not answer"),
    ):
        monkeypatch.setattr(Answering, "answer", answer)
        assert words in of(run("check", "--slack", "--json"), level)["slack"]
        assert "did not answer" not in run("check", "--json").out
