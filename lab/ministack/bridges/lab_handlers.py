"""The lab's wiring in place of Dockwarden's own handlers: the only way to another clock or Slack."""

import re
from typing import Any

from lab.ministack.bridges.bridge import Bridge
from lab.ministack.bridges.log import LOG
from lab.ministack.private import PrivateName

SPAWN = PrivateName("ministack.core.lambda_runtime", "Worker._spawn", "(self)")

_OURS = re.compile(r"dockwarden[./]runtime[./](?P<name>\w+)\.handle")


def rewired(handler: str) -> str:
    """The handler that a worker loads: `lab_handler.<x>` for `dockwarden.runtime.<x>.handle`, else the same."""
    ours = _OURS.fullmatch(handler)
    return f"lab_handler.{ours['name']}" if ours else handler


def _install() -> None:
    spawn = SPAWN.get()

    def spawn_rewired(self: Any) -> None:
        stored = self.config
        handler = stored.get("Handler", "")
        self.config = {**stored, "Handler": rewired(handler)}
        LOG.info("worker for %s: %s", stored.get("FunctionName"), self.config["Handler"])
        try:
            spawn(self)
        finally:
            self.config = stored

    SPAWN.replace(spawn_rewired)


BRIDGE = Bridge(
    name="lab-handlers",
    aws="runs the handler that the function names",
    ministack="does the same; here a worker of ours starts with the lab's clock and Slack, the stored name stays",
    names=(SPAWN,),
    install=_install,
)
