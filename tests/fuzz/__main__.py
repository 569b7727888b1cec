"""`make fuzz MINUTES=5`: the machine for as long as one likes, with new sequences in every run."""

import argparse
import secrets
import sys
from time import monotonic

from tests.conftest import pytest_sessionstart
from tests.fuzz.base import BrokenInvariantError
from tests.fuzz.counting import Counts
from tests.fuzz.machine import run_machine
from tests.fuzz.rollbacks import run_rollbacks

_ROUND = 50
_ROLLBACKS = 5
"""So many sequences of the machine of rollbacks, each of which takes as long as some of the other one."""


def main() -> int:
    """Run rounds of sequences until the time is over; 1 where an invariant was broken."""
    options = _options()
    pytest_sessionstart()
    until, seed = monotonic() + options.minutes * 60, options.seed
    total, of_rollbacks = Counts(), Counts()
    print(
        f"fuzz: {options.minutes:g} minutes from seed {seed}; again with `make fuzz SEED={seed}`", flush=True
    )
    while monotonic() < until:
        try:
            total.add(run_machine(_ROUND, seed=seed))
            of_rollbacks.add(run_rollbacks(_ROLLBACKS, seed=seed))
        except BrokenInvariantError as error:
            print(f"\nbroken with seed {seed}: {error}", *getattr(error, "__notes__", []), sep="\n")
            return 1
        seed += 1
    print("\n".join((*total.lines(), "rollbacks:", *of_rollbacks.lines())))
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description="Look for a broken invariant.")
    parser.add_argument("--minutes", type=float, default=5)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**9), help="where to begin")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
