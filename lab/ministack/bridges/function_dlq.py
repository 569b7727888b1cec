"""A function's own dead-letter queue."""

import json
from typing import Any

from lab.ministack.bridges.bridge import Bridge
from lab.ministack.bridges.delivery import send_to_queue
from lab.ministack.bridges.resource_types import HANDLERS, after_each_write
from lab.ministack.private import service

FUNCTIONS = service("lambda_svc", "_functions")
ROUTE = service(
    "lambda_svc",
    "_route_async_failure",
    "(target_arn: str, func_name: str, event: dict, result: dict) -> None",
)


def _keep(name: str, properties: dict[str, Any]) -> None:
    configuration = FUNCTIONS.get()[name]["config"]
    wanted = properties.get("DeadLetterConfig")
    if wanted:
        configuration["DeadLetterConfig"] = wanted
    else:
        configuration.pop("DeadLetterConfig", None)


def _install() -> None:
    route = ROUTE.get()
    after_each_write("AWS::Lambda::Function", _keep)

    def to_dead_letters(target_arn: str, func_name: str, event: Any, result: dict[str, Any]) -> None:
        configuration = (FUNCTIONS.get().get(func_name) or {}).get("config", {})
        own = (configuration.get("DeadLetterConfig") or {}).get("TargetArn")
        if target_arn != own or ":sqs:" not in target_arn:
            route(target_arn, func_name, event, result)
            return
        body = result.get("body")
        message = body.get("errorMessage", "") if isinstance(body, dict) else str(body)
        send_to_queue(own, json.dumps(event), {"ErrorCode": "200", "ErrorMessage": message[:1024]})

    ROUTE.replace(to_dead_letters)


BRIDGE = Bridge(
    name="function-dlq",
    aws="keeps a function's DeadLetterConfig and puts the raw event there, with the error as attributes",
    ministack="drops it in CloudFormation, and wraps the event as a destination would",
    names=(HANDLERS, FUNCTIONS, ROUTE),
    install=_install,
)
