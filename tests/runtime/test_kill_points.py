"""The function killed at every AWS call, before and after it: one drain, nothing lost."""

import pytest

from tests.runtime.harness import SWEEP, VISIBILITY, Installation, KilledError, installed


def calls_of_a_drain() -> list[str]:
    """The AWS calls of an undisturbed run with a known instance, and with one that the index does not know."""
    with installed() as found:
        found.deliver(SWEEP)
        found.plan.made.clear()
        found.deliver(*found.warnings())
        return list(found.plan.made)


CALLS = calls_of_a_drain()


def test_a_drain_makes_as_few_calls_as_the_design_says() -> None:
    """Two of them to ECS: the clusters' tags, and the drain, whose answer is its verification."""
    assert CALLS == [
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


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("at", range(1, len(CALLS) + 1), ids=lambda n: f"{n}-{CALLS[n - 1]}")
def test_invariants_5_and_6_killed_at_any_call_there_is_one_drain_and_one_receipt(
    installation: Installation, at: int, when: str
) -> None:
    """Killed between intent, call, card and receipt: found, finished, told, and never done twice."""
    installation.deliver(SWEEP)
    installation.plan.made.clear()
    installation.plan.at, installation.plan.when = at, when
    with pytest.raises(KilledError):
        installation.deliver(*installation.warnings())
    installation.plan.at = None
    installation.clock.set(installation.clock.now() + VISIBILITY)
    installation.deliver_until_quiet(*installation.warnings())
    assert installation.mutations() == {installation.instances[0].arn: 1}
    assert installation.instances[0].status == "DRAINING"
    ledger = installation.parts.actions
    lease = ledger.lease(installation.instances[0].arn)
    assert lease is not None
    receipt = ledger.receipt(lease.intent)
    assert receipt is not None
    assert receipt.state == "done"
    assert ledger.open_intents() == {}
    assert {card["id"] for card in installation.told()} == {lease.intent}
