"""What somebody else did to a target that Dockwarden could have changed: the yardstick of readiness."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Deed:
    """A call that changed a target.

    `target` is the resource part of its ARN (`container-instance/CLUSTER/ID`, `service/CLUSTER/NAME`), which names it
    within an account and region. `kind` is that of the action that does the same, so that setting a host to ACTIVE
    has another one than draining it.
    """

    id: str
    target: str
    kind: str
    by: str
    at: datetime
    person: bool


def resource_of(arn: str) -> str:
    """The resource part of an ARN, under which deeds on it are kept; what is no ARN stays as it is."""
    return arn.split(":", 5)[5] if arn.count(":") > 4 else arn  # noqa: PLR2004 - an ARN has six parts
