"""A sweep looks at a bounded number of services that fail, and at each of them in its turn."""

from datetime import timedelta

import pytest

from dockwarden.events.dockwarden_sweep import Sweep
from dockwarden.events.envelope import Envelope
from dockwarden.rollback.turns import AT_ONCE, in_turn
from dockwarden.runtime import work
from dockwarden.runtime.arrivals import Arrival, Result
from dockwarden.runtime.work import Work
from tests.fakes import NOON, Bench

SWEEP = timedelta(minutes=5)


def test_few_are_all_looked_at() -> None:
    keys = [f"prod/service/web-{number}" for number in range(AT_ONCE)]
    assert sorted(in_turn(keys, NOON)) == sorted(keys)
    assert in_turn([], NOON) == []


@pytest.mark.parametrize("many", [AT_ONCE + 1, 75, 100, 101, 1000])
def test_of_many_each_has_its_turn_and_no_sweep_more_than_it_can_look_at(many: int) -> None:
    keys = [f"prod/service/web-{number}" for number in range(many)]
    turns = [in_turn(keys, NOON + number * SWEEP) for number in range(-(-many // AT_ONCE) + 1)]
    assert {len(turn) for turn in turns} == {AT_ONCE}
    assert {key for turn in turns for key in turn} == set(keys)


def test_a_sweep_settles_what_is_left_open_before_it_looks_at_services(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """However many fail: a function that runs out of time has done at least that."""
    order: list[str] = []

    class OutOfTimeError(BaseException):
        """The function's time is over."""

    class Engine:
        def run(self, _: list[Arrival]) -> list[Result]:
            order.append("services")
            raise OutOfTimeError

    def noted(what: str) -> int:
        order.append(what)
        return 0

    monkeypatch.setattr(work, "finish_open", lambda _: noted("open intents"))
    monkeypatch.setattr(work, "free_what_is_over", lambda _: noted("slots"))
    sweep = Sweep(Envelope(Sweep.SOURCE, Sweep.DETAIL_TYPES[0], None, None, None, NOON, (), None, {}))
    with pytest.raises(OutOfTimeError):
        Work(Bench().parts, Engine()).run([("1", sweep, None)], None)  # type: ignore[arg-type]
    assert order == ["open intents", "slots", "services"]
