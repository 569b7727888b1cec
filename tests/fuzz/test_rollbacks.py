"""The machine of rollbacks in CI: the same sequences in every run, and the counts printed."""

import pytest

from dockwarden.rollback import objections
from tests.fuzz.rollbacks import RollbackMachine, quietly, run_rollbacks

SEQUENCES = 25


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_whatever_happens_no_rollback_breaks_an_invariant(capsys: pytest.CaptureFixture[str]) -> None:
    """Invariants 18, 19, 21, 24, 27, 28, 30, 32 and 33 at every call that changes a service, in each sequence."""
    counts = run_rollbacks(SEQUENCES)
    with capsys.disabled():
        print("\n  " + "\n  ".join(counts.lines()))  # noqa: T201 - what make test prints
    # Sequences in which nothing ever changes would prove nothing.
    assert counts.sequences >= SEQUENCES
    assert counts.changes["ecs.UpdateService"] > 0
    assert counts.changes["ecs.StopServiceDeployment"] > 0


def test_invariant_19_the_machine_finds_a_second_rollback_of_the_same_revision(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Without the gate that counts them; a machine that found nothing would test nothing."""

    def nothing(_case: object) -> tuple[str, ...]:
        return ()

    monkeypatch.setattr(objections, "_once", nothing)
    with quietly():
        machine = RollbackMachine()
        machine.release(0, "crashes late", wait=True)
        for _ in range(2):
            machine.time_passes(600, backwards=False)
        assert machine.judge.changes.total() == 1
        assert machine.judge.problems == []
        machine.deploy_again(0, 0, wait=True)
        machine.time_passes(600, backwards=False)
        machine.time_passes(600, backwards=False)
        found = [problem.partition(":")[0] for problem in machine.judge.problems]
        machine.teardown()
    assert found == ["19"]
