from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from lab.drydock.clock import START, VirtualClock, WallDriver


def test_timers_run_in_order_of_time_and_then_of_setting() -> None:
    """Each timer sees its own instant, whatever the size of the step."""
    clock, seen = VirtualClock(), []
    for name, due in (("late", 5), ("first", 2), ("second", 2), ("never", 9)):
        clock.call_later(due, lambda n=name: seen.append((n, clock.now() - START)))  # type: ignore[misc]
    clock.advance(8)
    assert seen == [
        ("first", timedelta(seconds=2)),
        ("second", timedelta(seconds=2)),
        ("late", timedelta(seconds=5)),
    ]
    assert clock.now() == START + timedelta(seconds=8)


def test_a_timer_may_set_another_one_within_the_same_step() -> None:
    clock, seen = VirtualClock(), []
    clock.call_later(1, lambda: clock.call_later(1, lambda: seen.append(clock.now())))
    clock.advance(10)
    assert seen == [START + timedelta(seconds=2)]


def test_a_cancelled_timer_does_not_run() -> None:
    clock, seen = VirtualClock(), []
    clock.call_later(1, lambda: seen.append("ran")).cancel()
    clock.advance(2)
    assert seen == []


def test_time_does_not_go_back() -> None:
    with pytest.raises(ValueError, match="does not go back"):
        VirtualClock().advance(-1)


def test_a_wall_driver_moves_time_by_its_speed_and_stops() -> None:
    """At speed 1000 a virtual minute takes a tick or two; after `stop` nothing moves."""
    moved, enough = [0.0], threading.Event()

    def advance(seconds: float) -> None:
        moved[0] += seconds
        if moved[0] > 60:
            enough.set()

    driver = WallDriver(advance, speed=1000)
    driver.start()
    assert enough.wait(timeout=10)
    driver.stop()
    after = moved[0]
    assert not threading.Event().wait(0.15)
    assert moved[0] == after
