"""How a service deploys: rolling, or with two sets of tasks between which traffic is shifted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

StrategyKind = Literal["ROLLING", "BLUE_GREEN", "LINEAR", "CANARY"]
Controller = Literal["ECS", "CODE_DEPLOY", "EXTERNAL"]
Scheduling = Literal["REPLICA", "DAEMON"]
ManagedBy = Literal["CUSTOMER", "ECS"]
Stage = Literal[
    "RECONCILE_SERVICE",
    "PRE_SCALE_UP",
    "SCALE_UP",
    "POST_SCALE_UP",
    "TEST_TRAFFIC_SHIFT",
    "POST_TEST_TRAFFIC_SHIFT",
    "PRODUCTION_TRAFFIC_SHIFT",
    "POST_PRODUCTION_TRAFFIC_SHIFT",
    "BAKE_TIME",
    "CLEAN_UP",
]
MINUTE = 60.0
ALL = 100.0


@dataclass(frozen=True, slots=True)
class Strategy:
    """The deployment strategy of a service; percents and minutes as in the API.

    The defaults of linear and canary are those of the botocore model; that of the bake time is ours.
    """

    kind: StrategyKind = "ROLLING"
    bake_minutes: int = 15
    step_percent: float = 10.0
    step_bake_minutes: int = 6
    canary_percent: float = 5.0
    canary_bake_minutes: int = 10

    @property
    def staged(self) -> bool:
        """Whether a deployment goes through lifecycle stages."""
        return self.kind != "ROLLING"

    def steps(self) -> list[tuple[float, float]]:
        """The shares of production traffic that the new tasks get, each with the seconds until the next one."""
        if self.kind == "CANARY":
            return [(self.canary_percent, self.canary_bake_minutes * MINUTE), (ALL, 0.0)]
        if self.kind == "LINEAR":
            count = int(ALL // self.step_percent)
            shares = [round(self.step_percent * n, 1) for n in range(1, count + 1)]
            before_last = [share for share in shares if share < ALL]
            return [*((share, self.step_bake_minutes * MINUTE) for share in before_last), (ALL, 0.0)]
        return [(ALL, 0.0)]


BY_CODE_DEPLOY = Strategy("BLUE_GREEN", bake_minutes=5)
"""How CodeDeploy deploys: all traffic at once, and the old tasks stay for a while (its terminationWaitTimeInMinutes)."""
