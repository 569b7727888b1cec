"""IAM statements, each with an id that says what it is for and a sentence that says why."""

from collections.abc import Mapping, Sequence
from typing import Any

from aws_cdk import aws_iam as iam

from dockwarden.permissions import Permission, Place

WHY: Mapping[str, str] = {
    "WriteOwnLogs": "its own log group and no other; the stack makes the group, so it may not",
    "ReceiveFromOwnQueue": "the event source mapping polls with the function's role",
    "ReadLedger": "intents, leases, the index, stops and modes; no Scan, because nothing needs all of it",
    "WriteLedger": "intents, leases and receipts under conditions; a transaction is authorised as its parts",
    "NeverSetControls": "a stop or a mode that a person set is lifted by a person, and the record of it stays",
    "KeepMessages": "which card is which message, so that each is told once; nothing else of the ledger",
    "TellPeople": "cards for people go into the outbox and nowhere else",
    "UseKeyForLedgerAndQueues": "the customer-managed key, only through DynamoDB and SQS",
    "ReadSlackSecret": "the one secret that holds the Slack token",
    "ReadSlackSecretKey": "the secret may be under the same customer-managed key",
    "SetMessageAside": "a card that can never be sent goes to the dead-letter queue at once, with the reason",
    "AssumeActRole": "exactly the act roles of its own playbooks, after the guard said go",
}
"""Why each statement that no playbook declares is there."""


def allow(
    sid: str, actions: Sequence[str], resources: Sequence[str], conditions: Mapping[str, Any] | None = None
) -> iam.PolicyStatement:
    """A statement that allows actions; its id must have a sentence in WHY."""
    return _statement(iam.Effect.ALLOW, sid, actions, resources, conditions)


def deny(
    sid: str, actions: Sequence[str], resources: Sequence[str], conditions: Mapping[str, Any]
) -> iam.PolicyStatement:
    """A statement that forbids actions whatever else allows them; its id must have a sentence in WHY."""
    return _statement(iam.Effect.DENY, sid, actions, resources, conditions)


def _statement(
    effect: iam.Effect,
    sid: str,
    actions: Sequence[str],
    resources: Sequence[str],
    conditions: Mapping[str, Any] | None,
) -> iam.PolicyStatement:
    if sid not in WHY:
        raise KeyError(sid)
    return iam.PolicyStatement(
        effect=effect,
        sid=sid,
        actions=list(actions),
        resources=list(resources),
        conditions=dict(conditions or {}),
    )


def declared(permissions: Sequence[Permission], place: Place) -> list[iam.PolicyStatement]:
    """The statements of what playbooks declare, each once; none for a permission that is about nothing here."""
    made: dict[str, iam.PolicyStatement] = {}
    for permission in permissions:
        statement = permission.statement(place)
        if statement is not None:
            sid = sid_of(permission)
            made[sid] = iam.PolicyStatement.from_json({"Sid": sid, **statement})
    return list(made.values())


def sid_of(permission: Permission) -> str:
    """The id of a declared statement: service and operations, as EcsListContainerInstances."""
    service = permission.actions[0].partition(":")[0].capitalize()
    return service + "".join(action.partition(":")[2] for action in permission.actions)
