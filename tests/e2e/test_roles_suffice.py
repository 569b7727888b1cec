"""The derived roles are enough for all that the functions call, and each permission is needed.

ministack enforces IAM here (AUTH=true): signatures, trust policies and identity policies, from the deploy on. ECS is
drydock, which asks no IAM: its calls are judged afterwards, by `tests.iam` and `tests.ecs_authorization`.
"""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from botocore.exceptions import ClientError

from dockwarden_cdk.sweep import MESSAGE as SWEEP
from lab.demo.console import Screen
from lab.demo.deploying import deploy, synthesize_and_bootstrap
from lab.demo.machinery import running
from lab.demo.scenarios import rollback
from lab.demo.stage import Stage
from lab.drydock import scenario
from lab.drydock.calls import Call
from lab.ministack.server import ENFORCING
from tests.e2e.conftest import free_base
from tests.e2e.elsewhere import asked
from tests.e2e.enforced import CLUSTER, HOME, Enforced, instance_id
from tests.ecs_authorization import requests

pytestmark = [pytest.mark.lab, pytest.mark.slow]

HOSTS = range(1, 6)
WORLD: dict[str, Any] = {
    "clusters": [
        {
            "name": CLUSTER,
            "instances": [{"instanceId": instance_id(number)} for number in HOSTS],
            "services": [{"name": "web", "desiredCount": 2}],
        },
        *rollback.WORLD["clusters"],
    ]
}
UNLISTED = "elsewhere"


@pytest.fixture(scope="module")
def enforced() -> Iterator[Enforced]:
    """The installation of the demo's settings, deployed while IAM is enforced."""
    with ExitStack() as stack:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("DOCKWARDEN_LAB_PORT", str(free_base()))
            lab = stack.enter_context(running(ENFORCING))
        scenario.seed(lab.drydock.world, WORLD)
        yield Enforced(lab, deploy(lab, synthesize_and_bootstrap(lab)))


@pytest.fixture(scope="module")
def played(enforced: Enforced) -> Stage:
    """A reclaim and a sweep, both to their ends: every function has done its work."""
    queue = enforced.outputs["LaneQueues"]["records"]["queue"]
    stage = enforced.reclaim(1)
    enforced.lab.client("sqs").send_message(QueueUrl=queue, MessageBody=SWEEP)
    stage.wait("the card", lambda: stage.messages(instance_id(1)))
    stage.wait("the sweep", lambda: stage.logged("records", "sweep"))
    return stage


def denied(stage: Stage, *functions: str) -> list[str]:
    """The calls that functions logged as denied."""
    lines = [line for function in functions for line in stage.logged(function, "calls")]
    return [call["call"] for line in lines for call in line["calls"] if "Denied" in str(call["error"])]


def test_under_their_roles_alone_the_functions_drain_and_tell(enforced: Enforced, played: Stage) -> None:
    """Ledger, outbox, act role and secret: no permission is missing on the way from the warning to the card."""
    assert enforced.host(1).status == "DRAINING"
    assert denied(played, "spot", "records") == []
    assert [line["told"] for line in played.logged("notifier", "card")] == ["posted"]
    assert played.logged("spot", "batch kept") == []


def test_at_the_deploy_the_index_was_filled_under_its_role(enforced: Enforced, played: Stage) -> None:
    """The drain found its host in the index: nobody had to list the cluster for it."""
    calls = enforced.lab.drydock.endpoint.log.calls
    assert {enforced.caller(c) for c in calls if c.operation == "ListContainerInstances"} == {
        "fill",
        "records",
    }


def test_each_call_of_ecs_is_allowed_by_the_role_that_made_it(enforced: Enforced, played: Stage) -> None:
    """A change is made by the act role, which alone may; a read by a function's own role, never by the act role."""
    calls = enforced.lab.drydock.endpoint.log.calls
    assert {"UpdateContainerInstancesState", "DescribeClusters"} <= {call.operation for call in calls}
    for call in calls:
        for request in requests(call.operation, call.params, HOME, enforced.tags):
            able, caller = enforced.able(request), enforced.caller(call)
            assert caller in able, request
            assert (able == {"act"}) if call.mutating else ("act" not in able), request


