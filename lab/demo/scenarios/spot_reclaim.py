"""EC2 takes a Spot instance back: drained within seconds, once, and nobody else's host is touched."""

from typing import Any

from lab.demo.errors import DemoError
from lab.demo.stage import Stage, words_of
from lab.drydock.model import ContainerInstance

WARNING = "EC2 Spot Instance Interruption Warning"
DOOMED = "i-0a1b2c3d4e5f60718"
FOREIGN = "i-0ffeeddccbbaa9988"

WORLD: dict[str, Any] = {
    "clusters": [
        {
            "name": "harbour",
            "instances": [{"instanceId": DOOMED, "availabilityZone": "us-east-1b"}, {"count": 2}],
            "services": [{"name": "web", "desiredCount": 4}, {"name": "api", "desiredCount": 2}],
            "tasks": [{"family": "report-nightly", "instanceId": DOOMED}],
        },
        {"name": "not-ours", "instances": [{"instanceId": FOREIGN}]},
    ]
}


def play(stage: Stage) -> None:
    """A reclaim, its warning once more, and a reclaim in a cluster that is not opted in."""
    host = _instance(stage, "harbour", DOOMED)
    before = len(stage.cluster("harbour").tasks_on(host))
    _drained(stage, host)
    _again(stage, host)
    _moved(stage, host, before)
    _not_ours(stage)


def _drained(stage: Stage, host: ContainerInstance) -> None:
    stage.tell("EVENT", f"{WARNING}: {host.instance_id} (terminate in 120 s)")
    stage.reclaim(host)
    stage.wait("the instance to be DRAINING", lambda: host.status == "DRAINING")
    outcome = stage.wait("the function's log", lambda: stage.logged("spot", "outcome"))[0]
    stage.tell("DECISION", f"{outcome['verdict']}: {outcome['reason']}")
    stage.tell_calls("spot")
    (call,) = stage.changes()
    stage.tell("EFFECT", f"{host.instance_id} is {host.status}, by {call.operation} of the deployed function")
    message = stage.wait("the Slack message", lambda: stage.messages(host.instance_id))[0]
    stage.tell("SLACK", words_of(message))


def _moved(stage: Stage, host: ContainerInstance, before: int) -> None:
    """Let time run until ECS has moved what it moves, then until EC2 ends the host."""
    cluster = stage.cluster("harbour")
    left = cluster.tasks_on(host)
    while any(task.service for task in left) and host.status == "DRAINING":
        stage.pass_time(1)
        left = cluster.tasks_on(host)
    alone = ", ".join(task.definition.family for task in left) or "none"
    stage.tell(
        "EFFECT", f"{before - len(left)} of {before} tasks have moved; standalone, so ECS leaves it: {alone}"
    )
    stage.pass_time(60)
    machine = stage.lab.drydock.world.ec2[host.instance_id]
    counts = [f"{s.name} {_running(stage, s.name)} of {s.desired_count}" for s in cluster.services.values()]
    stage.tell("EFFECT", f"EC2 reports {host.instance_id} {machine.state}; running: {', '.join(counts)}")


def _running(stage: Stage, service: str) -> int:
    tasks = stage.cluster("harbour").tasks.values()
    return sum(task.service == service and task.last_status == "RUNNING" for task in tasks)


def _again(stage: Stage, host: ContainerInstance) -> None:
    stage.tell("EVENT", f"the same warning once more, as EventBridge may deliver it: {host.instance_id}")
    known = len(stage.logged("spot", "outcome"))
    stage.send_again(WARNING)
    lines = stage.wait("the duplicate's verdict", lambda: _more(stage.logged("spot", "outcome"), known))
    stage.tell("DECISION", f"{lines[-1]['verdict']}: {lines[-1]['reason']}")
    _nothing_changed(stage)


def _not_ours(stage: Stage) -> None:
    stage.tell("EVENT", f"{WARNING}: {FOREIGN}, in a cluster that is not opted in")
    known = len(stage.logged("spot", "outcome"))
    stage.reclaim(_instance(stage, "not-ours", FOREIGN))
    lines = stage.wait("the verdict", lambda: _more(stage.logged("spot", "outcome"), known))
    stage.tell("DECISION", f"{lines[-1]['verdict']}: {lines[-1]['reason']}")
    _nothing_changed(stage)


def _nothing_changed(stage: Stage) -> None:
    calls = stage.changes()
    if len(calls) != 1:
        raise DemoError(f"One call should have changed the fleet, but there were {len(calls)}.")
    stage.tell("EFFECT", "none: still one changing call in all")


def _instance(stage: Stage, cluster: str, instance_id: str) -> ContainerInstance:
    return next(i for i in stage.cluster(cluster).instances.values() if i.instance_id == instance_id)


def _more(lines: list[dict[str, Any]], known: int) -> list[dict[str, Any]]:
    return lines if len(lines) > known else []
