"""Blue/green, linear and canary deployments that fail in each lifecycle stage: taken back by one stop, or left alone."""

from dataclasses import replace
from typing import Any, get_args

import pytest
from botocore.session import get_session

from lab.drydock.model import Behaviour, Service, Strategy
from lab.drydock.strategy import Stage, StrategyKind
from lab.drydock.troubles import add_trouble
from tests.rollback.ending import FAILS, ROLLED_BACK, STOPPED, end, on, put_back
from tests.rollback.ending import stopped as taken_back
from tests.rollback.story import CRASH, Story, story

MINUTE = 60
STAGED = [kind for kind in get_args(StrategyKind) if kind != "ROLLING"]
_QUICK: dict[str, Any] = {"step_percent": 50.0, "step_bake_minutes": 1, "canary_bake_minutes": 1}
_NO_TASKS_YET = ("RECONCILE_SERVICE", "PRE_SCALE_UP")
_LONG = 600.0


def stages() -> list[str]:
    """All that ECS can say, by its service model."""
    model: Any = get_session().get_service_model("ecs")
    return list(model.shape_for("ServiceDeploymentLifecycleStage").enum)


def begun(tale: Story, kind: StrategyKind, stage: str) -> Service:
    """A service that is being deployed, and whose deployment will be in a stage for ten minutes."""
    web = tale.service(good_for=20 * MINUTE, strategy=Strategy(kind, bake_minutes=15, **_QUICK))
    tale.release(web, Behaviour("runs"))
    if stage == "RECONCILE_SERVICE":  # only where tasks of more than one revision are there
        tale.until(lambda: web.history[0].stage == "POST_SCALE_UP")
        tale.release(web, Behaviour("runs"))
    lasting = {"stopping": _LONG, "deactivating": _LONG} if stage == "CLEAN_UP" else {"stage": _LONG}
    usual = tale.world.durations
    tale.until(lambda: web.history[0].stage == before(stage))
    tale.world.durations = replace(usual, **lasting)  # only of what begins from now on
    tale.until(lambda: web.history[0].stage == stage)
    tale.world.durations = replace(tale.world.durations, stage=usual.stage)
    return web


def before(stage: str) -> str | None:
    """The stage before; None for the two in which a deployment can begin."""
    return None if stage in _NO_TASKS_YET else stages()[stages().index(stage) - 1]


def test_the_stages_here_are_those_of_ecs() -> None:
    """A new stage in the service model is not overlooked."""
    assert list(get_args(Stage)) == stages()


@pytest.mark.parametrize("kind", STAGED)
@pytest.mark.parametrize("stage", stages())
def test_a_deployment_that_fails_in_a_stage_is_stopped_in_it_and_the_old_tasks_get_the_traffic(
    kind: StrategyKind, stage: str
) -> None:
    """Before the new tasks are there nothing of it can fail: then it is stopped while they are started."""
    with story() as tale:
        web = begun(tale, kind, stage)
        whole, bad = web.history[0], f"web:{web.definition.revision}"
        add_trouble(tale.world, CRASH, revisions=[bad])
        found: list[str | None] = []
        tale.before("ecs.StopServiceDeployment", lambda: found.append(whole.stage))
        tale.run(32 * MINUTE)
        assert found == ["SCALE_UP" if stage in _NO_TASKS_YET else stage]
        ended = end(tale, web)
        # The lane of the records may hear of the loop later than the voluntary one.
        assert sorted(set(ended.cards) - {"keeps crashing"}) == sorted(set(STOPPED) - {"keeps crashing"})
        assert replace(ended, cards=STOPPED) == taken_back(bad)
        assert (web.primary.production_traffic, web.primary.test_traffic) == (100, 0)


@pytest.mark.parametrize("kind", STAGED)
def test_what_crashes_of_the_deployment_before_is_no_reason_to_stop_the_fix_in_reconcile_service(
    kind: StrategyKind,
) -> None:
    """A person was faster: nothing is stopped, however often the old tasks crash meanwhile."""
    with story() as tale:
        web = tale.service(good_for=20 * MINUTE, strategy=Strategy(kind, bake_minutes=1, **_QUICK))
        tale.release(web, CRASH)
        tale.until(lambda: "a task failed" in tale.headlines())
        tale.release(web, Behaviour("runs"))
        tale.until(lambda: web.history[0].stage is not None)
        assert web.history[0].stage == "RECONCILE_SERVICE"
        tale.run(40 * MINUTE)
        ended = end(tale, web)
        assert replace(ended, cards=()) == on("web:3", ())
        assert set(ended.cards) <= {*FAILS, "healthy again"}


@pytest.mark.parametrize("kind", STAGED)
def test_a_deployment_with_stages_that_fails_when_it_is_over_is_rolled_back(kind: StrategyKind) -> None:
    """By a deployment with stages of its own."""
    with story() as tale:
        web = tale.service(good_for=20 * MINUTE, strategy=Strategy(kind, bake_minutes=1, **_QUICK))
        tale.release(web, Behaviour("runs"))
        tale.until(lambda: web.history[0].status == "SUCCESSFUL", seconds=15)
        add_trouble(tale.world, CRASH, revisions=["web:2"])
        tale.run(40 * MINUTE)
        ended = end(tale, web)
        assert replace(ended, cards=ROLLED_BACK) == put_back()
        assert set(ended.cards) == set(ROLLED_BACK)
        assert web.primary.production_traffic == 100