def test_the_session_of_a_change_leads_to_its_intent(enforced: Enforced, played: Stage) -> None:
    (call,) = played.changes()
    assert enforced.lab.ministack.sessions()[call.access_key or ""].split("/")[-1].startswith("spot_drain-")


def test_invariant_62_no_lane_can_lift_a_stop(enforced: Enforced) -> None:
    """IAM itself refuses it; everything else of the ledger is the lane's to write."""
    ledger, table = enforced.as_role("spot", "dynamodb"), enforced.outputs["LedgerTable"]
    ledger.put_item(TableName=table, Item=key("INTENT#x"))
    for partition in ("CONTROL", "CHANGE"):
        refused(ledger.put_item, TableName=table, Item=key(partition))
        refused(ledger.delete_item, TableName=table, Key=key(partition))
        both = [{"Put": {"TableName": table, "Item": key(p)}} for p in ("INTENT#y", partition)]
        refused(ledger.transact_write_items, TransactItems=both)
    refused(ledger.scan, TableName=table)


def test_the_notifier_reaches_its_messages_and_nothing_else_of_the_ledger(enforced: Enforced) -> None:
    ledger, table = enforced.as_role("notifier", "dynamodb"), enforced.outputs["LedgerTable"]
    ledger.put_item(TableName=table, Item=key("MESSAGE#x"))
    assert ledger.get_item(TableName=table, Key=key("MESSAGE#x"))["Item"]
    refused(ledger.get_item, TableName=table, Key=key("INTENT#x"))
    refused(ledger.put_item, TableName=table, Item=key("CONTROL"))


def test_the_notifier_alone_reads_the_slack_token(enforced: Enforced) -> None:
    wanted = {"SecretId": enforced.outputs["SlackSecret"]}
    assert enforced.as_role("notifier", "secretsmanager").get_secret_value(**wanted)["SecretString"]
    for role in ("spot", "act", "records", "fill"):
        refused(enforced.as_role(role, "secretsmanager").get_secret_value, **wanted)


def test_invariant_73_without_the_ledger_nothing_is_called(enforced: Enforced, played: Stage) -> None:
    """A lane that may not write its intents drains nothing, says why, and keeps the warning."""
    with enforced.without("spot", "WriteLedger"):
        stage = enforced.reclaim(2)
        (line, *_) = stage.wait("the refusal", lambda: stage.logged("spot", "batch kept"))
    forget(enforced)
    assert "AccessDenied" in line["why"]
    assert stage.changes() == []
    assert enforced.host(2).status == "ACTIVE"


def test_without_the_act_roles_trust_nothing_is_drained_and_people_are_told(
    enforced: Enforced, played: Stage
) -> None:
    """The function's own role cannot do it instead; the log and the card say what is missing."""
    with enforced.distrusted("act"):
        stage = enforced.reclaim(3)
        (line, *_) = stage.wait("the outcome", lambda: stage.logged("spot", "outcome"))
        stage.wait("the card", lambda: stage.messages(instance_id(3)))
    assert "its act role could not be assumed: AccessDenied" in line["reason"]
    assert stage.changes() == []
    assert enforced.host(3).status == "ACTIVE"


def test_without_the_outbox_the_drain_is_not_held_up_and_the_warning_stays(
    enforced: Enforced, played: Stage
) -> None:
    """Acting does not wait for telling; the batch comes back until somebody could be told."""
    with enforced.without("spot", "TellPeople"):
        stage = enforced.reclaim(4)
        (line, *_) = stage.wait("the refusal", lambda: stage.logged("spot", "batch kept"))
    forget(enforced)
    assert line["why"] == "handing cards to the outbox: AccessDenied"
    assert enforced.host(4).status == "DRAINING"


