"""The emulator's private names that the bridges lean on: each one named, and checked before it is used."""

import importlib
import inspect
from dataclasses import dataclass
from typing import Any

from lab.ministack.errors import LabError


@dataclass(frozen=True, slots=True)
class PrivateName:
    """One private name of ministack, with the signature that a bridge was written against."""

    module: str
    path: str
    signature: str | None = None  # None: data, no function

    def get(self) -> Any:
        """The object as it is now, patched or not."""
        found: Any = importlib.import_module(self.module)
        for part in self.path.split("."):
            found = getattr(found, part)
        return found

    def replace(self, new: Any) -> None:
        """Put `new` where the name points to."""
        owner: Any = importlib.import_module(self.module)
        *outer, last = self.path.split(".")
        for part in outer:
            owner = getattr(owner, part)
        setattr(owner, last, new)

    def verify(self) -> None:
        """Check that the name is there and looks as expected: LabError says what differs."""
        try:
            found = self.get()
        except (ImportError, AttributeError) as error:
            raise LabError(f"ministack has no {self} (is it the pinned version?)") from error
        if self.signature is not None and str(inspect.signature(found)) != self.signature:
            raise LabError(f"ministack's {self} takes {inspect.signature(found)}, not {self.signature}")

    def __str__(self) -> str:
        return f"{self.module}.{self.path}"


def service(name: str, path: str, signature: str | None = None) -> PrivateName:
    """A private name in one of ministack's service modules."""
    return PrivateName(f"ministack.services.{name}", path, signature)
