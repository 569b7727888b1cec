"""How many findings of each severity a scan counted, with what it did not say kept apart from none."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dockwarden.events import fields

_TOTAL = "TOTAL"


@dataclass(frozen=True, slots=True)
class SeverityCounts:
    """The counts of ``finding-severity-counts``, by AWS's names of severities, which may be new ones.

    ``total`` is the sum that only Inspector sends. ``readable`` is False when any count was no whole number
    from zero up; then nothing that is missing counts as zero.
    """

    by_severity: tuple[tuple[str, int], ...]
    total: int | None
    readable: bool

    def of(self, severity: str) -> int | None:
        """Return the count of one severity, 0 only where its absence says so, else None.

        ECR leaves out a severity without findings; beside a ``TOTAL`` it must also agree with the sum.
        """
        known = dict(self.by_severity)
        if severity in known:
            return known[severity]
        is_whole = self.readable and self.total in (None, sum(known.values()))
        return 0 if is_whole else None


def read_counts(detail: Mapping[str, Any]) -> SeverityCounts | None:
    """Return the counts of a scan event, or None when it carries none, as ECR does when there are no findings."""
    if fields.value_at(detail, "finding-severity-counts") is None:
        return None
    data = fields.mapping(detail, "finding-severity-counts")
    counts = {name: _count(data, name) for name in data}
    readable = (
        isinstance(fields.value_at(detail, "finding-severity-counts"), dict) and None not in counts.values()
    )
    total = counts.pop(_TOTAL, None)
    by_severity = tuple((name, count) for name, count in counts.items() if count is not None)
    return SeverityCounts(by_severity, total, readable)


def _count(data: Mapping[str, Any], name: str) -> int | None:
    count = fields.integer(data, name)
    return count if count is not None and count >= 0 else None
