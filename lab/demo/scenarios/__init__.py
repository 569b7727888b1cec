"""The scenarios: one file each, found by name."""

from dataclasses import dataclass
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType
from typing import Any

from lab.demo.errors import DemoError
from lab.demo.stage import Stage


@dataclass(frozen=True, slots=True)
class Scenario:
    """A story that can be played on the deployed installation; `world` is what drydock holds before it."""

    name: str
    module: ModuleType

    @property
    def title(self) -> str:
        """The first line of its file."""
        return (self.module.__doc__ or "").partition("\n")[0]

    @property
    def world(self) -> dict[str, Any]:
        """Its clusters, as drydock reads them."""
        found: dict[str, Any] = self.module.WORLD
        return found

    def play(self, stage: Stage) -> None:
        """Play it. Raises DemoError where something else happens than it tells."""
        self.module.play(stage)


def chosen(name: str | None) -> list[Scenario]:
    """The scenario of a name, or all of them. Raises DemoError for a name that there is none of."""
    known = {found.name: found for found in _all()}
    if not name:
        return list(known.values())
    if name.replace("-", "_") not in known:
        raise DemoError(f"There is no scenario {name!r}; there are: {', '.join(known)}.")
    return [known[name.replace("-", "_")]]


def _all() -> list[Scenario]:
    names = sorted(module.name for module in iter_modules(__path__))
    return [Scenario(name, import_module(f"{__name__}.{name}")) for name in names]
