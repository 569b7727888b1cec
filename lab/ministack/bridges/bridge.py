from collections.abc import Callable
from dataclasses import dataclass

from lab.ministack.private import PrivateName


@dataclass(frozen=True, slots=True)
class Bridge:
    """One difference between ministack and AWS, and what closes it."""

    name: str
    aws: str
    ministack: str
    names: tuple[PrivateName, ...]
    install: Callable[[], None]

    def verify(self) -> None:
        """Check all private names of this bridge: LabError if one is gone or changed."""
        for name in self.names:
            name.verify()
