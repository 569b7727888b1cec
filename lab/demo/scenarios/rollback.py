"""A release crashes ninety seconds after COMPLETED: it is taken back to what worked, and its pipeline learns it."""

import time
from collections.abc import Callable
from typing import Any

from lab.demo.errors import DemoError
from lab.demo.pipeline import TERRAFORM, Step, begin
from lab.demo.stage import Stage, words_of
from lab.drydock.build import add_service, deploy
from lab.drydock.images import image_uri, push
from lab.drydock.model import Behaviour, Service, TaskDefinition
from lab.drydock.trail import Caller
from lab.drydock.views import definition_arn
from lab.drydock.world import World

CLUSTER, SERVICE = "payments", "settle"
GOOD, BAD = "1.8.2", "1.9.0"
SWEEPS = 3
"""Five minutes apart, the first and the last are a soak of ten minutes."""

ROLLED_BACK = 3
"""The exit code of `dockwarden wait` for a release that was taken back."""

STEP, MOST_STEPS = 10, 120
"""So many seconds of the fleet's time pass at once, and so often at most."""

PAUSE = 4
"""Seconds of the machine's time that the functions get after a crash."""

LINES = ("settling batch 1 of 40", "RuntimeError: cannot extend the ring buffer")

WORLD: dict[str, Any] = {"clusters": [{"name": CLUSTER}]}


def play(stage: Stage) -> None:
    """Learn what works, deploy what does not, and see it taken back."""
    service = _running(stage.lab.drydock.world, stage)
    _learned(stage)
    step = _deployed(stage, service)
    try:
        _taken_back(stage)
        _healthy_again(stage, service)
        _pipeline_knows(stage, step)
    finally:
        step.end()


def _running(world: World, stage: Stage) -> Service:
    """The service as it has run for long, from an image of ECR."""
    for tag in (GOOD, BAD):
        push(world, SERVICE, tag)
    definition = TaskDefinition(
        SERVICE, container=SERVICE, image=image_uri(world.names, SERVICE, GOOD), log_group="/payments/settle"
    )
    return add_service(
        world,
        stage.cluster(CLUSTER),
        definition,
        desired_count=2,
        launch_type="FARGATE",
        capacity_provider="FARGATE",
        tags={"dockwarden:rollback": "safe"},
    )


def _learned(stage: Stage) -> None:
    """Let the sweep of every five minutes see the revision healthy for a soak."""
    stage.tell(
        "NOTE",
        f"here {SERVICE} has the tag dockwarden:rollback = safe, and the platform lets the rollback act (enforce); "
        f"as shipped it would only say what it would do. Times are the fleet's, which the demo moves on",
    )
    _swept(stage)
    for _ in range(SWEEPS - 1):
        stage.pass_time(300)
        _swept(stage)
    stage.tell("EVENT", f"{SERVICE}:1 was healthy in {SWEEPS} sweeps over ten minutes: it is known good")


def _swept(stage: Stage) -> None:
    """A sweep that has learned what there is to learn of the service."""
    known = len(_of_known_good(stage))
    stage.sweep("records")
    stage.wait("the sweep to have looked", lambda: _of_known_good(stage)[known:])


def _deployed(stage: Stage, service: Service) -> Step:
    """Deploy a release that crashes after it was COMPLETED; the pipeline begins to wait for it."""
    world = stage.lab.drydock.world
    deployment = deploy(
        world,
        stage.cluster(CLUSTER),
        service,
        image=image_uri(world.names, SERVICE, BAD),
        environment={"LEDGER_BATCH": "500"},
        caller=Caller("arn:aws:sts::000000000000:assumed-role/ci/release-1.9.0", TERRAFORM),
        behaviour=Behaviour("exits", after=157, exit_code=1, lines=LINES),
    )
    stage.tell("EVENT", f"{SERVICE}:2 is being deployed ({deployment.id})")
    names = (
        "--cluster",
        CLUSTER,
        "--service",
        SERVICE,
        "--task-definition",
        definition_arn(world.names, service.definition),
    )
    step = begin(stage.lab, "wait", *names, "--soak", "10m", "--every", "1s")
    stage.tell("NOTE", f"the pipeline: {' '.join(step.words)}")
    stage.wait("the pipeline to have looked", step.says)
    # A first start takes seconds, in which the fleet's minutes would pass: events would be old when they are heard.
    stage.wait("its lane to have heard of it", lambda: stage.logged("voluntary", "outcome"))
    while deployment.rollout_state != "COMPLETED":
        stage.pass_time(1)
    stage.tell("EVENT", "COMPLETED: ECS, its circuit breaker included, is done with it")
    believed = f"{service.desired_count} of {service.desired_count} tasks run, and have to for 10 min"
    stage.wait("the pipeline to see it run", lambda: step.says(believed))
    _crashed(stage)
    return step


