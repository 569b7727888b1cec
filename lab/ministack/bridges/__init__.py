"""What AWS does and ministack does not: one small module for each difference that Dockwarden meets."""

from lab.ministack.bridges import (
    archives,
    authorization,
    batches,
    emitter,
    function_dlq,
    lab_handlers,
    secret_ref,
    tables,
    targets,
)
from lab.ministack.bridges.bridge import Bridge

ALL: tuple[Bridge, ...] = (
    emitter.BRIDGE,
    targets.BRIDGE,
    function_dlq.BRIDGE,
    batches.BRIDGE,
    tables.BRIDGE,
    secret_ref.BRIDGE,
    archives.BRIDGE,
    authorization.BRIDGE,
    lab_handlers.BRIDGE,
)


def install_all() -> None:
    """Check every private name first, then put all bridges in place."""
    for bridge in ALL:
        bridge.verify()
    for bridge in ALL:
        bridge.install()
