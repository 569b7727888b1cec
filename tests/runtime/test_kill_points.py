"""The function killed at every AWS call, before and after it: one drain, nothing lost."""

from collections.abc import Callable

import pytest

from tests.fakes import container_instance, instance_event
from tests.runtime.harness import SWEEP, VISIBILITY, Installation, KilledError, installed

Preparing = Callable[[Installation], object]


def known(installation: Installation) -> object:
    """The index knows the instances already."""
    return installation.deliver(SWEEP)


def unknown(_installation: Installation) -> object:
    """The index knows nothing, so that the clusters are asked."""
    return None


def calls_of(prepare: Preparing, warnings: int) -> list[str]:
    """The AWS calls of an undisturbed run."""
    with installed() as found:
        prepare(found)
        found.plan.made.clear()
        found.deliver(*found.warnings(warnings))
        return list(found.plan.made)


RUNS: dict[str, tuple[Preparing, int, list[str]]] = {
    "known": (known, 1, calls_of(known, 1)),
    "unknown": (unknown, 1, calls_of(unknown, 1)),
    "three": (known, 3, calls_of(known, 3)),
}
POINTS = [(run, at) for run, (_, _, calls) in RUNS.items() for at in range(1, len(calls) + 1)]


def test_a_drain_makes_as_few_calls_as_the_design_says() -> None:
    """Two of them to ECS: the clusters' tags, and the drain, whose answer is its verification."""
    assert RUNS["known"][2] == [
        "dynamodb.BatchGetItem",
        "ecs.DescribeClusters",
        "dynamodb.Query",
        "dynamodb.TransactWriteItems",
        "sts.AssumeRole",
        "dynamodb.Query",
        "ecs.UpdateContainerInstancesState",
        "sqs.SendMessageBatch",
        "dynamodb.TransactWriteItems",
    ]


@pytest.mark.parametrize("heard", [False, True], ids=["silent", "heard"])
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize(("run", "at"), POINTS, ids=str)
def test_invariants_5_and_6_killed_at_any_call_there_is_one_drain_and_one_receipt(
    installation: Installation, run: str, at: int, when: str, *, heard: bool
) -> None:
    """Killed between intent, call, card and receipt: found, finished, told, and never done twice.

    Also where the state change that the call caused is heard before the warning comes back (invariant 18).
    """
    prepare, count, _ = RUNS[run]
    prepare(installation)
    installation.plan.made.clear()
    installation.plan.at, installation.plan.when = at, when
    with pytest.raises(KilledError):
        installation.deliver(*installation.warnings(count))
    installation.plan.at = None
    if heard:
        installation.deliver(*map(state_of, installation.instances))
    installation.clock.set(installation.clock.now() + VISIBILITY)
    installation.deliver_until_quiet(*installation.warnings(count))
    hosts = installation.instances[:count]
    assert installation.mutations() == {host.arn: 1 for host in hosts}
    ledger = installation.parts.actions
    leases = [ledger.lease(host.arn) for host in hosts]
    intents = {lease.intent for lease in leases if lease is not None}
    assert len(intents) == count
    assert {receipt.state for i in intents if (receipt := ledger.receipt(i)) is not None} == {"done"}
    assert ledger.open_intents() == {}
    assert {card["id"] for card in installation.told()} == intents


def state_of(host: object) -> dict[str, object]:
    """The instance's own state change event, as ECS sends it after every change."""
    seen = container_instance(host.instance_id, host.status)  # type: ignore[attr-defined]
    raw = instance_event(seen, version=host.version)  # type: ignore[attr-defined]
    raw["detail"]["containerInstanceArn"] = host.arn  # type: ignore[attr-defined]
    return raw