@pytest.fixture(scope="module")
def taken_back(enforced: Enforced) -> list[Call]:
    """The rollback of the demo, from the soak of what works to its end: the calls of our functions meanwhile."""
    stage = Stage(enforced.lab, enforced.outputs, Screen())
    before = len(enforced.lab.drydock.endpoint.log.calls)
    rollback.play(stage)
    assert denied(stage, "voluntary", "records") == []
    sessions = enforced.lab.ministack.sessions()
    calls = enforced.lab.drydock.endpoint.log.calls[before:]
    return [call for call in calls if call.access_key in sessions]  # the pipeline's have a key of their own


def test_under_their_roles_alone_the_functions_learn_what_works_and_roll_back(
    enforced: Enforced, taken_back: list[Call]
) -> None:
    """No permission is missing between the first sweep and `healthy again`, and none is used under another role."""
    reads = {
        "DescribeServices",
        "ListServiceDeployments",
        "DescribeServiceRevisions",
        "DescribeTaskDefinition",
    }
    reads |= {"ListTasks", "DescribeTasks", "DescribeImages"}
    by_voluntary = {call.operation for call in taken_back if enforced.caller(call) == "voluntary"}
    assert reads <= by_voluntary
    [change] = [call for call in taken_back if call.mutating]
    assert (change.operation, enforced.caller(change)) == ("UpdateService", "rollback")
    for call in taken_back:
        for request in asked(call, enforced.tags):
            able, caller = enforced.able(request), enforced.caller(call)
            assert caller in able, request
            assert (able == {"rollback"}) if call.mutating else ("rollback" not in able), request


def test_the_same_calls_for_a_cluster_that_is_not_listed_are_refused(
    enforced: Enforced, taken_back: list[Call]
) -> None:
    """Every call that ECS lets IAM judge by cluster, those of the deployment that would be stopped included."""
    of_clusters = [call for call in taken_back if call.service == "ecs" and names_a_cluster(call)]
    assert {"UpdateService", "DescribeServices", "ListTasks"} <= {call.operation for call in of_clusters}
    for call in of_clusters:
        elsewhere = json.loads(json.dumps(call.params).replace(rollback.CLUSTER, UNLISTED))
        found = [enforced.able(one) for one in requests(call.operation, elsewhere, HOME)]
        assert set.intersection(*found) == set(), call.operation


def test_a_deployment_may_be_stopped_by_the_act_role_in_a_listed_cluster_alone(enforced: Enforced) -> None:
    """The story needs no stop; what it would ask of IAM is known all the same."""
    for cluster, able in ((rollback.CLUSTER, {"rollback"}), (UNLISTED, set[str]())):
        arn = f"{HOME}:service-deployment/{cluster}/settle/0123456789abcdef"
        stop = {"serviceDeploymentArn": arn, "stopType": "ROLLBACK"}
        found = [enforced.able(one) for one in requests("StopServiceDeployment", stop, HOME)]
        assert len(found) == 2  # the service, and its deployment
        assert set.intersection(*found) == able


def names_a_cluster(call: Call) -> bool:
    """Whether a call says which cluster it is about; a task definition is of none."""
    return rollback.CLUSTER in json.dumps(call.params) and call.operation != "DescribeTaskDefinition"


def forget(enforced: Enforced) -> None:
    """Take what was kept out of the lane's queue, so that it does not come back into another test."""
    url = enforced.outputs["LaneQueues"]["spot"]["queue"]
    sqs = enforced.lab.client("sqs")
    asked = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["ApproximateNumberOfMessagesNotVisible"])
    assert asked["Attributes"] == {"ApproximateNumberOfMessagesNotVisible": "1"}
    sqs.purge_queue(QueueUrl=url)


def key(partition: str) -> dict[str, Any]:
    return {"pk": {"S": partition}, "sk": {"S": "of a test"}}


def refused(call: Any, **request: Any) -> None:
    """Check that IAM refuses a call."""
    with pytest.raises(ClientError) as caught:
        call(**request)
    assert caught.value.response["Error"]["Code"] == "AccessDeniedException"
