"""Each guard taken out in turn: the machine must notice, and by which invariant it does is in docs/safety.md."""

import pytest

from tests.fuzz.base import BrokenInvariantError
from tests.fuzz.machine import run_machine
from tests.fuzz.sabotage import SABOTAGES

_SEQUENCES = 150


@pytest.mark.slow
@pytest.mark.parametrize("guard", SABOTAGES)
def test_the_machine_finds_a_guard_that_was_taken_out(
    guard: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One that it did not find would be a guard that nothing tests, or a machine that tests nothing."""
    sabotage, expected = SABOTAGES[guard]
    sabotage(monkeypatch)
    with pytest.raises(BrokenInvariantError) as found:
        run_machine(_SEQUENCES, shrink=False)
    by = found.value.problems[0].partition(":")[0]
    with capsys.disabled():
        print(f"\n  without its {guard}: found by invariant {by}")  # noqa: T201 - what make test prints
    assert by in expected, found.value.problems
