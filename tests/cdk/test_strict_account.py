"""An account with rules of its own: key, boundary, path, prefix, tags, bootstrap."""

import json

from aws_cdk import App
from aws_cdk.assertions import Template

from dockwarden_cdk import DockwardenStack, FunctionCode, Settings
from dockwarden_cdk.samples import strict_account
from tests.cdk.stacks import listed, strict, synthesize, text

KEY_USE = {
    "dynamodb": {
        "kms:Decrypt",
        "kms:DescribeKey",
        "kms:Encrypt",
        "kms:GenerateDataKey",
        "kms:ReEncryptFrom",
        "kms:ReEncryptTo",
    },
    "sqs": {"kms:Decrypt", "kms:GenerateDataKey"},
    "secretsmanager": {"kms:Decrypt"},
}


def test_every_role_has_the_boundary_and_the_path() -> None:
    for role in strict().of_type("AWS::IAM::Role").values():
        boundary = text(role["Properties"]["PermissionsBoundary"])
        assert boundary == "arn:<AWS::Partition>:iam::<AWS::AccountId>:policy/developer-boundary"
        assert role["Properties"]["Path"] == "/platform/"


def test_every_name_begins_with_the_prefix() -> None:
    """Roles hold the region as well, because they are global."""
    names = {
        "AWS::IAM::Role": "RoleName",
        "AWS::Lambda::Function": "FunctionName",
        "AWS::SQS::Queue": "QueueName",
        "AWS::Logs::LogGroup": "LogGroupName",
        "AWS::DynamoDB::Table": "TableName",
        "AWS::Events::Rule": "Name",
        "AWS::SNS::Topic": "TopicName",
        "AWS::CloudWatch::Alarm": "AlarmName",
    }
    for resource_type, property_ in names.items():
        found = [text(r["Properties"][property_]) for r in strict().of_type(resource_type).values()]
        assert found, resource_type
        assert len(set(found)) == len(found)
        assert all(name.startswith("acme-dockwarden-") for name in found), found
        if resource_type == "AWS::IAM::Role":
            assert all(name.endswith("-<AWS::Region>") for name in found)


def test_without_a_prefix_cloudformation_makes_the_names() -> None:
    """So that two regions, or a second install beside a table that stayed, never collide."""
    for resource in synthesize(Settings()).of_type("AWS::IAM::Role").values():
        assert "RoleName" not in resource["Properties"]


def test_one_key_encrypts_table_queues_topic_and_logs() -> None:
    (key,) = strict().of_type("AWS::KMS::Key")
    reference = {"Fn::GetAtt": [key, "Arn"]}
    (table,) = strict().of_type("AWS::DynamoDB::Table").values()
    assert table["Properties"]["SSESpecification"] == {
        "KMSMasterKeyId": reference,
        "SSEEnabled": True,
        "SSEType": "KMS",
    }
    for queue in strict().of_type("AWS::SQS::Queue").values():
        assert queue["Properties"]["KmsMasterKeyId"] == reference
    for group in strict().of_type("AWS::Logs::LogGroup").values():
        assert group["Properties"]["KmsKeyId"] == reference
    (topic,) = strict().of_type("AWS::SNS::Topic").values()
    assert topic["Properties"]["KmsMasterKeyId"] == reference


def test_the_key_outlives_the_stack_as_the_table_does() -> None:
    (key,) = strict().of_type("AWS::KMS::Key").values()
    assert key["DeletionPolicy"] == "Retain"
    assert key["Properties"]["EnableKeyRotation"] is True


def test_the_key_lets_rules_alarms_and_logs_in() -> None:
    """Without these grants EventBridge would drop events and alarms would be silent."""
    (key,) = strict().of_type("AWS::KMS::Key").values()
    statements = key["Properties"]["KeyPolicy"]["Statement"]
    # What an archive needs of the key is its own test's.
    archive = ("ArchiveIsWritten", "ArchiveFindsKey")
    granted = [s for s in statements if "Service" in s["Principal"] and s.get("Sid") not in archive]
    services = {text(s["Principal"]["Service"]): s for s in granted}
    assert set(services) == {
        "events.amazonaws.com",
        "cloudwatch.amazonaws.com",
        "logs.<AWS::Region>.amazonaws.com",
    }
    for name in ("events.amazonaws.com", "cloudwatch.amazonaws.com"):
        assert services[name]["Action"] == ["kms:Decrypt", "kms:GenerateDataKey"]
    account = services["cloudwatch.amazonaws.com"]["Condition"]["StringEquals"]["aws:SourceAccount"]
    assert account == {"Ref": "AWS::AccountId"}
    assert "kms:EncryptionContext:aws:logs:arn" in json.dumps(services["logs.<AWS::Region>.amazonaws.com"])


