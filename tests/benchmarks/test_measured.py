"""What the benchmarks start is the real handler, and it really drains."""

import json
from pathlib import Path

import pytest

from benchmarks import cold, scene
from benchmarks.fake_aws import FakeAws
from benchmarks.processes import Aws, MeasurementError, Run, fake_aws, run
from dockwarden_cdk.asset import build_asset

DRAIN = {
    "AssumeRole": 1,
    "BatchGetItem": 1,
    "DescribeClusters": 1,
    "Query": 2,
    "SendMessageBatch": 1,
    "TransactWriteItems": 2,
    "UpdateContainerInstancesState": 1,
}


@pytest.fixture(scope="module")
def asset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_asset(tmp_path_factory.mktemp("bench") / "asset").path


def done(calls: dict[str, int]) -> Run:
    return Run(wall=0.1, cpu=0.1, peak_mb=40.0, botocore=True, result=None, calls=calls)


def test_the_measured_remediation_is_a_drain_by_the_shipped_handler(asset: Path) -> None:
    """Guard, ledger, act role, drain and outbox are in the figure: nine calls, one of which changes something."""
    with fake_aws() as aws:
        drained = run(aws, "lane", asset, scene.batch(scene.warning()))
        assert drained.calls == DRAIN
        assert drained.botocore
        assert 10 < drained.peak_mb < 200


def test_the_measured_event_without_action_makes_no_call_and_loads_no_botocore(asset: Path) -> None:
    """What budget 1 is about: a function that looks and goes back to sleep."""
    with fake_aws() as aws:
        for event in (scene.warning(**{"replay-name": "yesterday"}), scene.replaced_task()):
            ignored = run(aws, "lane", asset, scene.batch(event))
            assert (dict(ignored.calls), ignored.botocore) == ({}, False)


def test_a_case_that_fails_is_an_error_with_its_last_words(tmp_path: Path) -> None:
    """A process that died is never counted as a fast one."""
    with fake_aws() as aws, pytest.raises(MeasurementError, match="No module named 'dockwarden'"):
        run(aws, "lane", tmp_path, "{}")


def test_a_reference_that_makes_other_calls_is_refused() -> None:
    """A ratio against other calls would say nothing."""
    runs = {"drain": [done(DRAIN)], "drain, boto3": [done(DRAIN | {"Query": 1})]}
    runs |= {"foreign": [done({})], "foreign, boto3": [done({})], "quiet": [done({})]}
    with pytest.raises(MeasurementError, match="its reference"):
        cold._check(runs)
    runs["drain, boto3"] = [done(DRAIN)]
    cold._check(runs)


def test_a_drain_that_drained_nothing_is_refused() -> None:
    """A handler that refuses the event would look wonderfully fast."""
    runs = {name: [done({})] for name in ("drain", "drain, boto3", "foreign", "foreign, boto3", "quiet")}
    with pytest.raises(MeasurementError, match="drained nothing"):
        cold._check(runs)


def test_a_stop_with_nothing_to_tell_that_made_a_call_is_refused() -> None:
    """It would be another row than its name says."""
    runs = {name: [done({})] for name in ("foreign", "foreign, boto3")}
    runs |= {"drain": [done(DRAIN)], "drain, boto3": [done(DRAIN)], "quiet": [done({"BatchGetItem": 1})]}
    with pytest.raises(MeasurementError, match="nothing to tell"):
        cold._check(runs)


def test_the_fake_counts_calls_until_they_are_taken() -> None:
    """The number of calls beside each figure is what was really made."""
    aws = FakeAws({"pk": {"S": "INSTANCE#i-1"}})
    asked = {"RequestItems": {"t": {"Keys": [{"pk": {"S": "INSTANCE#i-1"}}, {"pk": {"S": "INSTANCE#i-2"}}]}}}
    answer = json.loads(aws.answer("DynamoDB_20120810.BatchGetItem", json.dumps(asked).encode()))
    assert answer["Responses"] == {"t": [{"pk": {"S": "INSTANCE#i-1"}}]}
    aws.answer("", b"Action=AssumeRole&Version=2011-06-15")
    assert json.loads(aws.take_calls()) == {"BatchGetItem": 1, "AssumeRole": 1}
    assert json.loads(aws.take_calls()) == {}


def test_a_fake_server_that_is_gone_is_an_error() -> None:
    """No figure comes from calls that nobody counted."""
    with fake_aws() as aws:
        gone = Aws(aws.port)
    with pytest.raises(OSError, match="refused"):
        gone.take_calls()
