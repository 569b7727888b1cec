"""The function that registers pinned copies of task definitions, and does nothing else: it alone may pass roles on.

It takes nothing on trust but what to copy and the digests: it reads the task definition itself, in its own account and
region, and copies what has no role but the listed ones.
"""

import json
import os
import re
from collections.abc import Collection, Mapping
from typing import Any, Protocol

from dockwarden.errors import SettingsError
from dockwarden.runtime.telemetry import logger

_DEFINITION = re.compile(r"task-definition/[A-Za-z0-9_-]{1,255}:[0-9]{1,10}")


class Context(Protocol):
    """What is needed of Lambda's context."""

    invoked_function_arn: str


def answer_to(event: Mapping[str, Any], home: str, roles: Collection[str], ecs: Any) -> dict[str, Any]:
    """The answer: `copy`, or `why` not, with `refused` where no other try helps and `retry` where one may.

    `home` is the ARN of this function. The answer holds no value of a task definition but its name and roles.
    """
    # Imported here, so that a request that is refused at once pays for no SDK.
    from dockwarden.aws.errors import AWS_ERRORS, code, passing  # noqa: PLC0415
    from dockwarden.aws.pinned_definitions import NotCopiedError, PinnedDefinitions  # noqa: PLC0415

    asked = _asked(event, home)
    if asked is None:
        return {
            "refused": True,
            "why": "a task definition of this account and region, and digests, are asked for",
        }
    try:
        made = PinnedDefinitions(ecs, roles).copy(*asked)
    except NotCopiedError as error:
        return {"refused": True, "why": str(error)}
    except AWS_ERRORS as error:
        # Never the message, which may quote what was sent.
        return {"why": f"ECS answered {code(error)}", "retry": passing(error)}
    return {"copy": made.arn, "registered": made.registered}


def _asked(event: Mapping[str, Any], home: str) -> tuple[str, tuple[tuple[str, str], ...]] | None:
    """The task definition and the digests of a request, None for one that is none (invariant 69)."""
    name, digests = event.get("task_definition"), event.get("digests")
    _, partition, _, region, account, *_ = home.split(":")
    ours = f"arn:{partition}:ecs:{region}:{account}:"
    if not isinstance(name, str) or not name.startswith(ours) or not isinstance(digests, dict):
        return None
    texts = all(isinstance(part, str) for pair in digests.items() for part in pair)
    if not texts or not _DEFINITION.fullmatch(name.removeprefix(ours)):
        return None
    return name, tuple(sorted(digests.items()))


def _roles() -> list[str]:
    """The roles that the platform has listed."""
    text = os.environ.get("PINNED_ROLES", "")
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    if not isinstance(found, list):
        raise SettingsError("PINNED_ROLES", text, "the list that the deploy writes")
    return [role for role in found if isinstance(role, str)]


def handle(event: Mapping[str, Any], context: Context) -> dict[str, Any]:
    """The Lambda handler, called by the act role of a playbook."""
    from dockwarden.aws.clients import ACT_ATTEMPTS, Clients  # noqa: PLC0415

    clients = Clients(os.environ.get("AWS_REGION", "us-east-1"))
    clients.attempts = ACT_ATTEMPTS
    answer = answer_to(event, context.invoked_function_arn, _roles(), clients.client("ecs"))
    logger.info("pinned copy", extra={"answer": answer, "calls": [str(call) for call in clients.calls]})
    return answer
