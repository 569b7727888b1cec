"""The custom resource of the deploy: fills the index, and refuses to leave live drains behind unsaid."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.request import Request, urlopen

from dockwarden.errors import DockwardenError
from dockwarden.events.dockwarden_sweep import Sweep
from dockwarden.events.envelope import Envelope
from dockwarden.runtime import wiring
from dockwarden.runtime.arrivals import Arrival
from dockwarden.runtime.engine import Engine
from dockwarden.runtime.parts import Parts
from dockwarden.runtime.remaining import remaining
from dockwarden.runtime.telemetry import logger

_ANSWER_SECONDS = 10


def fill(parts: Parts) -> str:
    """Fill the index from the opted-in clusters as they are now; what came of it, in words."""
    sweep = Sweep(Envelope("dockwarden", "Dockwarden Sweep", None, None, None, None, (), None, {}))
    results = Engine(parts, wiring.playbooks()).run([Arrival("fill", sweep)])
    return "; ".join(outcome.reason for result in results for outcome in result.outcomes)


def answer_to(event: Mapping[str, Any]) -> tuple[bool, str]:
    """Whether CloudFormation may go on, and why.

    A fill that fails does not fail the deploy: the sweep fills the index within minutes, and until then a
    Spot warning costs a list in each cluster. A delete is refused while a drain is live.
    """
    parts = wiring.parts()
    try:
        if event.get("RequestType") != "Delete":
            return True, fill(parts)
        left = remaining(parts)
        return not left, "; ".join(left) or "nothing is left behind"
    except DockwardenError as error:
        return True, f"not filled: {error}"


def handle(event: Mapping[str, Any], _context: object) -> None:
    """The Lambda handler, called by CloudFormation."""
    allowed, reason = answer_to(event)
    logger.info(
        "index fill", extra={"request_type": event.get("RequestType"), "allowed": allowed, "why": reason}
    )
    document = {
        "Status": "SUCCESS" if allowed else "FAILED",
        "Reason": reason[:1000],
        "PhysicalResourceId": event.get("PhysicalResourceId") or "dockwarden-index",
        "StackId": event["StackId"],
        "RequestId": event["RequestId"],
        "LogicalResourceId": event["LogicalResourceId"],
        "Data": {"Outcome": reason[:1000]},
    }
    request = Request(event["ResponseURL"], json.dumps(document).encode(), {"Content-Type": ""}, method="PUT")  # noqa: S310  CloudFormation's own presigned URL
    with urlopen(request, timeout=_ANSWER_SECONDS):  # noqa: S310
        pass
