"""Rules, queues and alarms of the template."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from dockwarden.events.dockwarden_sweep import Sweep
from dockwarden.events.parse import parse
from dockwarden.lanes import LANES
from dockwarden.playbook import registry
from tests.cdk.stacks import EVERY, Synthesized, listed, shipped, strict, text


def targets(found: Synthesized) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    rules = found.of_type("AWS::Events::Rule").values()
    return [(rule["Properties"], target) for rule in rules for target in rule["Properties"]["Targets"]]


def test_each_pattern_of_each_playbook_is_an_enabled_rule_on_the_default_bus() -> None:
    """AWS's own events reach no other bus."""
    rules = [rule for rule, _ in targets(shipped()) if "EventPattern" in rule]
    patterns = [pattern for playbook in registry().values() for pattern in playbook.patterns()]
    assert sorted(json.dumps(rule["EventPattern"]) for rule in rules) == sorted(map(json.dumps, patterns))
    assert all(rule["State"] == "ENABLED" and "EventBusName" not in rule for rule in rules)


@pytest.mark.parametrize("made", EVERY)
def test_every_rule_has_one_target_a_lane_with_a_dlq_and_all_retries(made: Callable[[], Synthesized]) -> None:
    """What EventBridge cannot deliver is kept, never dropped."""
    lanes = {made().id_of(lane.queue) for lane in made().stack.lanes}
    queues, replays = set(made().of_type("AWS::SQS::Queue")), of_replays(made())
    patterns = sum(len(playbook.patterns()) for playbook in registry().values())
    rules = patterns + len(sweeping()) + len(replays)
    assert len(targets(made())) == len(made().of_type("AWS::Events::Rule")) == rules
    for rule, target in targets(made()):
        replayed = "replay-name" in rule.get("EventPattern", {})
        assert target["Arn"]["Fn::GetAtt"][0] in (replays if replayed else lanes)
        assert target["DeadLetterConfig"]["Arn"]["Fn::GetAtt"][0] in queues - lanes - replays
        assert target["RetryPolicy"] == {"MaximumEventAgeInSeconds": 86400, "MaximumRetryAttempts": 185}


@pytest.mark.parametrize("made", [shipped, strict])
def test_each_queue_of_a_rule_lets_exactly_that_rule_in(made: Callable[[], Synthesized]) -> None:
    """A queue's policy names the rule and the account; a dead-letter queue without it would drop events."""
    for rule, target in targets(made()):
        for queue in (target["Arn"], target["DeadLetterConfig"]["Arn"]):
            assert rule["Name"] in _let_in(made(), queue["Fn::GetAtt"][0])


def _let_in(found: Synthesized, queue: str) -> list[str]:
    """The names of the rules that a queue's policy lets in."""
    policies = found.of_type("AWS::SQS::QueuePolicy").values()
    statements = [
        statement
        for policy in policies
        if {"Ref": queue} in policy["Properties"]["Queues"]
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]
        if statement["Effect"] == "Allow"
    ]
    for statement in statements:
        assert statement["Principal"] == {"Service": "events.amazonaws.com"}
        assert statement["Condition"]["StringEquals"] == {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}
    arns = [text(a) for s in statements for a in listed(s["Condition"]["ArnEquals"]["aws:SourceArn"])]
    prefix = "arn:<AWS::Partition>:events:<AWS::Region>:<AWS::AccountId>:rule/"
    assert all(arn.startswith(prefix) and "*" not in arn for arn in arns)
    return [arn.removeprefix(prefix) for arn in arns]


def test_a_rule_comes_after_the_policies_that_let_it_in() -> None:
    """Else its first events would be refused."""
    policies = set(shipped().of_type("AWS::SQS::QueuePolicy"))
    for rule in shipped().of_type("AWS::Events::Rule").values():
        assert len(policies & set(rule["DependsOn"])) == 2


def test_the_sweep_is_a_message_that_the_parser_knows() -> None:
    """The constant input of the schedule is the event that each lane expects, every five minutes."""
    sweeps = [(rule, target) for rule, target in targets(shipped()) if "ScheduleExpression" in rule]
    assert sorted(rule["Description"].rpartition(" ")[2] for rule, _ in sweeps) == sweeping()
    for rule, target in sweeps:
        assert rule["ScheduleExpression"] == "rate(5 minutes)"
        assert type(parse(json.loads(target["Input"]))).__name__ == "Sweep"


def sweeping() -> list[str]:
    """The lanes of the playbooks that hear the sweep."""
    return sorted({found.lane.name for found in registry().values() if Sweep in found.triggers})


def test_a_playbook_without_a_pattern_has_no_rule_and_no_queue_for_what_a_rule_loses() -> None:
    """A policy that lets no rule in is no policy that IAM takes."""
    rules = {name for lane in shipped().stack.lanes for name in lane.rules}
    assert registry().keys() - rules == {name for name, p in registry().items() if not p.patterns()}


