"""How a state machine is run: the same sequences in every run, unless a seed asks for others."""

import hypothesis
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test


def run_sequences(
    machine: type[RuleBasedStateMachine], sequences: int, steps: int, *, shrink: bool, seed: int | None
) -> None:
    """Run so many sequences of a machine, each of so many steps; raises what it raises for the smallest that breaks something."""
    if seed is not None:
        hypothesis.seed(seed)(machine)
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=sequences,
            stateful_step_count=steps,
            derandomize=seed is None,
            database=None,
            deadline=None,
            phases=[Phase.generate, Phase.shrink] if shrink else [Phase.generate],
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
        ),
    )
