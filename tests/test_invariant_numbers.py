"""The numbered invariants of the reference, each with a test that names it: what is still without one is listed here."""

import re
from pathlib import Path

_TESTS = Path(__file__).resolve().parent
_NAMED = re.compile(r"def test_invariant_(\d+)_")
SAFETY_KERNEL = {*range(1, 36), 46, 47, *range(61, 76)}
"""Those of delivery, of loops and of rollbacks (1 to 35), of budgets, and of control, limits and security."""

WITHOUT_A_TEST = {
    20: "release from quarantine: with quarantine",
    61: "nothing here has a model summarise anything",
    67: "a token bucket for an account's ECS calls: not built",
}
"""By number, and why. It can only become shorter: whoever builds the feature removes its line."""


def found() -> set[int]:
    """The numbers that names of tests say."""
    files = (path.read_text(encoding="utf-8") for path in _TESTS.rglob("*.py"))
    return {int(number) for text in files for number in _NAMED.findall(text)}


def test_each_invariant_of_the_safety_kernel_has_a_test_that_names_it() -> None:
    """Exactly those that are listed above have none."""
    assert SAFETY_KERNEL - found() == set(WITHOUT_A_TEST)
