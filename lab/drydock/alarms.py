"""CloudWatch alarms: somebody sets their states, and nothing here is caused by them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

from lab.drydock.errors import ScenarioError

if TYPE_CHECKING:
    from datetime import datetime

    from lab.drydock.world import World

AlarmState = Literal["OK", "ALARM", "INSUFFICIENT_DATA"]


@dataclass(frozen=True, slots=True)
class DeploymentAlarms:
    """The alarms in the deployment configuration of a service."""

    names: tuple[str, ...]
    enable: bool = True
    rollback: bool = False


@dataclass(frozen=True, slots=True)
class Alarm:
    """A metric alarm, or a composite one, and since when it is in its state."""

    name: str
    state: AlarmState
    since: datetime
    composite: bool = False


def set_alarm(world: World, name: str, state: AlarmState = "OK", *, composite: bool = False) -> Alarm:
    """Let an alarm be in a state as of now; one that is in it already stays in it since it was."""
    if state not in get_args(AlarmState):
        raise ScenarioError(f"unknown state {state!r} of an alarm: {', '.join(get_args(AlarmState))}")
    with world.lock:
        known = world.alarms.get(name)
        if known is None or (known.state, known.composite) != (state, composite):
            world.alarms[name] = Alarm(name, state, world.now(), composite)
        return world.alarms[name]
