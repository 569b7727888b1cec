"""A rule target's permission, RetryPolicy and DeadLetterConfig, for queues and functions."""

import json
from typing import Any

from lab.ministack.bridges import policies
from lab.ministack.bridges.bridge import Bridge
from lab.ministack.bridges.delivery import NAMES, QUEUE, Delivery, PermanentError, current, deliver, rule_arn
from lab.ministack.private import service

INVOKE = service("eventbridge", "_invoke_target", "(target, event, rule, view=None)")
TO_QUEUE = service("eventbridge", "_dispatch_to_sqs", "(spec, payload, sqs_parameters=None)")
TO_FUNCTION = service("eventbridge", "_dispatch_to_lambda", "(arn, payload)")
FUNCTION = service(
    "lambda_svc", "_get_func_record_for_ref", "(function_ref: str) -> tuple[dict | None, dict | None, str]"
)
EXECUTION = service("lambda_svc", "_execution_record_for_config", "(func: dict, config: dict) -> dict")
INVOKE_LATER = service("lambda_svc", "invoke_async_with_retry", "(func: dict, event: dict) -> None")


def _install() -> None:
    invoke, to_queue = INVOKE.get(), TO_QUEUE.get()

    def invoke_target(target: Any, event: Any, rule: Any, view: Any = None) -> None:
        mark = current.set(Delivery.of(target, rule))
        try:
            invoke(target, event, rule, view)
        finally:
            current.reset(mark)

    def queue(spec: Any, payload: str, sqs_parameters: Any = None) -> None:
        def attempt() -> None:
            _check_queue(str(spec))
            to_queue(spec, payload, sqs_parameters)

        deliver(attempt, payload)

    def function(arn: str, payload: str) -> None:
        deliver(lambda: _invoke_function(arn, payload), payload)

    INVOKE.replace(invoke_target)
    TO_QUEUE.replace(queue)
    TO_FUNCTION.replace(function)


def _check_queue(arn: str) -> None:
    queue, rule = QUEUE.get()(arn), rule_arn()
    if not queue:
        raise PermanentError("NO_RESOURCE", f"the queue {arn} does not exist")
    attributes = queue["attributes"]
    if not policies.allows(attributes.get("Policy"), "sqs:SendMessage", arn, rule):
        raise PermanentError(
            "NO_PERMISSIONS", f"the policy of {arn} does not let {policies.EVENTS} send for {rule}"
        )
    key = attributes.get("KmsMasterKeyId")
    if key and not policies.key_allows(key, rule):
        raise PermanentError(
            "NO_PERMISSIONS", f"the key policy of {key} does not let {policies.EVENTS} use it"
        )


def _invoke_function(arn: str, payload: str) -> None:
    function, configuration, _ = FUNCTION.get()(arn)
    if not function or not configuration:
        raise PermanentError("NO_RESOURCE", f"the function {arn} does not exist")
    if not policies.allows(function.get("policy"), "lambda:InvokeFunction", arn, rule_arn()):
        raise PermanentError(
            "NO_PERMISSIONS", f"the policy of {arn} does not let {policies.EVENTS} invoke it"
        )
    try:
        event = json.loads(payload)
    except ValueError:
        event = {"body": payload}
    INVOKE_LATER.get()(EXECUTION.get()(function, configuration), event)


BRIDGE = Bridge(
    name="targets",
    aws="asks the target's policy, retries what may pass, and sends the rest to the target's dead-letter queue",
    ministack="asks nobody, tries once and forgets the event; RetryPolicy and DeadLetterConfig are stored only",
    names=(
        *(INVOKE, TO_QUEUE, TO_FUNCTION, FUNCTION, EXECUTION, INVOKE_LATER),
        *NAMES,
        *policies.NAMES,
    ),
    install=_install,
)
