"""Several processes run the tests, and none of them gets in another one's way."""

from pathlib import Path

from tests.spreading import TOGETHER, shared

ROOT = Path(__file__).resolve().parent.parent


def test_what_is_deployed_is_tested_in_one_process() -> None:
    """All of these build into the same folder, and start an AWS that takes seconds to come up."""
    tests = (
        "tests/e2e/test_a.py::test_b",
        "tests/lab/test_c.py::test_d[1::2]",
        "tests/cdk/test_e.py::test_f",
    )
    assert len({shared(test) for test in tests}) == 1


def test_any_other_file_is_spread_as_a_whole() -> None:
    """Its tests keep their order and share what the file has made."""
    assert shared("tests/core/test_a.py::test_b[x::y]") == shared("tests/core/test_a.py::test_c")
    assert shared("tests/core/test_a.py::test_b") != shared("tests/core/test_d.py::test_b")


def test_whoever_is_kept_together_exists() -> None:
    """A folder that was renamed would be spread."""
    assert [start for start in TOGETHER if not (ROOT / start).exists()] == []
