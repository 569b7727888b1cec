"""A measured figure beside its budget, and what the two come to."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from statistics import median, quantiles
from typing import Any


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table.

    `value` is None where it could not be measured, and `note` says why. `limit` is None for a figure that
    stands beside a budget to explain it. `spread` is the middle half of the rounds.
    """

    budget: str
    what: str
    unit: str
    value: float | None
    limit: float | None = None
    at_least: bool = False
    spread: tuple[float, float] | None = None
    rounds: int = 1
    calls: int | None = None
    note: str = ""

    @property
    def status(self) -> str:
        """Whether the budget is kept."""
        if self.value is None:
            return "not measured"
        if self.limit is None:
            return ""
        kept = self.value >= self.limit if self.at_least else self.value <= self.limit
        return "kept" if kept else "MISSED"

    def document(self) -> dict[str, Any]:
        """The figure for JSON."""
        return asdict(self) | {"status": self.status}


@dataclass(frozen=True, slots=True)
class Sample:
    """What several rounds gave."""

    value: float
    spread: tuple[float, float]
    rounds: int


def figure(
    budget: str,
    what: str,
    unit: str,
    found: Sample,
    *,
    limit: float | None = None,
    at_least: bool = False,
    calls: int | None = None,
    note: str = "",
) -> Figure:
    """The figure that a sample gives."""
    return Figure(
        budget=budget,
        what=what,
        unit=unit,
        value=found.value,
        limit=limit,
        at_least=at_least,
        spread=found.spread,
        rounds=found.rounds,
        calls=calls,
        note=note,
    )


def sample(values: Sequence[float]) -> Sample:
    """The median of some values and their middle half."""
    if len(values) < 2:
        return Sample(values[0], (values[0], values[0]), len(values))
    low, _, high = quantiles(values, n=4, method="inclusive")
    return Sample(median(values), (low, high), len(values))


def ratios(values: Sequence[float], units: Sequence[float]) -> Sample:
    """The ratio of two cases, taken within each round, since the machine's load differs between rounds."""
    return sample([value / unit for value, unit in zip(values, units, strict=False)])
