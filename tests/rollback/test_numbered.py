"""Invariants of rollbacks that need a story or a table of their own: 30, 34 and 35."""

from collections.abc import Mapping
from typing import Any

import pytest
from botocore.session import get_session

from dockwarden.causes.tasks import diagnose_task
from dockwarden.events.ecs_task_state_change import TaskStateChange
from dockwarden.rollback.causes import helps, is_unclear
from lab.drydock.model import Behaviour
from lab.drydock.service_events import message
from lab.drydock.troubles import add_trouble
from tests.fakes import event
from tests.rollback.ending import end, put_back
from tests.rollback.story import CRASH, story
from tests.rollouts import task

MINUTE = 60
LATE = Behaviour("exits", after=166, exit_code=1)
PROTECTED = "was unable to scale in due to the number of protected tasks being more than the desired count."


def test_invariant_30_a_rollback_leaves_what_autoscaling_has_set_since_and_all_else() -> None:
    """The exact arguments of the call, and the service before and after it."""
    with story() as tale:
        web = tale.service()
        tale.release(web, LATE)
        tale.run(150)
        web.desired_count, web.maximum_percent = 5, 150  # Application Auto Scaling, and somebody else
        before = (web.capacity_provider, web.launch_type, web.tags, web.strategy, web.breaker)
        tale.run(60 * MINUTE)
        [call] = [c for c in tale.installation.endpoint.log.calls if c.mutating and c.executed]
        assert (call.operation, set(call.params)) == (
            "UpdateService",
            {"cluster", "service", "taskDefinition"},
        )
        assert call.params["service"] == web.arn
        assert str(call.params["taskDefinition"]).endswith(":task-definition/web:1")
        assert (web.desired_count, web.maximum_percent) == (5, 150)
        assert before == (web.capacity_provider, web.launch_type, web.tags, web.strategy, web.breaker)
        assert end(tale, web) == put_back()
        assert len(tale.cluster.tasks_of(web)) == 5


# Developer guide, "Stopped tasks error messages", and the events of section c of the reference.
_STOPS: Mapping[str, tuple[str, bool]] = {
    "TaskFailedToStart": ("CannotPullContainerError: pull access denied", False),
    "EssentialContainerExited": ("Essential container in task exited", True),
    "UserInitiated": ("Task stopped by user", False),
    "ServiceSchedulerInitiated": ("Scaling activity initiated by (deployment ecs-svc/1)", False),
    "SpotInterruption": ("Your Spot Task was interrupted.", False),
    "TerminationNotice": ("Your Spot Task was interrupted.", False),
    "InfrastructureHealth": ("Task stopped due to a failure of the underlying infrastructure", False),
}


_MODEL: Any = get_session().get_service_model("ecs")


@pytest.mark.parametrize("code", _MODEL.shape_for("TaskStopCode").enum)
def test_invariant_34_of_all_stop_codes_only_that_of_the_code_itself_is_rolled_back(code: str) -> None:
    """A new one of AWS's has no row, and fails this test."""
    reason, taken_back = _STOPS[code]
    found = event(task("t1", 6, "STOPPED", 0, code=code, reason=reason, exits=(1,)))
    assert isinstance(found, TaskStateChange)
    diagnosis = diagnose_task(found)
    cause = diagnosis.cause if diagnosis is not None else None
    assert (cause is not None and helps(cause)) == taken_back
    assert taken_back or cause is None or not is_unclear(cause)


@pytest.mark.parametrize("kind", ["percents", "protection"])
def test_invariant_35_a_rollback_that_could_not_get_on_is_held_with_what_is_in_its_way(kind: str) -> None:
    """One of two tasks fails, the other one holds and may not be replaced."""
    with story() as tale:
        web = tale.service()
        tale.release(web, Behaviour("runs"))
        tale.run(4 * MINUTE)
        if kind == "percents":
            web.minimum_healthy_percent = web.maximum_percent = 100
        add_trouble(tale.world, CRASH, services=["web"], most=1)
        for minute in range(15):
            if (
                kind == "protection" and minute == 0
            ):  # of which drydock knows nothing; a crash loop says more since
                message(tale.world, web, PROTECTED)
            tale.run(MINUTE)
        ended = end(tale, web)
        assert (ended.runs, ended.deployment, ended.changes) == ("web:2", "SUCCESSFUL", {})
        [held] = tale.proposals()
        said = {
            "percents": "minimumHealthyPercent 100 and maximumPercent 100 ECS may replace none",
            "protection": "tasks with scale-in protection may not be stopped",
        }
        assert said[kind] in held.reason
