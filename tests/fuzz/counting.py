"""What a run of the machine has done: sequences, steps, rules, changes, holds."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

_COUNTED = ("rules", "changes", "holds", "receipts")


@dataclass
class Counts:
    """The counts of all sequences of a run."""

    sequences: int = 0
    steps: int = 0
    kills: int = 0
    rules: Counter[str] = field(default_factory=Counter)
    changes: Counter[str] = field(default_factory=Counter)
    holds: Counter[str] = field(default_factory=Counter)
    receipts: Counter[str] = field(default_factory=Counter)

    def add(self, other: "Counts") -> None:
        """Take another run's counts in."""
        self.sequences += other.sequences
        self.steps += other.steps
        self.kills += other.kills
        for name in _COUNTED:
            getattr(self, name).update(getattr(other, name))

    def lines(self) -> Iterator[str]:
        """The counts for people."""
        yield (
            f"{self.sequences} sequences, {self.steps} steps, {self.kills} functions killed, "
            f"{self.changes.total()} changes by Dockwarden"
        )
        for name in _COUNTED:
            counted: Counter[str] = getattr(self, name)
            yield f"{name}: " + ", ".join(f"{what} {count}" for what, count in counted.most_common())
