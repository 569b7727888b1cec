"""docs/deploy-policy.json: the smallest policy that CloudFormation needs to make the stack."""

import json
import re
from importlib.resources import files
from pathlib import Path

import pytest

from tests.cdk.stacks import EVERY, listed

ROOT = Path(__file__).resolve().parents[2]
POLICY = json.loads((ROOT / "docs" / "deploy-policy.json").read_text())
ACTIONS = [action for statement in POLICY["Statement"] for action in listed(statement["Action"])]

MAKES = {
    "AWS::CloudWatch::Alarm": "cloudwatch:PutMetricAlarm",
    "AWS::DynamoDB::Table": "dynamodb:CreateTable",
    "AWS::Events::Archive": "events:CreateArchive",
    "AWS::Events::Rule": "events:PutRule",
    "AWS::IAM::Policy": "iam:PutRolePolicy",
    "AWS::IAM::Role": "iam:CreateRole",
    "AWS::Lambda::EventSourceMapping": "lambda:CreateEventSourceMapping",
    "AWS::Lambda::Function": "lambda:CreateFunction",
    "AWS::Logs::LogGroup": "logs:CreateLogGroup",
    "AWS::SNS::Subscription": "sns:Subscribe",
    "AWS::SNS::Topic": "sns:CreateTopic",
    "AWS::SNS::TopicPolicy": "sns:SetTopicAttributes",
    "AWS::SQS::Queue": "sqs:CreateQueue",
    "AWS::SQS::QueuePolicy": "sqs:SetQueueAttributes",
    "Custom::DockwardenIndexFill": "lambda:InvokeFunction",
}


def test_each_type_of_the_template_can_be_made() -> None:
    """A resource type that nobody thought of would fail the first deploy under this policy."""
    types = {resource["Type"] for made in EVERY for resource in made().template["Resources"].values()}
    assert types - {"AWS::KMS::Key"} == set(MAKES)
    assert set(MAKES.values()) <= set(ACTIONS)


def test_each_action_exists() -> None:
    """Held against the list of IAM actions that cfn-lint has."""
    known = json.loads((files("cfnlint") / "data" / "AdditionalSpecs" / "Policies.json").read_text())
    for action in ACTIONS:
        service, _, name = action.partition(":")
        assert name.lower() in known[service]["Actions"], action


def test_invariant_72_the_deploy_policy_is_narrow() -> None:
    """No wildcard action, never `*` where the service knows names, roles passed to Lambda only, nothing deletes the ledger."""
    assert not [action for action in ACTIONS if "*" in action]
    everywhere = {s["Sid"] for s in POLICY["Statement"] if "*" in listed(s["Resource"])}
    assert everywhere == {"FunctionSources", "LogsAreListed", "AlarmMail"}
    (passing,) = [s for s in POLICY["Statement"] if "iam:PassRole" in listed(s["Action"])]
    assert passing["Condition"] == {"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}}
    assert "dynamodb:DeleteTable" not in ACTIONS


def test_the_policy_fits_into_a_managed_policy() -> None:
    """IAM takes 6144 characters without white space."""
    assert len(re.sub(r"\s", "", json.dumps(POLICY))) <= 6144


@pytest.mark.parametrize(
    "block", re.findall(r"```json\n(.*?)```", (ROOT / "docs/deploy-policy.md").read_text(), re.DOTALL)
)
def test_the_policies_in_the_page_are_json(block: str) -> None:
    assert json.loads(block)["Version"] == "2012-10-17"
