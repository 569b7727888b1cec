"""What AWS does on a bad day, and twenty warnings at once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest

from dockwarden.guard.modes import Mode
from lab.drydock.faults import Fault, Kind
from tests.fakes import NOON, container_instance, instance_event, warning
from tests.runtime.harness import SWEEP, Installation, KilledError, installed

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
    assert installation.instances[0].status == "DRAINING"
    assert len({card["id"] for card in installation.told()}) == 1
    assert installation.parts.actions.open_intents() == {}


def test_a_refused_drain_is_told_with_awss_own_code(installation: Installation) -> None:
    fault(installation, "access_denied", times=9)
    assert installation.deliver(*installation.warnings()) == []
    (card,) = installation.told()
    assert card["tone"] == "failed"
    assert "AccessDeniedException" in str(card["lines"])


def test_invariant_48_partial_failures_are_retried_one_by_one() -> None:
    with installed(25) as installation:
        installation.deliver(SWEEP)
        refused = tuple(host.arn for host in installation.instances[3:6])
        fault(installation, "partial_failure", targets=refused)
        assert installation.deliver(*installation.warnings(25)) == []
        assert {host.status for host in installation.instances} == {"DRAINING"}
        sizes = [len(call.params["containerInstances"]) for call in installation.endpoint.log.named(UPDATE)]
        assert sorted(sizes) == [1, 1, 1, 5, 10, 10]


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


def test_an_instance_that_is_gone_is_success_and_said_so(installation: Installation) -> None:
    host = installation.instances[0]
    installation.deliver(SWEEP)
    installation.world.clusters["prod"].instances.clear()
    assert installation.deliver(*installation.warnings()) == []
    (card,) = installation.told()
    assert (card["subject"], card["headline"]) == (host.instance_id, "gone already")


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


def test_what_a_dead_function_left_open_is_found_and_told_by_the_sweep(installation: Installation) -> None:
    """Every try was killed right before the call, and the warning is in the dead-letter queue by now."""
    installation.deliver(SWEEP)
    installation.plan.made.clear()
    installation.plan.at = 7
    with pytest.raises(KilledError):
        installation.deliver(*installation.warnings())
    installation.plan.at = None
    installation.clock.set(NOON + timedelta(minutes=10))
    installation.deliver(SWEEP)
    (card,) = installation.told()
    assert (card["tone"], card["headline"]) == ("failed", "could not be drained")
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
