"""A story whose platform has switched pinned copies on: the function that registers them is called in this process."""

import json
from dataclasses import dataclass, field, replace
from io import BytesIO
from typing import Any

from dockwarden.aws.clients import ACT_ATTEMPTS, Clients
from dockwarden.runtime import pinned_copy
from dockwarden.runtime.config import Config
from tests.fakes import ACCOUNT, REGION
from tests.rollback.story import Hooked, StoryClients, StoryInstallation

FUNCTION = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:dockwarden-pinned-copy"
ANSWERED = "the answer of the function"
"""What a hook is called that happens when the function has done its work and before its answer is there."""

TASK_ROLE, EXECUTION_ROLE = (f"arn:aws:iam::{ACCOUNT}:role/{name}" for name in ("shop-task", "shop-start"))


@dataclass
class Function:
    """Lambda that runs the function of pinned copies on drydock's ECS."""

    clients: "PinningClients"
    roles: tuple[str, ...]

    def invoke(self, FunctionName: str, Payload: bytes) -> dict[str, Any]:  # noqa: N803
        assert FunctionName == FUNCTION
        plan = self.clients.plan
        assert isinstance(plan, Hooked)
        plan.before("lambda.Invoke")
        event = json.loads(Payload)
        answer = pinned_copy.answer_to(event, FUNCTION, self.roles, self.clients.client("ecs"))
        if (hook := plan.hooks.pop(ANSWERED, None)) is not None:
            hook()
        return {"StatusCode": 200, "Payload": BytesIO(json.dumps(answer).encode())}


class PinningClients(StoryClients):
    """The same with Lambda, which has that function."""

    roles: tuple[str, ...] = ()

    def _make(self, service: str, **credentials: str) -> Any:
        return Function(self, self.roles) if service == "lambda" else super()._make(service, **credentials)

    def assume(self, role_arn: str, session_name: str) -> Clients:
        self.client("sts").assume_role(RoleArn=role_arn, RoleSessionName=session_name)
        under = PinningClients(self.endpoint, self.plan, self._bodies)
        under.attempts, under.roles = ACT_ATTEMPTS, self.roles
        return under


@dataclass
class Pinning(StoryInstallation):
    """An installation with pinned copies, of task definitions with these roles."""

    roles: tuple[str, ...] = field(default=(TASK_ROLE, EXECUTION_ROLE))

    def config(self) -> Config:
        return replace(super().config(), pinned_copies=FUNCTION)

    def clients(self) -> Clients:
        made = PinningClients(self.endpoint, self.plan, self.bodies)
        made.roles = self.roles
        return made
