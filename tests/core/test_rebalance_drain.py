"""What the rebalance playbook decides: data in, data out."""

import pytest

from dockwarden.actions import DrainContainerInstance
from dockwarden.lanes import SPOT
from dockwarden.playbook import load
from dockwarden.playbooks.rebalance_drain import RebalanceDrainSettings
from dockwarden.verdicts import Decision, Verdict
from tests.fakes import FakeWorld, cluster_arn, container_instance, event, warning


def recommendation(ec2: str = "i-0aa") -> dict[str, object]:
    """A rebalance recommendation as it arrives, decoded."""
    return warning(
        ec2, **{"detail-type": "EC2 Instance Rebalance Recommendation"}, detail={"instance-id": ec2}
    )


def decided(world: FakeWorld, settings: RebalanceDrainSettings | None = None) -> Decision:
    asked = settings or RebalanceDrainSettings()
    found = load("rebalance_drain")(event(recommendation()), world.answers(), asked)
    assert isinstance(found, Decision)
    return found


def test_the_container_instance_of_a_host_at_risk_is_to_be_drained() -> None:
    decision = decided(FakeWorld())
    assert decision.verdict is Verdict.ACT
    assert decision.actions == (DrainContainerInstance(cluster_arn(), container_instance().arn, "i-0aa"),)


def test_a_recommendation_that_the_guard_refuses_alarms_nobody() -> None:
    """If EC2 takes the host, its warning is a reason of its own."""
    assert decided(FakeWorld()).when_refused is Verdict.IGNORE


@pytest.mark.parametrize("status", ["DRAINING", "INACTIVE"])
def test_invariant_49_a_host_that_drains_already_is_not_drained_again(status: str) -> None:
    """Managed draining, the agent or a person may have been first."""
    decision = decided(FakeWorld(instances=[container_instance(status=status)]))
    assert (decision.verdict, decision.actions) == (Verdict.IGNORE, ())
    assert status in decision.reason


def test_a_host_of_no_opted_in_cluster_is_no_business_of_ours() -> None:
    decision = decided(FakeWorld(instances=[]))
    assert (decision.verdict, decision.actions) == (Verdict.IGNORE, ())


def test_a_fleet_that_could_not_be_read_holds_and_says_why() -> None:
    decision = decided(FakeWorld(instances=None))
    assert decision.verdict is Verdict.HOLD
    assert "nobody knows" in decision.reason


def test_a_cluster_that_the_settings_leave_alone_is_left_alone() -> None:
    decision = decided(FakeWorld(), RebalanceDrainSettings(leave_clusters=("prod",)))
    assert (decision.verdict, decision.actions) == (Verdict.IGNORE, ())
    assert "cluster prod" in decision.reason


def test_of_a_host_in_two_clusters_only_the_one_that_is_left_alone_stays() -> None:
    both = [container_instance(cluster="prod"), container_instance(cluster="batch")]
    decision = decided(FakeWorld(instances=both), RebalanceDrainSettings(leave_clusters=("prod",)))
    assert [action.cluster_arn for action in decision.actions] == [cluster_arn("batch")]


def test_a_risk_is_voluntary_work_in_another_lane_than_reclaims() -> None:
    """Budgets, freezes and cooldowns hold it; a storm of recommendations delays no Spot warning."""
    found = load("rebalance_drain")
    assert not found.involuntary
    assert found.lane != SPOT
    assert load("spot_drain").involuntary
