"""What AWS does on a bad day, and twenty warnings at once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest

from dockwarden.guard.modes import Mode
from dockwarden.ledger.store import Item, Put
from lab.drydock.faults import Fault, Kind
from tests.fakes import NOON, container_instance, instance_event, warning
from tests.runtime.harness import SWEEP, VISIBILITY, Installation, KilledError, installed

UPDATE = "UpdateContainerInstancesState"


def fault(installation: Installation, kind: Kind, operation: str = UPDATE, **rest: Any) -> None:
    installation.endpoint.faults.add(Fault(operation, kind, **rest))


def test_invariant_1_the_same_warning_twenty_times_at_once_is_one_drain(installation: Installation) -> None:
    """Twenty functions, as EventBridge and SQS may start them for one event."""
    installation.deliver(SWEEP)
    (raw,) = installation.warnings()
    with ThreadPoolExecutor(20) as pool:
        list(pool.map(lambda n: installation.deliver({**raw, "id": f"id-{n}"}), range(20)))
    installation.clock.set(installation.clock.now() + timedelta(seconds=25))
    assert installation.deliver(raw) == []
    assert installation.mutations() == {installation.instances[0].arn: 1}
    assert len({card["id"] for card in installation.told()}) == 1


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_invariant_3_a_warning_reordered_with_its_instances_own_events_is_one_drain(
    order: tuple[int, ...],
) -> None:
    """Warning, warning again, ACTIVE, and the DRAINING that our own call causes (invariant 18)."""
    with installed(1) as installation:
        host = installation.instances[0]
        active = instance_event_of(host.arn, host.instance_id, "ACTIVE", 1)
        draining = instance_event_of(host.arn, host.instance_id, "DRAINING", 9)
        arriving = [warning(host.instance_id), warning(host.instance_id, id="again"), active, draining]
        for n in order:
            installation.deliver(arriving[n])
        assert installation.mutations() == {host.arn: 1}


def instance_event_of(arn: str, ec2: str, status: str, version: int) -> dict[str, Any]:
    """The state change of an instance of the world."""
    seen = container_instance(ec2, status)
    raw = instance_event(seen, version=version)
    raw["detail"]["containerInstanceArn"] = arn
    return raw


@pytest.mark.parametrize("kind", ["throttle", "server_error", "lost_before", "lost_after"])
def test_invariant_66_a_passing_fault_of_the_drain_ends_in_one_drain(
    installation: Installation, kind: Kind
) -> None:
    """A call that was sent but not answered is resolved by reading, never repeated blindly."""
    fault(installation, kind, times=3)
    installation.deliver_until_quiet(*installation.warnings())
    assert installation.mutations() == {installation.instances[0].arn: 1}
    assert len({card["id"] for card in installation.told()}) == 1
    assert installation.parts.actions.open_intents() == {}


def test_an_unanswered_call_is_sent_once_and_read_afterwards(installation: Installation) -> None:
    """By itself botocore would repeat it, blindly."""
    fault(installation, "lost_after", times=9)
    installation.deliver(*installation.warnings())
    assert len(installation.endpoint.log.named(UPDATE)) == 1
    assert len(installation.endpoint.log.named("DescribeContainerInstances")) >= 1


@pytest.mark.parametrize("operation", ["ListContainerInstances", "DescribeClusters"])
def test_a_passing_fault_of_a_read_brings_the_warning_back_and_loses_no_drain(
    installation: Installation, operation: str
) -> None:
    fault(installation, "throttle", operation, times=3)
    assert installation.deliver(*installation.warnings()) == ["0"]
    assert installation.told() == []
    installation.clock.set(installation.clock.now() + VISIBILITY)
    assert installation.deliver(*installation.warnings()) == []
    assert installation.mutations() == {installation.instances[0].arn: 1}


def test_reads_that_fail_until_it_is_too_late_are_told(installation: Installation) -> None:
    fault(installation, "throttle", "ListContainerInstances", times=99)
    installation.deliver_until_quiet(*installation.warnings())
    installation.clock.set(NOON + timedelta(minutes=3))
    assert installation.deliver(*installation.warnings()) == []
    (card,) = installation.told()
    assert "Too late to act" in str(card["lines"])


def test_a_refused_drain_is_told_with_awss_own_code(installation: Installation) -> None:
    fault(installation, "access_denied", times=9)
    assert installation.deliver(*installation.warnings()) == []
    (card,) = installation.told()
    assert card["tone"] == "failed"
    assert "AccessDeniedException" in str(card["lines"])


def test_invariant_48_partial_failures_are_retried_one_by_one() -> None:
    with installed(10) as installation:
        installation.deliver(SWEEP)
        refused = tuple(host.arn for host in installation.instances[3:6])
        fault(installation, "partial_failure", targets=refused)
        assert installation.deliver(*installation.warnings(10)) == []
        assert {host.status for host in installation.instances} == {"DRAINING"}
        assert sizes(installation) == [1, 1, 1, 10]


def test_invariant_48_more_than_ten_instances_go_in_calls_of_ten() -> None:
    with installed(25) as installation:
        installation.deliver(SWEEP)
        assert installation.deliver(*installation.warnings(25)) == []
        assert {host.status for host in installation.instances} == {"DRAINING"}
        assert sizes(installation) == [5, 10, 10]


def test_unknown_instances_of_a_batch_are_looked_up_in_one_list_and_a_cluster() -> None:
    with installed(25) as installation:
        assert installation.deliver(*installation.warnings(25)) == []
        assert len(installation.endpoint.log.named("ListContainerInstances")) == 1
        assert len(installation.mutations()) == 25


def sizes(installation: Installation) -> list[int]:
    """How many instances the calls named, sorted."""
    calls = installation.endpoint.log.named(UPDATE)
    return sorted(len(call.params["containerInstances"]) for call in calls)


def test_invariant_45_an_instance_that_is_not_in_any_listed_cluster_is_left_alone(
    installation: Installation,
) -> None:
    assert installation.deliver(warning("i-0unknown")) == []
    assert installation.mutations() == {}
    assert installation.told() == []


def test_an_instance_that_drains_already_is_not_drained_again(installation: Installation) -> None:
    installation.instances[0].status = "DRAINING"
    assert installation.deliver(*installation.warnings()) == []
    assert installation.mutations() == {}


def test_a_stale_index_does_not_keep_a_host_from_being_drained(installation: Installation) -> None:
    """The index says DRAINING, but somebody has set the instance to ACTIVE again and the event was lost."""
    host = installation.instances[0]
    installation.deliver(instance_event_of(host.arn, host.instance_id, "DRAINING", 99))
    installation.deliver(*installation.warnings())
    assert installation.mutations() == {host.arn: 1}


def test_an_instance_that_is_gone_is_looked_up_once_more_and_then_nothing_is_left_to_do(
    installation: Installation,
) -> None:
    installation.deliver(SWEEP)
    installation.world.clusters["prod"].instances.clear()
    assert installation.deliver(*installation.warnings()) == ["0"]
    assert installation.deliver(*installation.warnings()) == []
    assert installation.mutations() == {}


def test_an_agent_that_registered_anew_is_drained_under_its_new_name(installation: Installation) -> None:
    """The event of the new registration was lost, so that the index names what does not exist any more."""
    host = installation.instances[0]
    stale = instance_event_of(host.arn[:-4] + "dead", host.instance_id, "ACTIVE", 5)
    installation.deliver(stale)
    installation.deliver_until_quiet(*installation.warnings())
    assert installation.mutations() == {host.arn: 1}


def test_a_damaged_record_of_one_instance_stops_no_other_drain(installation: Installation) -> None:
    installation.deliver(SWEEP)
    damaged: Item = {
        "pk": f"INSTANCE#{installation.instances[0].instance_id}",
        "sk": "CONTAINER_INSTANCE",
        "v": 99,
    }
    installation.parts.store.write([Put(damaged)])
    assert installation.deliver(*installation.warnings(3)) == []
    assert len(installation.mutations()) == 3


def test_a_damaged_lease_costs_its_own_target_and_no_other(installation: Installation) -> None:
    installation.deliver(SWEEP)
    damaged: Item = {"pk": f"TARGET#{installation.instances[0].arn}", "sk": "LEASE", "v": 99}
    installation.parts.store.write([Put(damaged)])
    assert installation.deliver(*installation.warnings(3)) == ["0"]
    assert len(installation.mutations()) == 2


@pytest.mark.parametrize(
    "name", ["i-0aa or runningTasksCount > 0", "i-0123456789abcdef0] or [", "i-XYZ", "${instance_id}"]
)
def test_what_is_no_instance_id_never_gets_into_a_query(installation: Installation, name: str) -> None:
    assert installation.deliver(warning(name)) == []
    assert installation.endpoint.log.named("ListContainerInstances") == []


def test_a_mode_that_was_lowered_after_the_call_does_not_deny_the_call(installation: Installation) -> None:
    """Killed between call and receipt; then somebody sets the mode to observe."""
    installation.deliver(SWEEP)
    installation.plan.made.clear()
    installation.plan.at, installation.plan.when = 7, "after"
    with pytest.raises(KilledError):
        installation.deliver(*installation.warnings())
    installation.plan.at, installation.mode = None, Mode.OBSERVE
    installation.clock.set(installation.clock.now() + VISIBILITY)
    assert installation.deliver(*installation.warnings()) == []
    (card,) = installation.told()
    assert (card["tone"], card["headline"]) == ("done", "drained")


def test_a_mode_that_was_lowered_before_the_call_leaves_it_undone_and_says_so(
    installation: Installation,
) -> None:
    installation.deliver(SWEEP)
    installation.plan.made.clear()
    installation.plan.at = 7
    with pytest.raises(KilledError):
        installation.deliver(*installation.warnings())
    installation.plan.at, installation.mode = None, Mode.OBSERVE
    installation.clock.set(installation.clock.now() + VISIBILITY)
    assert installation.deliver(*installation.warnings()) == []
    assert installation.mutations() == {}
    (card,) = installation.told()
    assert "Observe mode by now" in str(card["lines"])


def test_a_sweep_leaves_an_intent_alone_that_its_lane_will_bring_back(installation: Installation) -> None:
    fault(installation, "throttle", times=3)
    assert installation.deliver(*installation.warnings()) == ["0"]
    installation.deliver(SWEEP)
    assert installation.told() == []
    installation.clock.set(installation.clock.now() + VISIBILITY)
    assert installation.deliver(*installation.warnings()) == []
    assert installation.mutations() == {installation.instances[0].arn: 1}


def test_a_batch_session_of_cloudtrail_leads_to_its_intents(installation: Installation) -> None:
    installation.deliver(*installation.warnings(3))
    leases = [installation.parts.actions.lease(host.arn) for host in installation.instances]
    intents = [lease.intent for lease in leases if lease is not None]
    receipt = installation.parts.actions.receipt(intents[0])
    assert receipt is not None
    assert receipt.session is not None
    assert sorted(installation.parts.actions.batch(receipt.session)) == sorted(intents)


@pytest.mark.parametrize("operation", ["DescribeClusters", "ListContainerInstances"])
def test_a_cluster_that_cannot_be_read_changes_nothing_and_is_told(
    installation: Installation, operation: str
) -> None:
    """An unreadable tag means observe; an instance that nobody can look up is held."""
    fault(installation, "access_denied", operation, times=9)
    assert installation.deliver(*installation.warnings()) == []
    assert installation.mutations() == {}
    assert len(installation.told()) == 1


def test_invariant_13_a_poison_message_comes_back_alone_and_the_rest_of_the_batch_is_done(
    installation: Installation,
) -> None:
    bodies: list[dict[str, Any] | str] = [
        "{",
        "[]",
        '{"source": 1}',
        "[" * 100_000,
        "9" * 5000,
        *installation.warnings(2),
    ]
    assert installation.deliver(*bodies) == ["0", "1", "2", "3", "4"]
    assert len(installation.mutations()) == 2


def test_invariant_63_observe_makes_no_mutating_call(installation: Installation) -> None:
    installation.mode = Mode.OBSERVE
    assert installation.deliver(*installation.warnings(3)) == []
    assert installation.mutations() == {}
    assert "sts.AssumeRole" not in installation.plan.made
    assert {card["tone"] for card in installation.told()} == {"observed"}


@pytest.mark.parametrize(("gone", "headline"), [(False, "could not be drained"), (True, "outcome unknown")])
def test_what_a_dead_function_left_open_is_found_and_told_by_the_sweep(
    installation: Installation, *, gone: bool, headline: str
) -> None:
    """Every try was killed right before the call, and the warning is in the dead-letter queue by now."""
    installation.deliver(SWEEP)
    installation.plan.made.clear()
    installation.plan.at = 7
    with pytest.raises(KilledError):
        installation.deliver(*installation.warnings())
    installation.plan.at = None
    installation.clock.set(NOON + timedelta(minutes=10))
    if gone:
        installation.world.clusters["prod"].instances.clear()
    installation.deliver(SWEEP)
    (card,) = installation.told()
    assert (card["tone"], card["headline"]) == ("failed", headline)
    assert installation.mutations() == {}
    assert installation.parts.actions.open_intents() == {}


def test_the_call_carries_the_intents_id_as_its_session(installation: Installation) -> None:
    """Each line of CloudTrail leads to its receipt."""
    installation.deliver(*installation.warnings())
    lease = installation.parts.actions.lease(installation.instances[0].arn)
    assert lease is not None
    receipt = installation.parts.actions.receipt(lease.intent)
    assert receipt is not None
    assert receipt.session == lease.intent
