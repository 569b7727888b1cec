"""What the platform sets of the guard, each with the default that `dockwarden playbooks` prints."""

from dataclasses import dataclass
from datetime import timedelta

MOST_ACTIONS = 20
"""How many of a target's latest actions its lease remembers, so that no cap can be higher."""

_MOST = 10_080
"""The minutes of a week; for the other numbers more than anybody means."""


def most_of(name: str) -> int:
    """The most that a setting which is a number may be; the least is 1."""
    return MOST_ACTIONS if name == "actions_per_target" else _MOST


@dataclass(frozen=True, slots=True)
class GuardSettings:
    """How careful the guard is, for all playbooks.

    `cooldown_minutes` is how long a target is left alone after a voluntary action; at most
    `actions_per_target` actions (20 is the highest) are done on one within `actions_window_hours`, whoever asks for them.
    `mass_failure_services` services that begin to fail within `mass_failure_minutes` of each other point to one
    shared cause, and hold everything voluntary; each failure holds for `mass_failure_hold_minutes` at most. The budgets say how much may be disrupted at once: of a service's tasks, of a cluster's
    container instances or services, and of all that Dockwarden disrupts in the account and region.
    """

    cooldown_minutes: int = 10
    actions_per_target: int = 3
    actions_window_hours: int = 24
    mass_failure_services: int = 5
    mass_failure_minutes: int = 10
    mass_failure_hold_minutes: int = 120
    budget_service: str = "25%"
    budget_cluster: str = "10%"
    budget_account: str = "20"

    @property
    def mass_failure_window(self) -> timedelta:
        """Within which time of each other failures count as one."""
        return timedelta(minutes=self.mass_failure_minutes)

    @property
    def mass_failure_hold(self) -> timedelta:
        """How long a failure counts at most, however long it lasts."""
        return timedelta(minutes=self.mass_failure_hold_minutes)

    @property
    def cooldown(self) -> timedelta:
        """How long a target is left alone after a voluntary action."""
        return timedelta(minutes=self.cooldown_minutes)

    @property
    def actions_window(self) -> timedelta:
        """In which time the actions on a target are counted."""
        return timedelta(hours=self.actions_window_hours)
