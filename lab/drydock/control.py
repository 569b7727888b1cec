"""The control endpoints under `/_drydock/`: time, seeding, reclaims, and what people and the demo read."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any

from lab.drydock import ec2_instances, scenario
from lab.drydock.build import launch_instance
from lab.drydock.errors import ScenarioError
from lab.drydock.faults import Fault
from lab.drydock.state import snapshot
from lab.drydock.times import detail_time

if TYPE_CHECKING:
    from collections.abc import Callable

    from lab.drydock.server import Drydock

Body = dict[str, Any]


def _health(drydock: Drydock, _body: Body) -> Any:
    sink = drydock.sink
    bus = {"sent": sink.sent, "lost": sink.lost, "lastError": sink.last_error} if sink else None
    return {"status": "ok", "service": "drydock", "bus": bus, "violations": drydock.endpoint.violations}


def _clock(drydock: Drydock, _body: Body) -> Any:
    return {"now": detail_time(drydock.world.now()), "speed": drydock.speed}


def _set_clock(drydock: Drydock, body: Body) -> Any:
    if "speed" in body:
        drydock.speed = _number(body["speed"])
    if "advance" in body:
        drydock.world.advance(_number(body["advance"]))
    return _clock(drydock, body)


def _calls(drydock: Drydock, _body: Body) -> Any:
    return drydock.endpoint.log.as_json(drydock.principals)


def _events(drydock: Drydock, _body: Body) -> Any:
    return list(drydock.world.log.events)


def _state(drydock: Drydock, _body: Body) -> Any:
    return {**snapshot(drydock.world), "speed": drydock.speed}


def _interrupt(drydock: Drydock, body: Body) -> Any:
    action = body.get("action", "terminate")
    if action not in ("terminate", "stop", "hibernate"):
        raise ScenarioError(f"unknown action {action!r}: terminate, stop or hibernate")
    ec2_instances.interrupt(drydock.world, _text(body, "instanceId"), action)
    return {}


def _rebalance(drydock: Drydock, body: Body) -> Any:
    ec2_instances.recommend_rebalance(drydock.world, _text(body, "instanceId"))
    return {}


def _launch(drydock: Drydock, body: Body) -> Any:
    name = _text(body, "cluster")
    if name not in drydock.world.clusters:
        raise ScenarioError(f"there is no cluster {name!r} in this world")
    with drydock.world.lock:
        machine = launch_instance(
            drydock.world, drydock.world.clusters[name], zone=body.get("availabilityZone")
        )
    return {"instanceId": machine.instance_id}


def _world(drydock: Drydock, body: Body) -> Any:
    scenario.seed(drydock.world, body)
    return _state(drydock, body)


def _deploy(drydock: Drydock, body: Body) -> Any:
    return {"deploymentId": scenario.roll_out(drydock.world, body)}


def _alarm(drydock: Drydock, body: Body) -> Any:
    _text(body, "name"), _text(body, "state")
    scenario.describe_alarm(drydock.world, body)
    return {}


def _fault(drydock: Drydock, body: Body) -> Any:
    unknown = set(body) - {field.name for field in fields(Fault)}
    if unknown or not {"operation", "kind"} <= set(body):
        raise ScenarioError("a fault has operation, kind, and where needed times, skip, targets, reason")
    drydock.endpoint.faults.add(Fault(**body))
    return {}


def _reset(drydock: Drydock, _body: Body) -> Any:
    drydock.reset()
    return {}


ROUTES: dict[tuple[str, str], Callable[[Drydock, Body], Any]] = {
    ("GET", "health"): _health,
    ("GET", "clock"): _clock,
    ("POST", "clock"): _set_clock,
    ("GET", "calls"): _calls,
    ("GET", "events"): _events,
    ("GET", "state"): _state,
    ("POST", "interrupt"): _interrupt,
    ("POST", "rebalance"): _rebalance,
    ("POST", "launch"): _launch,
    ("POST", "world"): _world,
    ("POST", "deploy"): _deploy,
    ("POST", "alarm"): _alarm,
    ("POST", "fault"): _fault,
    ("POST", "reset"): _reset,
}


def _text(body: Body, key: str) -> str:
    value = body.get(key)
    if not isinstance(value, str):
        raise ScenarioError(f"{key} is missing")
    return value


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1e6:
        raise ScenarioError(f"{value!r} is no number from 0 to a million")
    return float(value)
