from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, ReadTimeoutError

from lab.drydock.faults import Fault

if TYPE_CHECKING:
    from mypy_boto3_ecs import ECSClient

    from lab.drydock.faults import Kind
    from tests.drydock.conftest import Fleet

DRAIN = "UpdateContainerInstancesState"


def _impatient(fleet: Fleet) -> ECSClient:
    """A client that asks once."""
    return fleet.session.client("ecs", config=Config(retries={"total_max_attempts": 1}))


def _drain(client: ECSClient, *arns: str) -> list[str]:
    answer = client.update_container_instances_state(
        cluster="demo", containerInstances=list(arns), status="DRAINING"
    )
    return [failure["reason"] for failure in answer["failures"]]


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("throttle", "ThrottlingException"),
        ("server_error", "ServerException"),
        ("access_denied", "AccessDeniedException"),
    ],
)
def test_a_refused_call_changes_nothing(fleet: Fleet, kind: Kind, code: str) -> None:
    """The caller sees AWS's code, and no mutation is counted."""
    fleet.endpoint.faults.add(Fault(DRAIN, kind))
    with pytest.raises(ClientError, match=code):
        _drain(_impatient(fleet), fleet.instances[0].arn)
    assert fleet.instances[0].status == "ACTIVE"
    assert not fleet.endpoint.log.mutations()


@pytest.mark.parametrize(("kind", "status"), [("lost_before", "ACTIVE"), ("lost_after", "DRAINING")])
def test_a_lost_answer_leaves_the_outcome_unknown(fleet: Fleet, kind: Kind, status: str) -> None:
    """The caller times out in both cases; whether the call was executed only a read can tell."""
    fleet.endpoint.faults.add(Fault(DRAIN, kind))
    with pytest.raises(ReadTimeoutError):
        _drain(_impatient(fleet), fleet.instances[0].arn)
    assert fleet.instances[0].status == status
    (call,) = fleet.endpoint.log.named(DRAIN)
    assert (call.answered, call.executed) == (False, kind == "lost_after")


def test_a_client_that_retries_gets_through_a_throttle(fleet: Fleet) -> None:
    """A fault meets so many calls as it says and no more; the log shows each try."""
    fleet.endpoint.faults.add(Fault(DRAIN, "throttle", times=1))
    fleet.drain(0)
    assert [call.error for call in fleet.endpoint.log.named(DRAIN)] == ["ThrottlingException", None]


def test_a_partial_failure_refuses_only_the_named_targets(fleet: Fleet) -> None:
    first, second = fleet.instances[0].arn, fleet.instances[1].arn
    fleet.endpoint.faults.add(Fault(DRAIN, "partial_failure", targets=(first,), reason="TRY_AGAIN"))
    assert _drain(fleet.ecs, first, second) == ["TRY_AGAIN"]
    assert [fleet.instances[0].status, fleet.instances[1].status] == ["ACTIVE", "DRAINING"]
    assert fleet.endpoint.log.mutations() == {(DRAIN, second): 1}
    assert _drain(fleet.ecs, first) == []


def test_a_fault_waits_for_its_turn(fleet: Fleet) -> None:
    """`skip` lets calls pass first; other operations are not met."""
    fleet.endpoint.faults.add(Fault(DRAIN, "access_denied", skip=1))
    fleet.ecs.list_clusters()
    fleet.drain(0)
    with pytest.raises(ClientError, match="AccessDenied"):
        fleet.drain(1)


def test_a_refused_target_is_not_counted_however_it_was_named(fleet: Fleet) -> None:
    assert _drain(fleet.ecs, fleet.instances[0].arn, "0" * 32) == ["MISSING"]
    assert fleet.endpoint.log.mutations() == {(DRAIN, fleet.instances[0].arn): 1}


def test_mutations_are_counted_for_each_target(fleet: Fleet) -> None:
    """Twice the same call is counted twice, reads are not."""
    fleet.drain(0)
    fleet.drain(0, 1)
    fleet.ecs.list_clusters()
    assert fleet.endpoint.log.mutations() == {
        (DRAIN, fleet.instances[0].arn): 2,
        (DRAIN, fleet.instances[1].arn): 1,
    }