def of_replays(made: Synthesized) -> set[str]:
    """The logical id of the queue that only `dockwarden replay` reads, where events are archived."""
    return {made.id_of(made.stack.archive.queue)} if made.stack.archive is not None else set()


@pytest.mark.parametrize("made", EVERY)
def test_every_queue_is_encrypted_kept_for_14_days_and_refuses_plain_http(
    made: Callable[[], Synthesized],
) -> None:
    queues, policies = made().of_type("AWS::SQS::Queue"), made().of_type("AWS::SQS::QueuePolicy")
    refusing = {
        policy["Properties"]["Queues"][0]["Ref"]
        for policy in policies.values()
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]
        if statement["Effect"] == "Deny"
        and statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    }
    assert refusing == set(queues)
    for name, queue in queues.items():
        days = 1 if name in of_replays(made()) else 14
        assert queue["Properties"]["MessageRetentionPeriod"] == days * 86400
        assert queue["Properties"].get("SqsManagedSseEnabled") or queue["Properties"].get("KmsMasterKeyId")


def test_each_lane_has_the_times_that_it_declares() -> None:
    """Timeouts, tries and batches are those of lanes.py, and a queue waits for its function."""
    for lane in shipped().stack.lanes:
        declared = LANES[lane.declaration.name]
        queue, function = shipped().properties(lane.queue), shipped().properties(lane.function.function)
        assert queue["VisibilityTimeout"] == declared.visibility_timeout >= function["Timeout"]
        assert function["Timeout"] == declared.function_timeout
        assert function["MemorySize"] == declared.memory
        assert queue["RedrivePolicy"]["maxReceiveCount"] == declared.max_receives
        dead = queue["RedrivePolicy"]["deadLetterTargetArn"]["Fn::GetAtt"][0]
        assert dead == shipped().id_of(lane.dead_letters)
        (source,) = _sources(shipped().id_of(lane.queue))
        assert source["BatchSize"] == declared.batch_size
        assert source["MaximumBatchingWindowInSeconds"] == declared.batch_window
        assert source["FunctionResponseTypes"] == ["ReportBatchItemFailures"]


def _sources(queue: str) -> list[dict[str, Any]]:
    sources = [s["Properties"] for s in shipped().of_type("AWS::Lambda::EventSourceMapping").values()]
    return [source for source in sources if source["EventSourceArn"] == {"Fn::GetAtt": [queue, "Arn"]}]


def test_the_spot_lane_allows_a_retry_inside_two_minutes() -> None:
    """Every try of a Spot warning is over before EC2 takes the instance."""
    spot = LANES["spot"]
    assert (
        spot.visibility_timeout * (spot.max_receives - 1) + spot.function_timeout + spot.batch_window <= 120
    )
    assert spot.max_receives >= 2


def test_the_outbox_is_fifo_with_a_fifo_dlq_and_outlives_hours() -> None:
    """No card is lost while Slack is down, and none overtakes another of its channel."""
    outbox = shipped().stack.outbox
    queue, dead = shipped().properties(outbox.queue), shipped().properties(outbox.dead_letters)
    assert queue["FifoQueue"] is dead["FifoQueue"] is True
    assert queue["RedrivePolicy"]["maxReceiveCount"] * queue["VisibilityTimeout"] >= 3 * 3600
    assert queue["VisibilityTimeout"] >= shipped().properties(outbox.function)["Timeout"]
    (source,) = _sources(shipped().id_of(outbox.queue))
    assert source["BatchSize"] == 1


@pytest.mark.parametrize("made", EVERY)
def test_every_queue_is_watched_by_an_alarm_that_goes_to_a_topic(made: Callable[[], Synthesized]) -> None:
    """Each dead-letter queue by its depth, each other queue by the age of its oldest message."""
    watched: dict[str, str] = {}
    for alarm in made().of_type("AWS::CloudWatch::Alarm").values():
        (dimension,) = alarm["Properties"]["Dimensions"]
        watched[dimension["Value"]["Fn::GetAtt"][0]] = alarm["Properties"]["MetricName"]
        assert alarm["Properties"]["AlarmActions"] == [{"Ref": made().id_of(made().stack.alarms.topic)}]
    working = {made().id_of(lane.queue) for lane in made().stack.lanes} | {
        made().id_of(made().stack.outbox.queue)
    }
    # Copies for `dockwarden replay` wait for a person who fetches them, or for nobody.
    for queue in made().of_type("AWS::SQS::Queue").keys() - of_replays(made()):
        age = "ApproximateAgeOfOldestMessage"
        assert watched[queue] == (age if queue in working else "ApproximateNumberOfMessagesVisible")
