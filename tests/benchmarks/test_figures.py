"""Figures, their budgets, and how they are shown: a miss is never hidden."""

import json
from pathlib import Path

import pytest

from benchmarks import __main__ as bench
from benchmarks import report
from benchmarks.figures import Figure, ratios, sample

KEPT = Figure("1", "cold", "x", 0.39, 0.40)
MISSED = Figure("2", "drain", "x", 1.31, 1.30)
SLOW = Figure("7", "own CPU", "events/s", 4999, 5000, at_least=True)
UNMEASURED = Figure("5", "memory", "x", None, 0.75, note="c7n could not be installed")
BESIDE = Figure("", "the same", "x", 9.9)


def test_a_budget_is_kept_up_to_its_limit_and_missed_beyond() -> None:
    """The limit itself is within the budget, whichever way the budget looks."""
    assert [f.status for f in (KEPT, MISSED, SLOW)] == ["kept", "MISSED", "MISSED"]
    assert Figure("2", "", "x", 1.30, 1.30).status == "kept"
    assert Figure("7", "", "events/s", 5000, 5000, at_least=True).status == "kept"


def test_what_was_not_measured_is_never_called_kept() -> None:
    """A figure that is missing says so, and one without a budget claims nothing."""
    assert (UNMEASURED.status, BESIDE.status) == ("not measured", "")


def test_ratios_are_taken_within_each_round() -> None:
    """A machine that is half as fast in one round does not move the ratio."""
    found = ratios([2.0, 4.0, 2.2], [1.0, 2.0, 1.0])
    assert (found.value, found.rounds) == (2.0, 3)
    assert found.spread == pytest.approx((2.0, 2.1))


def test_one_round_has_no_spread() -> None:
    """Few rounds are shown as what they are."""
    assert sample([3.0]).spread == (3.0, 3.0)


def test_the_table_shows_misses_their_figure_and_why_something_is_missing(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Whoever reads the table only sees every budget with its state."""
    report.show([KEPT, MISSED, UNMEASURED])
    shown = capsys.readouterr().out
    assert "| 2 | drain | 1.31 x |" in shown
    assert "MISSED" in shown
    assert "c7n could not be installed" in shown
    assert report.summary([KEPT, MISSED, SLOW, UNMEASURED, BESIDE]).startswith(
        "1 kept, 2 MISSED, 1 not measured;"
    )


def test_the_document_has_every_figure_with_its_status() -> None:
    """Machines read the same as people."""
    document = json.loads(json.dumps(report.document([MISSED, UNMEASURED], 12.4)))
    assert [f["status"] for f in document["figures"]] == ["MISSED", "not measured"]
    assert document["figures"][1]["value"] is None
    assert document["machine"]["cores"] >= 1


@pytest.mark.parametrize(("arguments", "code"), [([], 0), (["--strict"], 1), (["--strict", "--json"], 1)])
def test_a_missed_budget_fails_only_where_that_was_asked_for(
    arguments: list[str], code: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Machines differ: CI may be strict, a laptop need not."""
    monkeypatch.setattr("sys.argv", ["benchmarks", *arguments])
    monkeypatch.setattr(bench, "ROOT", tmp_path)
    monkeypatch.setattr(bench, "_figures", lambda *_: iter([KEPT, MISSED]))
    assert bench.main() == code
