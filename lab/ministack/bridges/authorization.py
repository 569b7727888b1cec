"""What AUTH=true compares with policies: a batch's action, a request's partition keys, and that it came by TLS."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from lab.ministack.bridges.bridge import Bridge
from lab.ministack.bridges.log import LOG
from lab.ministack.private import PrivateName, service

ACTION = PrivateName(
    "ministack.core.iam_actions",
    "extract_iam_action",
    "(service: str, method: str, path: str, headers: dict, body: bytes, query_params: dict) -> str | None",
)
CONTEXT = PrivateName("ministack.core.iam_actions", "dynamodb_service_context", "(body: bytes) -> dict")
REGISTER = service("sts", "register_session", "(access_key: str, session: dict) -> None")
ORIGIN = PrivateName(
    "ministack.core.iam_evaluator", "pin_request_origin", "(source_ip: str, secure_transport: bool) -> None"
)
TABLES = service("dynamodb", "_tables")

LEADING_KEYS = "dynamodb:LeadingKeys"

_EQUALS = re.compile(r"(?P<name>[#\w]+)\s*=\s*(?P<value>:\w+)")
# SQS allows a batch under the name of the single call: API reference, AddPermission, ActionName.
_SINGLE = re.compile(r"sqs:(SendMessage|DeleteMessage|ChangeMessageVisibility)Batch")


def single(action: str) -> str:
    """The IAM action of an operation: that of the single call for a batch of SQS, else the same."""
    found = _SINGLE.fullmatch(action)
    return f"sqs:{found[1]}" if found else action


def leading_keys(request: Any, key_of: Callable[[str], str]) -> list[str]:
    """The values of the partition key that a DynamoDB request names; `key_of` says a table's partition key.

    A transaction gives the keys of all its items to each of them, where AWS gives each its own.
    """
    values = [named[key_of(table)] for table, named in _named(request) if key_of(table) in named]
    return [str(next(iter(value.values()))) for value in values]


def _named(request: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """The attributes that a request names, with their table."""
    match request:
        case {"TransactItems": list(items)}:
            for item in items:
                for part in item.values():
                    yield from _named(part)
        case {"RequestItems": dict(tables)}:
            for table, asked in tables.items():
                yield from ((table, key) for key in _keys(asked))
        case {"TableName": table, "KeyConditionExpression": str(expression)}:
            names = request.get("ExpressionAttributeNames", {})
            values = request.get("ExpressionAttributeValues", {})
            found = _EQUALS.finditer(expression)
            yield (
                table,
                {names.get(e["name"], e["name"]): values[e["value"]] for e in found if e["value"] in values},
            )
        case {"TableName": table, "Key": dict(key)} | {"TableName": table, "Item": dict(key)}:
            yield table, key


def _keys(asked: Any) -> Iterator[dict[str, Any]]:
    """The keys of one table in a BatchGetItem or BatchWriteItem."""
    if isinstance(asked, dict):
        yield from asked.get("Keys", [])
    else:
        yield from (part.get("Key") or part["Item"] for entry in asked for part in entry.values())


def _partition_key(table: str) -> str:
    record = TABLES.get().get(table.rpartition("/")[2]) or {}
    return str(record.get("pk_name", ""))


def _install() -> None:
    action_of, context_of, register, origin = ACTION.get(), CONTEXT.get(), REGISTER.get(), ORIGIN.get()
    known: set[str] = set()

    def action(*request: Any) -> str | None:
        found = action_of(*request)
        return None if found is None else single(found)

    def context(body: bytes) -> dict[str, Any]:
        found: dict[str, Any] = context_of(body)
        # It finds nothing only in what is no request at all.
        keys = leading_keys(json.loads(body or b"{}"), _partition_key) if found else []
        return {**found, LEADING_KEYS: keys} if keys else found

    def registered(access_key: str, session: dict[str, Any]) -> None:
        register(access_key, session)
        if access_key not in known:
            known.add(access_key)
            LOG.info("session of %s: %s", access_key, session.get("Arn"))  # lab.ministack.server reads it

    def from_loopback(source_ip: str, _secure: bool) -> None:  # noqa: FBT001 - ministack's signature
        origin(source_ip, True)  # noqa: FBT003

    ACTION.replace(action)
    CONTEXT.replace(context)
    REGISTER.replace(registered)
    ORIGIN.replace(from_loopback)


BRIDGE = Bridge(
    name="authorization",
    aws="allows a batch of SQS by the single call's action, knows dynamodb:LeadingKeys, and is called by TLS",
    ministack="asks for sqs:SendMessageBatch, which no policy can name, lacks the key, and speaks HTTP here",
    names=(ACTION, CONTEXT, REGISTER, ORIGIN, TABLES),
    install=_install,
)
