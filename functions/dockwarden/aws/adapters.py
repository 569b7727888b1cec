"""Which adapter performs which kind of action: one line a kind."""

from collections.abc import Mapping
from typing import Any

from dockwarden.actions import ActivateContainerInstance, DrainContainerInstance
from dockwarden.aws.adapting import Adapter
from dockwarden.aws.instance_status import SetInstanceStatus
from dockwarden.aws.service_changes import StopDeployment, UpdateService
from dockwarden.service_actions import RollBackService, RollForwardService, StopServiceDeployment

ADAPTERS: Mapping[str, Adapter[Any]] = {
    DrainContainerInstance.KIND: SetInstanceStatus("DRAINING"),
    ActivateContainerInstance.KIND: SetInstanceStatus("ACTIVE"),
    RollBackService.KIND: UpdateService(),
    RollForwardService.KIND: UpdateService(),
    StopServiceDeployment.KIND: StopDeployment(),
}
