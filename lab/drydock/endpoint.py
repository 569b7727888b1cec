"""One request in, one answer out: what both faces share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lab.drydock import faults
from lab.drydock.api import registry
from lab.drydock.calls import Call, CallLog
from lab.drydock.errors import AnswerInvalidError, AwsError, LostAnswerError
from lab.drydock.names import Names
from lab.drydock.protocol import (
    ApiRequest,
    ApiResponse,
    model,
    operation_of,
    parse,
    service_of,
    write_answer,
    write_error,
)
from lab.drydock.trail import Caller

if TYPE_CHECKING:
    from lab.drydock.api.operation import Operation
    from lab.drydock.world import World


REQUEST_ID_SEED = 4570


class Endpoint:
    """The API of a world: parses, checks, executes, logs and answers.

    `violations` keeps what `AnswerInvalidError` said, for a face that cannot raise it into the caller.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self.log = CallLog()
        self.faults = faults.FaultPlan()
        self.violations: list[str] = []
        # Request ids come from an own stream, so that reading more does not change the ids of events.
        self._ids = Names(world.names.account, world.names.region, seed=REQUEST_ID_SEED)

    def handle(self, request: ApiRequest) -> ApiResponse:
        """Answer a request; raises `LostAnswerError` for a planned loss, `AnswerInvalidError` for an own bug."""
        with self.world.lock:
            call = self._begin(request)
            try:
                return self._execute(request, call)
            except AwsError as error:
                call.error, call.message = error.code, error.message
                return write_error(call.service, error, call.request_id)
            except LostAnswerError:
                call.answered = False
                raise
            except AnswerInvalidError as error:
                self.violations.append(str(error))
                raise
            finally:
                self.world.log.flush()

    def _begin(self, request: ApiRequest) -> Call:
        call = Call(
            at=self.world.now(),
            request_id=self._ids.uuid(),
            service=service_of(request),
            operation=operation_of(request),
            access_key=request.access_key,
            user_agent=request.headers.get("user-agent"),
        )
        self.log.calls.append(call)
        return call

    def _execute(self, request: ApiRequest, call: Call) -> ApiResponse:
        if call.service is None:
            raise AwsError(
                "UnknownOperationException", f"drydock does not know the service of {call.operation}"
            )
        operation = registry.find(call.service, call.operation)
        shape = model(call.service).operation_model(call.operation)
        call.params = parse(call.service, shape, request)
        call.mutating, call.targets = operation.mutating, operation.targets(call.params)
        fault = self.faults.meet(call.operation)
        faults.before(fault)
        call.answer = self._run(operation, call, faults.refused(fault, call.targets))
        faults.after(fault)
        return write_answer(call.service, shape, call.answer, call.request_id)

    def _run(self, operation: Operation, call: Call, refusals: dict[str, str]) -> dict[str, Any]:
        self.world.refusals = refusals
        arn = f"arn:aws:iam::{self.world.names.account}:user/{call.access_key}"
        self.world.caller = Caller(arn, call.user_agent or "")
        try:
            answer = operation.run(self.world, call.params)
        finally:
            self.world.refusals, self.world.caller = {}, None
        call.executed = True
        return answer
