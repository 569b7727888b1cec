"""Modes: the most specific setting decides, below the ceiling, and doubt means observe."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockwarden.facts.unknown import NotRead
from dockwarden.guard.modes import Mode, ModeSetting, effective_mode, read_mode

TEXTS = st.one_of(
    st.none(), st.sampled_from([*Mode]), st.text(max_size=9), st.builds(NotRead, st.just("throttled"))
)


def ruled(ceiling: Mode, *values: str | NotRead | None) -> Mode:
    return effective_mode(ceiling, [ModeSetting(f"place {n}", value) for n, value in enumerate(values)]).mode


@pytest.mark.parametrize(
    ("ceiling", "values", "expected"),
    [
        (Mode.ENFORCE, ["enforce", "observe"], Mode.ENFORCE),
        (Mode.ENFORCE, [None, "approve", "enforce"], Mode.APPROVE),
        (Mode.OBSERVE, ["enforce"], Mode.OBSERVE),
        (Mode.APPROVE, ["enforce"], Mode.APPROVE),
        (Mode.ENFORCE, [" Enforce "], Mode.ENFORCE),
        (Mode.ENFORCE, [], Mode.OBSERVE),
        (Mode.ENFORCE, [None, None], Mode.OBSERVE),
        (Mode.OFF, ["enforce"], Mode.OFF),
    ],
)
def test_the_most_specific_setting_decides_below_the_ceiling(
    ceiling: Mode, values: list[str | None], expected: Mode
) -> None:
    assert ruled(ceiling, *values) is expected


@given(st.lists(TEXTS, max_size=4), st.sampled_from([*Mode]))
def test_no_setting_ever_raises_a_mode_above_the_ceiling(
    values: list[str | NotRead | None], ceiling: Mode
) -> None:
    """Who may tag a resource can never arm what the platform did not allow."""
    assert ruled(ceiling, *values).rank <= ceiling.rank


@given(st.lists(TEXTS, max_size=3), st.integers(0, 3))
def test_an_off_anywhere_wins(values: list[str | NotRead | None], place: int) -> None:
    values.insert(place, "off")
    assert ruled(Mode.ENFORCE, *values) is Mode.OFF


@pytest.mark.parametrize("value", ["enfroce", "", "on", "yes", "1", "ENFORCE!", NotRead("AccessDenied")])
def test_invariant_64_an_invalid_or_unreadable_setting_means_observe(value: str | NotRead) -> None:
    """A typo never arms anything, also where a less specific place says enforce."""
    assert ruled(Mode.ENFORCE, value, "enforce") is Mode.OBSERVE


def test_the_reason_names_the_place_and_the_ceiling() -> None:
    ruling = effective_mode(Mode.OBSERVE, [ModeSetting("the run-time setting", "enforce")])
    assert ruling.why == "the run-time setting says enforce, but the platform's ceiling is observe"


@given(st.one_of(st.integers(), st.none(), st.lists(st.text())))
def test_what_is_no_text_is_no_mode(value: object) -> None:
    assert read_mode(value) is None
