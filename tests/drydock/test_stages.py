"""Blue/green, linear and canary: what holds in each lifecycle stage, and the way back from each."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from lab.drydock.build import deploy
from lab.drydock.model import Behaviour, Strategy
from lab.drydock.scheduler import drain
from tests.drydock.deploying import BREAKS, ROLLS_BACK, Rollout, rollout

BLUE_GREEN = Strategy("BLUE_GREEN", bake_minutes=5)
LINEAR = Strategy("LINEAR", bake_minutes=5, step_percent=25, step_bake_minutes=2)
CANARY = Strategy("CANARY", bake_minutes=5, canary_percent=10, canary_bake_minutes=3)
STAGES = [
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


def _rollout(strategy: Strategy, behaviour: Behaviour | None = None, **more: Any) -> Rollout:
    return rollout(behaviour, settings={"strategy": strategy, "desired_count": 3, **more})


def _shown(made: Rollout) -> Any:
    ecs = made.session.client("ecs")
    arns = [made.service.history[0].arn]
    return ecs.describe_service_deployments(serviceDeploymentArns=arns)["serviceDeployments"][0]


def _until(made: Rollout, stage: str) -> None:
    for _ in range(2400):
        if made.service.history[0].stage == stage:
            return
        made.world.advance(1)
    raise AssertionError(f"{stage} was never reached")


def _traffic(shown: Any) -> tuple[float, float]:
    source, target = shown["sourceServiceRevisions"][0], shown["targetServiceRevision"]
    return source["requestedProductionTrafficWeight"], target["requestedProductionTrafficWeight"]


@pytest.mark.parametrize(
    ("strategy", "shares"),
    [(BLUE_GREEN, [0, 100]), (LINEAR, [0, 25, 50, 75, 100]), (CANARY, [0, 10, 100])],
)
def test_a_deployment_goes_through_its_stages(strategy: Strategy, shares: list[float]) -> None:
    """In their order, with the shares of traffic; the old tasks stay until CLEAN_UP."""
    made = _rollout(strategy)
    stages: list[str] = []
    traffic: list[float] = []
    while made.service.history[0].finished_at is None:
        made.world.advance(5)
        shown = _shown(made)
        stages += [] if shown.get("lifecycleStage") in (None, *stages[-1:]) else [shown["lifecycleStage"]]
        blue, green = _traffic(shown)
        traffic += [] if green in traffic else [green]
        source = shown["sourceServiceRevisions"][0]["runningTaskCount"]
        assert source == 3 or shown.get("lifecycleStage") == "CLEAN_UP"
        assert blue + green in (0, 100)
    assert stages == STAGES
    assert traffic == shares
    assert _shown(made)["status"] == "SUCCESSFUL"
    assert made.service.definition.revision == 2
    assert len(made.cluster.tasks_of(made.service)) == 3
    assert made.names() == [
        "SERVICE_DEPLOYMENT_IN_PROGRESS",
        "SERVICE_STEADY_STATE",
        "SERVICE_DEPLOYMENT_COMPLETED",
    ]


def test_a_stage_lasts_as_long_as_the_configuration_says() -> None:
    """Two minutes between the steps of a linear deployment, none after the last one; five minutes of baking."""
    made = _rollout(LINEAR)
    since: dict[Any, Any] = {}
    while made.service.history[0].finished_at is None:
        made.world.advance(5)
        shown = _shown(made)
        since.setdefault((shown.get("lifecycleStage"), _traffic(shown)[1]), made.world.now())
    shift = "PRODUCTION_TRAFFIC_SHIFT"
    times = [since[shift, share] for share in (25, 50, 75)] + [since["POST_PRODUCTION_TRAFFIC_SHIFT", 100]]
    assert [(b - a).total_seconds() for a, b in pairwise(times)] == [120, 120, 120]
    assert (since["CLEAN_UP", 100] - since["BAKE_TIME", 100]).total_seconds() == 300


@pytest.mark.parametrize("strategy", [BLUE_GREEN, LINEAR, CANARY], ids=lambda one: one.kind)
@pytest.mark.parametrize("stage", STAGES)
def test_every_stage_can_be_taken_back(strategy: Strategy, stage: str) -> None:
    """All traffic and the desired number of tasks are on the old revision, under its old deployment's id."""
    made = _rollout(strategy)
    blue = made.service.deployments[1]
    _until(made, stage)
    ecs = made.session.client("ecs")
    ecs.stop_service_deployment(serviceDeploymentArn=made.service.history[0].arn)
    made.world.advance(600)
    shown = _shown(made)
    assert (shown["status"], shown["statusReason"]) == (
        "ROLLBACK_SUCCESSFUL",
        "Service deployment rolled back by user.",
    )
    assert _traffic(shown) == (100, 0)
    assert made.service.primary is blue
    assert {task.definition.revision for task in made.cluster.tasks_of(made.service)} == {1}
    assert len(made.cluster.tasks_of(made.service)) == 3
    assert made.service.definition.revision == 1