def _crashed(stage: Stage) -> None:
    """Let time pass until the first task of the release has ended."""
    completed = stage.lab.drydock.world.now()
    while not _crashes(stage):
        stage.pass_time(1)
    after = round((stage.lab.drydock.world.now() - completed).total_seconds())
    stage.tell(
        "EVENT", f"its first task has ended with exit code 1, {after} s after COMPLETED; ECS starts another"
    )


def _taken_back(stage: Stage) -> None:
    """Let the tasks crash until the service is rolled back; the sweep comes every five minutes."""
    for step in range(MOST_STEPS):
        if step % (300 // STEP) == 0:
            stage.sweep("records")
        before = _crashes(stage)
        stage.pass_time(STEP)
        if _crashes(stage) > before and _is_known(stage):
            stage.tell("EVENT", f"{_crashes(stage)} of its tasks have ended so by now: a crash loop")
            break
    else:
        raise DemoError(f"{SERVICE} should be a crash loop, but nobody has told that.")
    if not _soon(lambda: bool(stage.changes()), 2):
        # Both lanes hear of each crash at once; where the rollback's was first, its next event or sweep decides.
        stage.sweep("voluntary")
    stage.wait("the rollback", stage.changes)
    (call,) = stage.changes()
    incident = stage.wait("the incident in Slack", lambda: _saying(stage, "exit code 1"))
    stage.tell("SLACK", incident)
    acted = stage.wait("the function's log", lambda: _acted(stage))
    stage.tell("DECISION", f"{acted['verdict']}: {acted['reason']}")
    sent = ", ".join(f"{key} {str(value).rpartition('/')[2]}" for key, value in call.params.items())
    stage.tell("EFFECT", f"one {call.operation}, with nothing but: {sent}")
    stage.tell("SLACK", stage.wait("the rollback in Slack", lambda: _saying(stage, "rolled back")))


def _healthy_again(stage: Stage, service: Service) -> None:
    """Let the rollback's own deployment come to its end, no faster than the functions hear of it."""
    rollback = service.deployments[0]
    for _ in range(MOST_STEPS):
        time.sleep(PAUSE / 5)
        if rollback.rollout_state == "COMPLETED":
            break
        stage.pass_time(STEP)
    stage.tell("SLACK", stage.wait("the end of it in Slack", lambda: _saying(stage, "healthy again")))
    tasks = [t for t in stage.cluster(CLUSTER).tasks.values() if t.last_status == "RUNNING"]
    on = {f"{t.definition.family}:{t.definition.revision}" for t in tasks}
    if on != {f"{SERVICE}:1"} or len(tasks) != service.desired_count or len(stage.changes()) != 1:
        raise DemoError(f"{SERVICE} should run on its first revision by one call, but it runs on {on}.")
    stage.tell("EFFECT", f"{len(tasks)} of {service.desired_count} tasks run, all on {SERVICE}:1")


def _pipeline_knows(stage: Stage, step: Step) -> None:
    code, printed = step.ended()
    stage.tell(
        "NOTE", f"the pipeline ends with exit code {code}; its lines have this machine's clock:\n{printed}"
    )
    if code != ROLLED_BACK:
        raise DemoError(f"`dockwarden wait` should have ended with {ROLLED_BACK}, but it ended with {code}.")


def _crashes(stage: Stage) -> int:
    return sum(task.exit_code == 1 for task in stage.cluster(CLUSTER).tasks.values())


def _is_known(stage: Stage) -> bool:
    """Whether people are told of the crash loop, for which the functions get some seconds after each crash."""
    return _soon(lambda: _saying(stage, "keeps crashing") is not None, PAUSE)


def _soon(look: Callable[[], bool], seconds: float) -> bool:
    until = time.monotonic() + seconds
    while not (found := look()) and time.monotonic() < until:
        time.sleep(0.05)
    return found


def _saying(stage: Stage, words: str) -> str | None:
    texts = [words_of(message) for message in stage.messages(SERVICE)]
    return next((text for text in reversed(texts) if words in text), None)


def _acted(stage: Stage) -> dict[str, Any] | None:
    return next((line for line in stage.logged("voluntary", "outcome") if line["verdict"] == "act"), None)


def _of_known_good(stage: Stage) -> list[dict[str, Any]]:
    return [line for line in stage.logged("records", "outcome") if line["playbook"] == "known_good"]
