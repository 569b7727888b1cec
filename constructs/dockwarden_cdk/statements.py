"""IAM statements, each with an id that says what it is for and a sentence that says why."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, cast

from aws_cdk import aws_iam as iam

from dockwarden.permissions import Permission, Place

WHY: Mapping[str, str] = {
    "WriteOwnLogs": "its own log group and no other; the stack makes the group, so it may not",
    "ReceiveFromOwnQueue": "the event source mapping polls with the function's role",
    "ReadLedger": "intents, leases, the index, stops and modes; no Scan, because nothing needs all of it",
    "WriteLedger": "intents, leases and receipts under conditions; a transaction is authorised as its parts",
    "WriteIndex": "the index of instances, which the deploy fills; nothing else of the ledger",
    "NeverSetControls": "a stop or a mode that a person set is lifted by a person, and the record of it stays",
    "KeepMessages": "which card is which message, so that each is told once; nothing else of the ledger",
    "TellPeople": "cards for people go into the outbox and nowhere else",
    "UseKeyForLedger": "the customer-managed key, as DynamoDB asks of whoever uses a table; only through DynamoDB",
    "UseKeyForQueues": "the customer-managed key, as SQS asks of who sends and receives; only through SQS",
    "ReadSlackSecret": "the one secret that holds the Slack token",
    "ReadSlackSecretKey": "the secret may be under the same customer-managed key",
    "SetMessageAside": "a card that can never be sent goes to the dead-letter queue at once, with the reason",
    "SayOnTheBus": "what was done, as an event of source dockwarden and of no other, for pipelines and other tools",
    "InvokePinnedCopy": "exactly the function that registers pinned copies, which pass the last look like each change",
    "ReadTaskDefinitions": "the task definition that is copied, and the copies there are; IAM knows no narrower resource",
    "RegisterPinnedCopies": "copies of task definitions, in families of their own and in no other",
    "TagPinnedCopies": "the tags of the original, and of what it is a copy, at the registration and never after",
    "PassListedRoles": "exactly the roles that the settings list, to tasks of ECS and to nothing else",
    "AssumeActRole": "exactly the act roles of its own playbooks, after the guard said go",
}
"""Why each statement that no playbook declares is there."""


POLICY = "DefaultPolicy"
"""The construct id of a role's only policy: the CDK's own for it, so that nothing can add a second one unseen."""


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


def grant(role: iam.Role, statement: iam.PolicyStatement) -> None:
    """Add a statement to the one inline policy of a role that `Platform.role` made."""
    cast("iam.Policy", role.node.find_child(POLICY)).add_statements(statement)


def declared(permissions: Sequence[Permission], place: Place) -> list[iam.PolicyStatement]:
    """The statements of what playbooks declare, each once; none for a permission that is about nothing here."""
    made = {sid_of(found): found.statement(place) for found in compact(permissions)}
    return [
        iam.PolicyStatement.from_json({"Sid": sid, **statement})
        for sid, statement in made.items()
        if statement is not None
    ]


def compact(permissions: Sequence[Permission]) -> list[Permission]:
    """The permissions with those of one service and kind as one, because each repeats every cluster.

    What only the condition keeps to the listed clusters shares it whatever its resources: each action still
    reaches resources of its own type alone.
    """
    groups: dict[tuple[object, ...], list[Permission]] = {}
    for found in permissions:
        conditions = tuple((operator, *tests.items()) for operator, tests in found.conditions.items())
        shared = found.for_clusters and "*" not in found.resources
        resources = "in listed clusters" if shared else found.resources
        groups.setdefault((_service(found), resources, conditions), []).append(found)
    return [_one(group) for group in groups.values()]


def _one(group: Sequence[Permission]) -> Permission:
    actions = dict.fromkeys(action for found in group for action in found.actions)
    whys = dict.fromkeys(found.why for found in group)
    resources = dict.fromkeys(arn for found in group for arn in found.resources)
    return replace(group[0], actions=tuple(actions), resources=tuple(resources), why="; ".join(whys))


def sid_of(permission: Permission) -> str:
    """The id of a declared statement: service and operations, as EcsListContainerInstances."""
    service = _service(permission).capitalize()
    return service + "".join(action.partition(":")[2] for action in permission.actions)


def _service(permission: Permission) -> str:
    return permission.actions[0].partition(":")[0]
