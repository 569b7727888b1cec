"""What the Spot playbook decides: data in, data out."""

from dataclasses import replace

import pytest

from dockwarden.actions import DrainContainerInstance
from dockwarden.playbook import load
from dockwarden.playbooks.spot_drain import SpotDrainSettings
from dockwarden.verdicts import Decision, Verdict
from tests.fakes import FakeWorld, cluster_arn, container_instance, event, warning


def decided(world: FakeWorld, settings: SpotDrainSettings | None = None, **changes: object) -> Decision:
    found = load("spot_drain")(event(warning(**changes)), world.answers(), settings or SpotDrainSettings())  # type: ignore[arg-type]
    assert isinstance(found, Decision)
    return found


def test_an_active_container_instance_is_to_be_drained() -> None:
    decision = decided(FakeWorld())
    mine = container_instance()
    assert decision.verdict is Verdict.ACT
    assert decision.actions == (DrainContainerInstance(cluster_arn(), mine.arn, "i-0aa", "remembered"),)


def test_invariant_50_a_drain_can_be_undone_only_where_it_was_read_that_the_host_was_active() -> None:
    """The index may not have heard yet that a person has drained it, and there is no time to ask."""
    heard, read = container_instance(), replace(container_instance(), confirmed=True)
    for instance, undoable in ((heard, False), (read, True)):
        [action] = decided(FakeWorld(instances=[instance])).actions
        assert (action.inverse() is not None) == undoable


@pytest.mark.parametrize("status", ["DRAINING", "INACTIVE", "DEREGISTERING", "REGISTERING", "SOMETHING_NEW"])
def test_an_instance_that_is_not_active_is_left_alone_and_the_reason_says_its_status(status: str) -> None:
    decision = decided(FakeWorld(instances=[container_instance(status=status)]))
    assert (decision.verdict, decision.actions) == (Verdict.IGNORE, ())
    assert status in decision.reason


def test_invariant_45_an_instance_of_no_opted_in_cluster_is_no_business_of_ours() -> None:
    decision = decided(FakeWorld(instances=[]))
    assert (decision.verdict, decision.actions) == (Verdict.IGNORE, ())


def test_a_fleet_that_could_not_be_read_holds_and_says_why() -> None:
    decision = decided(FakeWorld(instances=None))
    assert decision.verdict is Verdict.HOLD
    assert "nobody knows" in decision.reason


def test_an_instance_in_two_clusters_is_drained_in_both() -> None:
    both = [container_instance(cluster="prod"), container_instance(cluster="batch")]
    assert len(decided(FakeWorld(instances=both)).actions) == 2


def test_an_interruption_action_that_the_settings_leave_out_is_ignored() -> None:
    decision = decided(FakeWorld(), SpotDrainSettings(drain_for=("stop",)))
    assert (decision.verdict, decision.actions) == (Verdict.IGNORE, ())


def test_invariant_14_an_interruption_action_that_nobody_knows_changes_nothing() -> None:
    decision = decided(FakeWorld(), detail={"instance-id": "i-0aa", "instance-action": "teleport"})
    assert (decision.verdict, decision.actions) == (Verdict.IGNORE, ())


def test_a_warning_that_names_no_action_still_drains() -> None:
    """Invariant 15: a missing optional field loses no event, and EC2 takes the host all the same."""
    assert decided(FakeWorld(), detail={"instance-id": "i-0aa"}).verdict is Verdict.ACT
