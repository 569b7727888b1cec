"""The machine in CI: the same sequences in every run, and the counts printed."""

import pytest

from tests.fuzz.machine import run_machine

SEQUENCES = 300


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_whatever_happens_in_any_order_no_invariant_is_broken(capsys: pytest.CaptureFixture[str]) -> None:
    """Invariants 1, 2, 7, 8, 11, 16, 18, 19, 28, 33, 45-47, 50, 54, 55, 62-65 and 73 after every step of each sequence."""
    counts = run_machine(SEQUENCES)
    with capsys.disabled():
        print("\n  " + "\n  ".join(counts.lines()))  # noqa: T201 - what make test prints
    # Sequences in which nothing ever changes would prove nothing.
    assert counts.sequences >= SEQUENCES
    assert counts.changes.total() >= SEQUENCES
    assert {"UpdateService", "UpdateContainerInstancesState:ACTIVE"} <= set(counts.changes)
    assert {"budget", "mode", "hands-off", "mass-failure", "freeze"} <= set(counts.holds)
    assert counts.kills > 0
