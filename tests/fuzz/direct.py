"""drydock's ECS as a client of boto3's shape, without signing, wire formats or sockets: thousands of calls a second.

Requests are still checked against botocore's model of the service, and so is every answer.
"""

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from botocore import xform_name
from botocore.exceptions import ClientError, ReadTimeoutError

from dockwarden.aws.clients import Clients
from lab.drydock import faults
from lab.drydock.api import registry
from lab.drydock.calls import Call
from lab.drydock.checks import check_answer, check_request
from lab.drydock.endpoint import Endpoint
from lab.drydock.errors import AwsError, LostAnswerError
from lab.drydock.protocol import model
from tests.fakes import REGION
from tests.fuzz.interruption import Interruption

Params = dict[str, Any]
Watch = Callable[[Call], None]


@cache
def _operations(service: str) -> dict[str, str]:
    return {xform_name(name): name for name in model(service).operation_names}


@cache
def _shape(service: str, operation: str) -> Any:
    return model(service).operation_model(operation)


def _nobody(_: Call) -> None:
    """Look at no call."""


class DirectEndpoint(Endpoint):
    """The API of a world for direct clients; `watch` sees each changing call right before it is carried out."""

    watch: Watch = staticmethod(_nobody)
    watched: Watch = staticmethod(_nobody)

    def call(self, service: str, name: str, params: Params, caller: str) -> Params:
        """Answer a call; raises what boto3 would raise."""
        call = Call(self.world.now(), "", service, name, caller, None, params)
        self.log.calls.append(call)
        try:
            return self._answered(call, registry.find(service, name), _shape(service, name))
        except AwsError as error:
            call.error = error.code
            raise _raised(error, name) from error
        except LostAnswerError as error:
            call.answered = False
            raise ReadTimeoutError(endpoint_url="https://ecs", error=error) from error
        finally:
            self.world.log.flush()

    def _answered(self, call: Call, operation: Any, shape: Any) -> Params:
        check_request(str(call.service), shape, call.params)
        call.mutating, call.targets = operation.mutating, operation.targets(call.params)
        fault = self.faults.meet(call.operation)
        faults.before(fault)
        if call.mutating:
            self.watch(call)
        call.answer = self._run(operation, call, faults.refused(fault, call.targets))
        if call.mutating:
            self.watched(call)
        faults.after(fault)
        check_answer(str(call.service), shape, call.answer)
        answer: Params = _plain(call.answer)
        return answer


def _plain(value: Any) -> Any:
    """An answer of its own, without absent members, as boto3 gives it."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items() if item is not None}
    return [_plain(item) for item in value] if isinstance(value, list) else value


def _raised(error: AwsError, operation: str) -> ClientError:
    said: Any = {
        "Error": {"Code": error.code, "Message": error.message},
        "ResponseMetadata": {"HTTPStatusCode": error.status},
    }
    return ClientError(said, operation)


class DirectClient:
    """One identity's client of one service."""

    def __init__(self, endpoint: DirectEndpoint, service: str, caller: str, plan: Interruption) -> None:
        self._endpoint, self._service, self._caller, self._plan = endpoint, service, caller, plan

    def __getattr__(self, method: str) -> Callable[..., Params]:
        operation = _operations(self._service)[method]

        def call(**params: Any) -> Params:
            named = f"{self._service}:{operation}"
            self._plan.before(named, changes=operation.startswith("Update"))
            answer = self._endpoint.call(self._service, operation, params, self._caller)
            self._plan.after(named)
            return answer

        return call

    def get_paginator(self, method: str) -> "Pages":
        """All pages of a list."""
        return Pages(getattr(self, method))


class Pages:
    """A paginator."""

    def __init__(self, call: Callable[..., Params]) -> None:
        self._call = call

    def paginate(self, **params: Any) -> Iterator[Params]:
        """The answers, one a page."""
        token: Params = {}
        while True:
            answer = self._call(**params, **token)
            yield answer
            if "nextToken" not in answer:
                return
            token = {"nextToken": answer["nextToken"]}


class DirectClients(Clients):
    """The clients of one function; `denied` says that its act role cannot be assumed."""

    def __init__(self, endpoint: DirectEndpoint, plan: Interruption, caller: str = "reader") -> None:
        super().__init__(REGION)
        self.endpoint, self.plan, self.caller = endpoint, plan, caller
        self.denied = False

    def _make(self, service: str, **_: str) -> Any:
        return DirectClient(self.endpoint, service, self.caller, self.plan)

    def assume(self, role_arn: str, session_name: str) -> Clients:
        """The act role's clients, whose calls the session names."""
        self.plan.before("sts:AssumeRole", changes=False)
        if self.denied:
            raise _raised(AwsError("AccessDenied", "not authorized to perform sts:AssumeRole"), "AssumeRole")
        self.plan.after("sts:AssumeRole")
        return DirectClients(self.endpoint, self.plan, f"{role_arn.rpartition('/')[2]}/{session_name}")
