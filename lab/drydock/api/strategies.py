"""The deployment strategy of a service, to and from the API."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lab.drydock.strategy import Strategy

MEMBERS = {
    "strategy": "kind",
    "bakeTimeInMinutes": "bake_minutes",
}
LINEAR = {"stepPercent": "step_percent", "stepBakeTimeInMinutes": "step_bake_minutes"}
CANARY = {"canaryPercent": "canary_percent", "canaryBakeTimeInMinutes": "canary_bake_minutes"}
INNER = {"linearConfiguration": LINEAR, "canaryConfiguration": CANARY}


def strategy_view(strategy: Strategy) -> dict[str, Any]:
    """The strategy as the deployment configuration shows it, with what belongs to its kind."""
    view: dict[str, Any] = {"strategy": strategy.kind}
    if strategy.staged:
        view["bakeTimeInMinutes"] = strategy.bake_minutes
    if strategy.kind == "LINEAR":
        view["linearConfiguration"] = {theirs: getattr(strategy, ours) for theirs, ours in LINEAR.items()}
    if strategy.kind == "CANARY":
        view["canaryConfiguration"] = {theirs: getattr(strategy, ours) for theirs, ours in CANARY.items()}
    return view


def take_strategy(strategy: Strategy, wanted: dict[str, Any]) -> tuple[Strategy, dict[str, Any]]:
    """The strategy with what a deployment configuration changes of it, and the members that are left."""
    changes = {ours: wanted[theirs] for theirs, ours in MEMBERS.items() if theirs in wanted}
    for member, names in INNER.items():
        inner = wanted.get(member) or {}
        changes |= {ours: inner[theirs] for theirs, ours in names.items() if theirs in inner}
    left = {key: value for key, value in wanted.items() if key not in {*MEMBERS, *INNER}}
    return replace(strategy, **changes), left