def test_traffic_goes_back_before_the_new_tasks_stop() -> None:
    made = _rollout(BLUE_GREEN)
    _until(made, "BAKE_TIME")
    made.session.client("ecs").stop_service_deployment(serviceDeploymentArn=made.service.history[0].arn)
    made.world.advance(4)
    shown = _shown(made)
    assert (shown["status"], shown["lifecycleStage"]) == ("ROLLBACK_IN_PROGRESS", "PRODUCTION_TRAFFIC_SHIFT")
    assert shown["targetServiceRevision"]["runningTaskCount"] == 3
    made.world.advance(11)
    shown = _shown(made)
    assert (shown["lifecycleStage"], _traffic(shown)) == ("CLEAN_UP", (100, 0))


def test_a_revision_that_never_gets_healthy_stays_in_scale_up() -> None:
    """It gets no traffic; with a circuit breaker it is taken back."""
    made = _rollout(BLUE_GREEN, Behaviour("exits", after=5))
    made.world.advance(3600)
    assert (_shown(made)["lifecycleStage"], _traffic(_shown(made))) == ("SCALE_UP", (100, 0))
    broken = _rollout(BLUE_GREEN, Behaviour("exits", after=5), breaker=ROLLS_BACK)
    broken.world.advance(3600)
    assert _shown(broken)["status"] == "ROLLBACK_SUCCESSFUL"
    assert "circuit breaker threshold was exceeded" in _shown(broken)["statusReason"]
    assert broken.service.definition.revision == 1


def test_old_tasks_that_end_during_a_deployment_are_replaced() -> None:
    """What serves the traffic has its desired number of tasks in every stage."""
    made = _rollout(CANARY)
    _until(made, "PRODUCTION_TRAFFIC_SHIFT")
    blue = made.service.deployments[1]
    task = next(one for one in made.cluster.tasks_of(made.service) if one.started_by == blue.id)
    task.behaviour = Behaviour("exits", after=1)
    task.began = False
    made.world.task_changed(made.cluster, task)
    made.world.advance(90)
    own = [one for one in made.cluster.tasks_of(made.service) if one.started_by == blue.id]
    assert [one.last_status for one in own] == ["RUNNING"] * 3
    assert task not in own


def test_a_newer_deployment_reconciles_what_the_superseded_one_left() -> None:
    """RECONCILE_SERVICE stops the tasks without production traffic first."""
    made = _rollout(BLUE_GREEN)
    _until(made, "POST_TEST_TRAFFIC_SHIFT")
    third = deploy(made.world, made.cluster, made.service)
    _until(made, "RECONCILE_SERVICE")
    made.world.advance(1800)
    assert [whole.status for whole in made.service.history] == ["SUCCESSFUL", "STOPPED", "SUCCESSFUL"]
    assert made.service.primary is third
    assert len(made.cluster.tasks_of(made.service)) == 3


def test_the_strategy_is_set_and_shown_by_the_api() -> None:
    made = rollout()
    ecs = made.session.client("ecs")
    wanted: Any = {
        "strategy": "CANARY",
        "bakeTimeInMinutes": 7,
        "canaryConfiguration": {"canaryPercent": 20.0, "canaryBakeTimeInMinutes": 1},
        "maximumPercent": 150,
    }
    answer = ecs.update_service(cluster="demo", service="web", deploymentConfiguration=wanted)
    shown: Any = answer["service"]["deploymentConfiguration"]
    assert {key: shown[key] for key in wanted} == wanted
    assert made.service.strategy == Strategy("CANARY", 7, canary_percent=20.0, canary_bake_minutes=1)


def test_hosts_are_drained_and_counts_changed_in_the_middle_of_a_deployment() -> None:
    """Both sets move to other instances and follow the desired count; the deployment then ends as any other."""
    made = rollout(
        instances=4, balanced=False, settings={"strategy": BLUE_GREEN, "desired_count": 2}, cpu=128
    )
    _until(made, "POST_SCALE_UP")
    host = next(iter(made.cluster.instances.values()))
    drain(made.world, made.cluster, host)
    made.world.advance(240)
    assert made.cluster.tasks_on(host) == []
    made.session.client("ecs").update_service(cluster="demo", service="web", desiredCount=3)
    made.world.advance(30)
    assert made.service.history[0].stage == "BAKE_TIME"
    assert len(made.cluster.tasks_of(made.service)) == 6
    made.world.advance(900)
    assert made.service.history[0].status == "SUCCESSFUL"
    assert len(made.cluster.tasks_of(made.service)) == 3


def test_a_failed_deployment_without_rollback_leaves_the_old_tasks() -> None:
    """It starts nothing more, and the next deployment goes through all stages again."""
    made = _rollout(BLUE_GREEN, Behaviour("image-missing"), breaker=BREAKS)
    made.world.advance(1800)
    assert _shown(made)["status"] == "STOPPED"
    assert "stoppedAt" in _shown(made)
    assert {task.definition.revision for task in made.cluster.tasks_of(made.service)} == {1}
    deploy(made.world, made.cluster, made.service, behaviour=Behaviour())
    made.world.advance(1800)
    assert _shown(made)["status"] == "SUCCESSFUL"
    assert len(made.cluster.tasks_of(made.service)) == 3
