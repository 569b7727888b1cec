"""Events of tasks from which nothing follows, so that a function that gets one need not wake up for it."""

from dockwarden.causes.diagnosis import Diagnosis
from dockwarden.causes.tasks import diagnose_task
from dockwarden.causes.vocabulary import INTENDED, NO_FAILURE
from dockwarden.events.ecs_task_state_change import TaskStateChange
from dockwarden.quiet import Quiet


def quiet_task(task: TaskStateChange) -> Quiet | None:
    """Return why nothing follows from an event of a task, None where something may."""
    return quiet_by(task, diagnose_task(task))


def quiet_by(task: TaskStateChange, found: Diagnosis | None) -> Quiet | None:
    """Return the same for a task of which the diagnosis is known."""
    if found is None:
        # A standalone task that has done its work may be the end of an incident.
        ended = task.service_name is None and task.last_status == "STOPPED"
        return None if ended else Quiet("nothing has failed", task.task_arn)
    # What AWS took away from a deployment is remembered: it may be why that one fails. What somebody willed is
    # not: a rollback stops the tasks of the deployment that failed, and that says nothing of why. Nor is its
    # version: no earlier event of such a stop reads as a failure, and one that did would be told when it came first.
    calm = found.cause in INTENDED or (found.cause in NO_FAILURE and task.deployment_id is None)
    return Quiet(found.sentence, task.task_arn, found.cause) if calm else None
