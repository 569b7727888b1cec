"""StopDeployment of CodeDeploy: one deployment a call, each after a last look at its service and at itself."""

from typing import Any, ClassVar

from dockwarden.aws.clients import Clients
from dockwarden.aws.code_deployments import read
from dockwarden.aws.errors import AWS_ERRORS, code
from dockwarden.aws.service_changes import ServiceChange
from dockwarden.aws.service_looks import Seen, service_now, unread
from dockwarden.code_deploy_actions import StopCodeDeployment
from dockwarden.facts.code_deploy import CONTROLLER, PLATFORM, CodeDeployment
from dockwarden.facts.task_sets import newest
from dockwarden.performing import Effect, State
from dockwarden.service_actions import revision_name

_GONE = Effect(State.GONE, "the CodeDeploy deployment is gone")
_MISSING = "DeploymentDoesNotExistException"
_OVER = "DeploymentAlreadyCompletedException"
_STOPPED = "Stopped"  # one that is Failed came to that by itself


class StopDeployment(ServiceChange[StopCodeDeployment]):
    """The adapter of the action that has CodeDeploy stop a deployment that is under way, and take it back."""

    BY: ClassVar[str] = "CodeDeploy"

    def _stands(self, readers: Clients, action: StopCodeDeployment) -> Effect | None:
        now = service_now(readers, action)
        if isinstance(now, Effect):
            return now
        if now.state.deployment_controller != CONTROLLER:
            return Effect(State.REFUSED, f"its deployment controller is {now.state.deployment_controller}")
        found = _now(readers, action.code_deployment)
        return found if isinstance(found, Effect) else _may_be_stopped(now, action, found)

    def _client(self, clients: Clients) -> Any:
        return clients.client("codedeploy")

    def _send(self, client: Any, action: StopCodeDeployment) -> Effect:
        # Without the flag the traffic stays where it is, on tasks that fail.
        answer = client.stop_deployment(deploymentId=action.code_deployment, autoRollbackEnabled=True)
        words = f"CodeDeploy stops {action.code_deployment} and takes it back ({answer.get('status')})"
        return Effect(State.DONE, words, made=action.code_deployment)

    def _refused(self, readers: Clients, action: StopCodeDeployment, error: Exception) -> Effect:
        """That it is complete says that it has moved on, which is read."""
        if code(error) == _MISSING:
            return _GONE
        if code(error) != _OVER:
            return super()._refused(readers, action, error)
        words = f"CodeDeploy refused it ({code(error)}), and the deployment is still under way"
        return self._before(readers, action) or Effect(State.FAILED, words, retry=True)

    def _found(self, readers: Clients, action: StopCodeDeployment) -> Effect:
        found = _now(readers, action.code_deployment)
        if isinstance(found, Effect):
            return found
        if found.status == _STOPPED:
            return Effect(State.DONE, f"the deployment is {_named(found)}", made=action.code_deployment)
        return Effect(State.FAILED, f"the deployment is {_named(found)}")

    def _is_over(self, readers: Clients, action: StopCodeDeployment) -> bool:
        """Whether it has ended, and the deployment that takes it back too."""
        found = _now(readers, action.code_deployment)
        if isinstance(found, CodeDeployment) and found.broken_off and found.rollback is not None:
            found = _now(readers, found.rollback)
        if isinstance(found, Effect):
            return found.state is State.GONE
        return found.broken_off or found.succeeded


def _now(readers: Clients, deployment_id: str) -> CodeDeployment | Effect:
    """A deployment, or what it means that there is none to be seen: GONE or UNKNOWN."""
    try:
        return read(readers, deployment_id)
    except AWS_ERRORS as error:
        return _GONE if code(error) == _MISSING else unread(error)


def _may_be_stopped(now: Seen, action: StopCodeDeployment, found: CodeDeployment) -> Effect | None:
    """What comes of stopping a deployment; None where it is under way, and is what the service gets (invariant 28)."""
    if found.platform != PLATFORM:
        return Effect(State.REFUSED, f"the deployment is one of the platform {found.platform}")
    if found.takes_back is not None and found.under_way:
        return Effect(State.ALREADY, f"it is CodeDeploy's own way back from {found.takes_back}")
    if found.broken_off and found.rollback is not None:
        words = f"CodeDeploy itself takes the deployment back: it is {_named(found)}"
        stopped = action.code_deployment if found.status == _STOPPED else None
        return Effect(State.ALREADY, words, made=stopped)
    if not found.under_way:
        return Effect(State.REFUSED, f"the deployment is not under way any more: it is {_named(found)}")
    return _compared(now, action)


def _compared(now: Seen, action: StopCodeDeployment) -> Effect | None:
    """What stands in the way by the task set that ECS shows as the newest."""
    made = newest(now.state)
    if made is None or made.external_id != action.code_deployment:
        return Effect(State.REFUSED, f"somebody has deployed since: {_shown(now)}")
    if revision_name(made.task_definition_arn or "") != revision_name(action.bad_task_definition):
        return Effect(State.REFUSED, f"the deployment brings something else by now: {_shown(now)}")
    return None


def _named(found: CodeDeployment) -> str:
    return f"{found.status}, taken back by {found.rollback}" if found.rollback else str(found.status)


def _shown(now: Seen) -> str:
    made = newest(now.state)
    if made is None:
        return "it has no task set"
    return (
        f"{revision_name(made.task_definition_arn or '?')} by {made.external_id or 'nobody that ECS names'}"
    )
