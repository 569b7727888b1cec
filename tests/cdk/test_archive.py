"""The archive of events: off as shipped, and where it is on, nothing of Dockwarden hears what is replayed."""

from functools import cache
from typing import Any

import pytest

from dockwarden.errors import SettingsError
from dockwarden.playbook import registry
from dockwarden_cdk import Settings
from dockwarden_cdk.settings_file import from_document
from tests.cdk.stacks import Synthesized, listed, shipped, synthesize, text


@cache
def archiving() -> Synthesized:
    """Events are kept for a month."""
    return synthesize(Settings(clusters=("alpha",), archive_days=30))


def only(found: Synthesized, resource_type: str) -> dict[str, Any]:
    """The properties of the one resource of a type."""
    (resource,) = found.of_type(resource_type).values()
    properties: dict[str, Any] = resource["Properties"]
    return properties


def rules(found: Synthesized) -> dict[str, dict[str, Any]]:
    """The properties of each rule on the bus by the end of its name."""
    all_rules = [rule["Properties"] for rule in found.of_type("AWS::Events::Rule").values()]
    return {text(rule["Name"]).rpartition("-")[2]: rule for rule in all_rules}


def test_as_shipped_nothing_is_archived_and_no_rule_hears_replays() -> None:
    assert shipped().of_type("AWS::Events::Archive") == {}
    assert "replays" not in rules(shipped())
    assert "Archive" not in shipped().template["Outputs"]


def test_the_archive_keeps_what_every_playbook_hears_and_no_longer_than_was_set() -> None:
    archive = only(archiving(), "AWS::Events::Archive")
    assert archive["RetentionDays"] == 30
    assert text(archive["SourceArn"]).endswith(":event-bus/default")
    pattern = archive["EventPattern"]
    assert pattern.keys() == {"source", "detail-type"}
    for playbook in registry().values():
        for heard in playbook.patterns():
            assert set(listed(heard["source"])) <= set(pattern["source"])
            assert set(listed(heard["detail-type"])) <= set(pattern["detail-type"])
    for values in pattern.values():
        assert len(values) == len(set(values))
        assert values


def test_only_the_rule_of_replays_asks_for_a_replay_and_it_asks_for_nothing_else() -> None:
    """Without the mark in its pattern it would copy every event of every day into the queue."""
    replays = rules(archiving())["replays"]
    assert replays["EventPattern"]["replay-name"] == [{"exists": True}]
    archive = only(archiving(), "AWS::Events::Archive")
    assert {k: v for k, v in replays["EventPattern"].items() if k != "replay-name"} == archive["EventPattern"]


def test_no_function_hears_the_queue_of_replays_and_no_lane_is_a_target_of_its_rule() -> None:
    found = archiving()
    assert found.stack.archive is not None
    queue = found.id_of(found.stack.archive.queue)
    sources = [
        m["Properties"]["EventSourceArn"] for m in found.of_type("AWS::Lambda::EventSourceMapping").values()
    ]
    assert queue not in str(sources)
    (target,) = rules(found)["replays"]["Targets"]
    assert target["Arn"] == {"Fn::GetAtt": [queue, "Arn"]}
    others = [rule for name, rule in rules(found).items() if name != "replays"]
    assert queue not in str(others)


def test_only_the_rule_of_replays_may_send_to_their_queue() -> None:
    found = archiving()
    assert found.stack.archive is not None
    queue = found.id_of(found.stack.archive.queue)
    (policy,) = [
        resource["Properties"]["PolicyDocument"]["Statement"]
        for resource in found.of_type("AWS::SQS::QueuePolicy").values()
        if {"Ref": queue} in resource["Properties"]["Queues"]
    ]
    (allowed,) = [statement for statement in policy if statement["Effect"] == "Allow"]
    assert allowed["Principal"] == {"Service": "events.amazonaws.com"}
    assert text(allowed["Condition"]["ArnEquals"]["aws:SourceArn"][0]).endswith("-replays")


def test_no_role_of_ours_may_start_a_replay_or_read_its_queue() -> None:
    """Whoever replays does it under their own identity."""
    for _, statement in archiving().all_statements():
        actions = listed(statement["Action"])
        assert not [action for action in actions if "Replay" in action or "Archive" in action]
    assert archiving().template["Outputs"].keys() - shipped().template["Outputs"].keys() == {"Archive"}


def test_an_alarm_watches_copies_that_did_not_arrive() -> None:
    found = archiving()
    assert found.stack.archive is not None
    queue = found.id_of(found.stack.archive.dead_letters)
    alarms = [str(alarm["Properties"]) for alarm in found.of_type("AWS::CloudWatch::Alarm").values()]
    assert [alarm for alarm in alarms if queue in alarm]


def test_with_a_key_of_its_own_the_archive_is_under_it_and_eventbridge_may_use_it() -> None:
    found = synthesize(Settings(customer_managed_key=True, archive_days=1))
    (key,) = found.of_type("AWS::KMS::Key")
    assert only(found, "AWS::Events::Archive")["KmsKeyIdentifier"] == {"Fn::GetAtt": [key, "Arn"]}
    statements = {s.get("Sid"): s for s in only(found, "AWS::KMS::Key")["KeyPolicy"]["Statement"]}
    written = statements["ArchiveIsWritten"]
    assert text(
        written["Condition"]["StringEquals"]["kms:EncryptionContext:aws:events:event-bus:arn"]
    ).endswith(":event-bus/default")
    assert {"kms:Decrypt", "kms:GenerateDataKey"} < set(written["Action"])
    assert statements["ArchiveFindsKey"]["Action"] == "kms:DescribeKey"


@pytest.mark.parametrize("days", [-1, 3654, True, "30", 1.5, None])
def test_other_numbers_of_days_are_refused(days: Any) -> None:
    with pytest.raises(SettingsError, match="archive_days"):
        from_document({"archive_days": days})


def test_the_setting_is_read_from_the_file() -> None:
    assert from_document({"archive_days": 7}).archive_days == 7
    assert from_document({}).archive_days == 0
