from __future__ import annotations

import json
import re
from pathlib import Path

from lab.drydock.api.registry import OPERATIONS
from lab.drydock.build import make_world
from lab.drydock.control import ROUTES
from lab.drydock.scenario import seed

README = (Path(__file__).parents[2] / "lab/drydock/README.md").read_text(encoding="utf-8")


def test_the_example_in_the_readme_runs() -> None:
    """A reader can paste it; its own assertion holds."""
    (code,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    exec(compile(code, "README.md", "exec"), {})  # noqa: S102 - our own text


def test_the_world_description_in_the_readme_is_valid() -> None:
    """It is accepted whole and makes what it says."""
    (text,) = re.findall(r"```json\n(.*?)```", README, re.DOTALL)
    world = make_world()
    seed(world, json.loads(text))
    assert len(world.clusters["harbour"].tasks) == 5


def test_the_readme_lists_every_endpoint_and_operation() -> None:
    for method, name in ROUTES:
        assert f"`{method} /_drydock/{name}`" in README
    for operations in OPERATIONS.values():
        for name in operations:
            assert f"`{name}`" in README
