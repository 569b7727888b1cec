from typing import Any

import pytest

from dockwarden.events.severities import SeverityCounts, read_counts


def counts(value: Any) -> SeverityCounts:
    """Return the counts of a detail that has some."""
    found = read_counts({"finding-severity-counts": value})
    assert found is not None
    return found


def test_invariant_39_no_counts_are_not_zero_counts() -> None:
    """Whether their absence means clean depends on the status of the scan, which is not decided here."""
    assert read_counts({}) is None
    assert read_counts({"finding-severity-counts": None}) is None


@pytest.mark.parametrize(
    ("value", "critical"),
    [
        ({"CRITICAL": 0, "TOTAL": 0}, 0),  # Inspector: said to be none
        ({"CRITICAL": 3, "HIGH": 1, "TOTAL": 7}, 3),
        ({"HIGH": 1}, 0),  # ECR leaves out what has no findings
        ({}, 0),
        ({"HIGH": 1, "TOTAL": 1}, 0),  # the sum agrees
        ({"TOTAL": 0}, 0),
        ({"TOTAL": 7}, None),  # seven of what?
        ({"HIGH": 1, "TOTAL": 7}, None),
        ({"CRITICAL": "3"}, None),  # unreadable is not none
        ({"CRITICAL": -1}, None),
        ({"CRITICAL": True}, None),
        ({"HIGH": "many"}, None),
        ({"CRITICAL": 2, "HIGH": "many"}, 2),
        ({"TOTAL": "many"}, None),
        ([], None),
        ("none", None),
    ],
)
def test_invariant_39_absent_zero_and_only_total_are_told_apart(value: Any, critical: int | None) -> None:
    """A missing severity counts as zero only where nothing speaks against it."""
    assert counts(value).of("CRITICAL") == critical


def test_invariant_14_an_unknown_severity_is_kept() -> None:
    """A severity that AWS adds tomorrow is counted under its own name."""
    found = counts({"APOCALYPTIC": 1, "UNTRIAGED": 2, "TOTAL": 3})
    assert found == SeverityCounts((("APOCALYPTIC", 1), ("UNTRIAGED", 2)), 3, readable=True)
