"""What happens to a function in the middle of what it does: at its n-th call it dies, waits, or is overtaken."""

from collections.abc import Callable
from dataclasses import dataclass, field

from tests.runtime.harness import KilledError

AFTER_CLAIM = -1


@dataclass
class Interruption:
    """Ends or holds up one function at its `at`-th call, of AWS or of the ledger, or right after its first write.

    The first write is the claim on its targets: `at` is then AFTER_CLAIM.

    A function is overtaken (`meanwhile`) before it reads or writes something, never between its last look at the
    orders and its call: that window is as short as a call, and nothing can close it. `never_at` names calls before
    which it is not overtaken either.
    """

    at: int = 0
    when: str = "before"
    meanwhile: Callable[[], None] | None = None
    never_at: tuple[str, ...] = ()
    made: list[str] = field(default_factory=list)
    met: bool = False

    def before(self, call: str, *, changes: bool) -> None:
        """A call is about to be sent."""
        if self.at == AFTER_CLAIM and any(made.endswith(":write") for made in self.made):
            self.at = len(self.made) + 1
        self.made.append(call)
        if self.met or self.at <= 0 or len(self.made) < self.at:
            return
        if self.meanwhile is None:
            self._die(call, "before")
        elif not changes and not call.endswith(self.never_at):
            self.met = True
            self.meanwhile()

    def after(self, call: str) -> None:
        """A call was answered."""
        if not self.met and self.meanwhile is None and 0 < self.at <= len(self.made):
            self._die(call, "after")

    def _die(self, call: str, when: str) -> None:
        if self.when == when:
            self.met = True
            raise KilledError(call)
