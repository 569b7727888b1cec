"""Starting a server of the lab in a process group of its own, and ending the whole group."""

import os
import signal
import socket
import subprocess
import time
from contextlib import suppress

from lab.ministack.errors import LabError


def require_free(port: int, what: str) -> None:
    """LabError in one sentence when the port of a server of the lab is taken."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise LabError(
                f"Port {port} on 127.0.0.1, which {what} needs, is taken; set DOCKWARDEN_LAB_PORT to another base port "
                "(ministack uses it, drydock that + 4, the local Slack that + 14) and try again."
            ) from error


def end_group(process: subprocess.Popen[bytes], patience: float = 5.0) -> None:
    """End a process that leads its group, and all that it started, politely first."""
    _signal(process.pid, signal.SIGTERM)
    with suppress(subprocess.TimeoutExpired):
        process.wait(patience)
    deadline = time.monotonic() + patience
    while _signal(process.pid, signal.SIGKILL) and time.monotonic() < deadline:
        process.poll()
        time.sleep(0.02)
    process.wait()


def _signal(group: int, number: signal.Signals) -> bool:
    """Whether the group was still there."""
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):
        return False
    return True