def test_each_function_may_use_the_key_through_services_only() -> None:
    (key,) = strict().of_type("AWS::KMS::Key")
    using = [(r, s) for r, s in strict().all_statements() if "kms:Decrypt" in listed(s["Action"])]
    assert len({role for role, _ in using}) == len(strict().of_type("AWS::Lambda::Function"))
    for _, statement in using:
        assert statement["Resource"] == {"Fn::GetAtt": [key, "Arn"]}
        via = text(statement["Condition"]["StringEquals"]["kms:ViaService"]).partition(".")[0]
        assert set(listed(statement["Action"])) == KEY_USE[via]
    of_fill = [s for r, s in using if r == strict().id_of(strict().stack.fill.worker.role)]
    assert [statement["Sid"] for statement in of_fill] == ["UseKeyForLedger"]


def test_eventbridge_may_use_the_key_without_a_condition_and_write_where_a_queue_names_its_rule() -> None:
    """AWS documents no condition for this grant; a wrong one would lose every event without a word."""
    (key,) = strict().of_type("AWS::KMS::Key").values()
    (grant,) = [
        s for s in key["Properties"]["KeyPolicy"]["Statement"] if s.get("Sid") == "RulesWriteToQueues"
    ]
    assert "Condition" not in grant
    policies = [p["Properties"]["PolicyDocument"] for p in strict().of_type("AWS::SQS::QueuePolicy").values()]
    writing = [s for p in policies for s in p["Statement"] if s["Action"] == "sqs:SendMessage"]
    assert writing
    for statement in writing:
        assert statement["Condition"]["ArnEquals"]["aws:SourceArn"]
        assert statement["Condition"]["StringEquals"]["aws:SourceAccount"] == {"Ref": "AWS::AccountId"}


def test_a_key_of_the_platforms_own_is_used_and_none_is_made() -> None:
    arn = "arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
    found = synthesize(Settings(customer_managed_key=arn))
    assert not found.of_type("AWS::KMS::Key")
    assert {q["Properties"]["KmsMasterKeyId"] for q in found.of_type("AWS::SQS::Queue").values()} == {arn}


def test_an_existing_topic_gets_the_alarms_and_none_is_made() -> None:
    arn = "arn:aws:sns:eu-central-1:111122223333:oncall"
    found = synthesize(Settings(alarm_topic_arn=arn))
    assert not found.of_type("AWS::SNS::Topic")
    alarms = found.of_type("AWS::CloudWatch::Alarm").values()
    assert {a["Properties"]["AlarmActions"][0] for a in alarms} == {arn}


def test_alarms_may_publish_to_a_topic_that_is_made_and_mail_is_subscribed() -> None:
    (policy,) = strict().of_type("AWS::SNS::TopicPolicy").values()
    statements = policy["Properties"]["PolicyDocument"]["Statement"]
    assert {"Service": "cloudwatch.amazonaws.com"} in [s["Principal"] for s in statements]
    (mail,) = strict().of_type("AWS::SNS::Subscription").values()
    assert mail["Properties"]["Endpoint"] == "oncall@example.com"


def test_tags_reach_what_can_have_tags() -> None:
    for resource_type in (
        "AWS::DynamoDB::Table",
        "AWS::SQS::Queue",
        "AWS::Lambda::Function",
        "AWS::IAM::Role",
    ):
        for resource in strict().of_type(resource_type).values():
            assert {"Key": "team", "Value": "platform"} in resource["Properties"]["Tags"]


def test_the_bootstrap_qualifier_is_the_accounts_own() -> None:
    app = App(analytics_reporting=False)
    stack = DockwardenStack(app, "Dockwarden", settings=strict_account(), code=FunctionCode.from_parameters)
    template = Template.from_stack(stack).to_json()
    assert template["Parameters"]["BootstrapVersion"]["Default"] == "/cdk-bootstrap/acme/version"


def test_architecture_and_retention_are_those_of_the_settings() -> None:
    for function in strict().of_type("AWS::Lambda::Function").values():
        assert function["Properties"]["Architectures"] == ["x86_64"]
    for group in strict().of_type("AWS::Logs::LogGroup").values():
        assert group["Properties"]["RetentionInDays"] == 365
