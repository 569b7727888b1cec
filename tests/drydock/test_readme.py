from __future__ import annotations

import json
import re
from pathlib import Path
from typing import get_args

from lab.drydock.alarms import DeploymentAlarms
from lab.drydock.api.registry import OPERATIONS
from lab.drydock.build import make_world
from lab.drydock.control import ROUTES
from lab.drydock.scenario import seed
from lab.drydock.task_definition import Kind

README = (Path(__file__).parents[2] / "lab/drydock/README.md").read_text(encoding="utf-8")


def test_the_examples_in_the_readme_run() -> None:
    """A reader can paste them; their own assertions hold."""
    examples = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    assert len(examples) == 2
    for code in examples:
        exec(compile(code, "README.md", "exec"), {})  # noqa: S102 - our own text


def test_every_behaviour_is_explained_in_the_readme() -> None:
    for kind in get_args(Kind):
        assert f"`{kind}`" in README


def test_the_world_description_in_the_readme_is_valid() -> None:
    """It is accepted whole and makes what it says."""
    (text,) = re.findall(r"```json\n(.*?)```", README, re.DOTALL)
    world = make_world()
    seed(world, json.loads(text))
    assert len(world.clusters["harbour"].tasks) == 5
    assert len(world.clusters["quay"].tasks) == 2
    assert world.clusters["quay"].services["api"].breaker.rollback
    assert world.clusters["quay"].services["api"].alarms == DeploymentAlarms(("api-5xx",), enable=True)
    assert world.alarms["api-5xx"].state == "OK"
    assert world.definitions["api"][2].behaviour.lines == ("starting", "no DB")


def test_the_readme_lists_every_endpoint_and_operation() -> None:
    for method, name in ROUTES:
        assert f"`{method} /_drydock/{name}`" in README
    for operations in OPERATIONS.values():
        for name in operations:
            assert f"`{name}`" in README
