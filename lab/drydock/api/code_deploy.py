"""CodeDeploy: GetDeployment and StopDeployment, of deployments to ECS services."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from lab.drydock import rollbacks
from lab.drydock.api.operation import Answer, Operation, Params
from lab.drydock.errors import AwsError

if TYPE_CHECKING:
    from lab.drydock.code_deploy import CodeDeployment
    from lab.drydock.world import World

ID = re.compile(r"d-[A-Z0-9]{9}")
STOPPED = "No more commands will be scheduled for execution in the deployment instances"


def get_deployment(world: World, params: Params) -> Answer:
    """`GetDeployment`."""
    one = _find(world, params)
    back = one.takes_back is not None
    info: dict[str, Any] = {
        "deploymentId": one.id,
        "applicationName": one.application,
        "deploymentGroupName": one.group,
        "deploymentConfigName": "CodeDeployDefault.ECSAllAtOnce",
        "status": one.status,
        "createTime": one.created_at,
        "creator": "codeDeployRollback" if back else "user",
        "computePlatform": "ECS",
        "deploymentStyle": {"deploymentType": "BLUE_GREEN", "deploymentOption": "WITH_TRAFFIC_CONTROL"},
        **_rollback(one),
    }
    if one.status in ("Succeeded", "Failed", "Stopped"):
        info["completeTime"] = one.part_of.rollback_at or one.part_of.finished_at or world.now()
    return {"deploymentInfo": info}


def _rollback(one: CodeDeployment) -> dict[str, Any]:
    """`rollbackInfo`, whose words are recorded."""
    if one.takes_back is not None:
        text = f"Deployment {one.id} is triggered to roll back deployment {one.takes_back}."
        return {"rollbackInfo": {"rollbackTriggeringDeploymentId": one.takes_back, "rollbackMessage": text}}
    if one.taken_back_by is None:
        return {}
    text = f"Deployment {one.id} terminated. Automatic rollback is triggered with a DeploymentId {one.taken_back_by}."
    return {"rollbackInfo": {"rollbackDeploymentId": one.taken_back_by, "rollbackMessage": text}}


def stop_deployment(world: World, params: Params) -> Answer:
    """`StopDeployment` with `autoRollbackEnabled`; what is stopped without it drydock does not model."""
    one = _find(world, params)
    if one.status in ("Succeeded", "Failed", "Stopped"):
        raise AwsError(
            "DeploymentAlreadyCompletedException", f"The deployment {one.id} has already completed."
        )
    if not params.get("autoRollbackEnabled") or one.takes_back is not None:
        raise AwsError(
            "UnsupportedActionForDeploymentTypeException", "drydock models a stop that rolls back."
        )
    if one.part_of.status in ("PENDING", "IN_PROGRESS"):
        rollbacks.request(world, one.cluster, one.service, one.part_of)
    return {"status": "Succeeded", "statusMessage": STOPPED}


def _find(world: World, params: Params) -> CodeDeployment:
    named = params["deploymentId"]
    if not ID.fullmatch(named):
        raise AwsError(
            "InvalidDeploymentIdException", f"Specified DeploymentId is not in the valid format: {named}"
        )
    if named not in world.code_deployments:
        raise AwsError("DeploymentDoesNotExistException", f"The deployment {named} could not be found")
    return world.code_deployments[named]


def _targets(params: Params) -> list[str]:
    return [params["deploymentId"]]


OPERATIONS = {
    "GetDeployment": Operation(get_deployment),
    "StopDeployment": Operation(stop_deployment, mutating=True, targets=_targets),
}
