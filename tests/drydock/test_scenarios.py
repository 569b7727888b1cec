"""The demo's scenarios as far as drydock plays them: a stand-in for Slack answers at once."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest

from lab.demo.scenarios import crash_at_start, failing_health_check, out_of_memory
from lab.drydock.build import make_world
from lab.drydock.scenario import seed

if TYPE_CHECKING:
    from lab.demo.stage import Stage

SAID = {"type": "section", "text": {"text": "app-exit: exit code 1, out of memory, health check"}}


class StandIn:
    """As much of a stage as a scenario uses; whatever is waited for in Slack is there."""

    def __init__(self, description: dict[str, Any]) -> None:
        self.world = make_world(seed=1)
        seed(self.world, description)
        self.lab = SimpleNamespace(drydock=SimpleNamespace(world=self.world))
        self.told: list[str] = []

    def cluster(self, name: str) -> Any:
        return self.world.clusters[name]

    def pass_time(self, seconds: float) -> None:
        self.world.advance(seconds)

    def tell(self, kind: str, _text: str) -> None:
        self.told.append(kind)

    def messages(self, _saying: str) -> list[Any]:
        return [{"blocks": [SAID]}]

    def wait(self, _what: str, look: Any) -> Any:
        return look()

    def changes(self) -> list[Any]:
        return []


@pytest.mark.parametrize("story", [crash_at_start, out_of_memory, failing_health_check])
def test_a_scenario_gets_to_its_end(story: Any) -> None:
    """The world it describes is accepted, and the failure that it waits for happens."""
    stage = StandIn(story.WORLD)
    story.play(cast("Stage", stage))
    assert stage.told.count("SLACK") == 1
    assert stage.told[0] == "EVENT"


def test_all_scenarios_fit_into_one_world() -> None:
    """The demo seeds them together."""
    world = make_world()
    for story in (crash_at_start, out_of_memory, failing_health_check):
        seed(world, story.WORLD)
    assert len(world.clusters) == 3
