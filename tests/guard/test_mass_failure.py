"""Which services fail together, as a group of a size within a window, and how it is known again."""

from datetime import timedelta

from dockwarden.guard.mass_failure import Failing, MassFailure, mass_failure
from tests.fakes import NOON

MINUTE = timedelta(minutes=1)
LONG_AGO = NOON - timedelta(days=365)


def failing(service: str, minutes: float = 0, cause: str = "app-exit") -> Failing:
    return Failing(service, cause, NOON + minutes * MINUTE)


def found(*some: Failing, least: int = 3, after: timedelta = timedelta(hours=-2)) -> MassFailure | None:
    return mass_failure(some, least, 10 * MINUTE, NOON + after)


def names(group: MassFailure | None) -> list[str]:
    return [one.service for one in group.services] if group else []


def test_invariant_33_as_many_services_as_are_wanted_within_the_window_are_one_failure() -> None:
    assert names(found(failing("a"), failing("b", 5), failing("c", 10))) == ["a", "b", "c"]
    assert found(failing("a"), failing("b", 5), failing("c", 10.1)) is None
    assert found(failing("a"), failing("a", 1), failing("b", 2)) is None


def test_an_old_failure_of_a_service_does_not_hide_its_new_one() -> None:
    """A service that has failed since the morning fails with the others, too."""
    old = [failing("a", -90), failing("b", -60, "oom")]
    assert names(found(*old, failing("a"), failing("b", 1), failing("c", 2))) == ["a", "b", "c"]
    assert names(found(failing("b", -60, "spot"), failing("a"), failing("b", 1), failing("c", 2))) == [
        "a",
        "b",
        "c",
    ]


def test_what_has_failed_for_long_holds_nothing_any_more() -> None:
    """Five services that nobody ever mends must not end all automation."""
    some = [failing(name) for name in "abc"]
    assert names(found(*some, after=timedelta(0))) == ["a", "b", "c"]
    assert found(*some, after=timedelta(seconds=1)) is None


def test_a_failure_is_known_again_when_its_first_services_have_recovered_and_others_have_joined() -> None:
    before, after = found(*map(failing, "abcd")), found(*map(failing, "cd"), failing("e", 1))
    other = found(*(failing(name, 30) for name in "abc"))
    assert before is not None
    assert after is not None
    assert other is not None
    assert set(before.marks) & set(after.marks)
    assert not set(before.marks) & set(other.marks)


def test_however_many_fail_few_marks_are_kept() -> None:
    group = found(*(failing(f"web-{n:03}") for n in range(200)))
    assert group is not None
    assert (len(group.services), len(group.marks)) == (200, 10)
