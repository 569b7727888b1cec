"""Which adapter performs which kind of action: one line a kind."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from dockwarden.actions import ActivateContainerInstance, DrainContainerInstance
from dockwarden.aws.adapting import Adapter
from dockwarden.aws.instance_status import SetInstanceStatus
from dockwarden.late import Late


def _update_service() -> Adapter[Any]:
    # Imported late, as below: who drains hosts needs nothing of services.
    from dockwarden.aws.service_changes import UpdateService  # noqa: PLC0415

    return UpdateService()


def _stop_deployment() -> Adapter[Any]:
    from dockwarden.aws.service_changes import StopDeployment  # noqa: PLC0415

    return StopDeployment()


def _to_pinned_copy(function: str | None = None) -> Adapter[Any]:
    from dockwarden.aws.pinned_copies import ToPinnedCopy  # noqa: PLC0415

    return ToPinnedCopy(function)


def _from_pinned_copy() -> Adapter[Any]:
    from dockwarden.aws.pinned_copies import FromPinnedCopy  # noqa: PLC0415

    return FromPinnedCopy()


def _stop_in_code_deploy() -> Adapter[Any]:
    from dockwarden.aws.code_deploy import StopDeployment  # noqa: PLC0415

    return StopDeployment()


_MAKERS: Mapping[str, Callable[[], Adapter[Any]]] = {
    DrainContainerInstance.KIND: lambda: SetInstanceStatus("DRAINING"),
    ActivateContainerInstance.KIND: lambda: SetInstanceStatus("ACTIVE"),
    # The kinds of the actions on services, whose modules are not imported here; a test holds both together.
    "UpdateService": _update_service,
    "UpdateService:FORWARD": _update_service,
    "UpdateService:PINNED": _to_pinned_copy,
    "UpdateService:UNPINNED": _from_pinned_copy,
    "StopServiceDeployment": _stop_deployment,
    "StopDeployment": _stop_in_code_deploy,
}

ADAPTERS: Mapping[str, Adapter[Any]] = Late(_MAKERS)


def adapters(pinned_copies: str | None) -> Mapping[str, Adapter[Any]]:
    """The same of an installation with a function that registers pinned copies, by its ARN; None: it has none."""
    return Late({**_MAKERS, "UpdateService:PINNED": partial(_to_pinned_copy, pinned_copies)})
