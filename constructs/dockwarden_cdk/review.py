"""The permissions of an installation as text, for a person who reviews them, read from the template itself."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

from aws_cdk import CfnElement
from aws_cdk import aws_iam as iam
from constructs import IConstruct

from dockwarden.playbook import Playbook, registry
from dockwarden_cdk.lane_function import read_permissions
from dockwarden_cdk.pinned_copies import NAME
from dockwarden_cdk.stack import DockwardenStack, by_lane
from dockwarden_cdk.statements import WHY, compact, sid_of

HEAD = """\
What Dockwarden may do in an account: every playbook, what it hears, and every IAM statement.

Read from the CloudFormation template with every ceiling at enforce, one cluster listed, CLUSTER, and pinned copies
switched on for one role; a test compares this file with the code, and `make snapshot` writes it anew. Each listed
cluster adds its own ARNs. Without [pinned_copies] neither the function pinned-copy nor any iam:PassRole exists.
Under a ceiling of observe or off, the act role of a playbook does not exist; without a listed cluster no
statement about ECS does. <Name> stands for what the stack itself makes.
"""

STATEFUL = ("AWS::DynamoDB::Table", "AWS::KMS::Key", "AWS::SQS::Queue")

Template = Mapping[str, Any]


def permissions_text(stack: DockwardenStack, template: Template) -> str:
    """The whole review of a stack with its synthesized template."""
    lines = [HEAD]
    for lane in stack.lanes:
        for playbook in lane.playbooks:
            lines += _playbook(playbook)
            act_role = lane.act_roles.get(playbook.name)
            if act_role is not None:
                lines += _role("act role", act_role, stack, template)
            lines.append("")
    for name, role in _function_roles(stack).items():
        lines += [f"function {name}", *_role("role", role, stack, template), ""]
    return "\n".join(lines).rstrip() + "\n"


def stateful_ids(template: Template) -> str:
    """The logical ids of everything that holds something: a new id would mean a new, empty one."""
    found = [f"{r['Type']} {name}" for name, r in template["Resources"].items() if r["Type"] in STATEFUL]
    return "\n".join(sorted(found)) + "\n"


def _function_roles(stack: DockwardenStack) -> dict[str, iam.Role]:
    lanes = {lane.declaration.name: lane.function.role for lane in stack.lanes}
    pinned = {NAME: stack.pinned.role} if stack.pinned is not None else {}
    return {**lanes, "index-fill": stack.fill.worker.role, "notifier": stack.outbox.role, **pinned}


def _playbook(playbook: Playbook) -> list[str]:
    return [
        f"playbook {playbook.name}: {playbook.summary}",
        f"  lane {playbook.lane.name}",
        *(f"  hears {json.dumps(pattern)}" for pattern in playbook.patterns()),
    ]


def _role(title: str, role: iam.Role, stack: DockwardenStack, template: Template) -> Iterator[str]:
    """What a role trusts and what it may."""
    logical_id = logical_id_of(stack, role)
    for statement in template["Resources"][logical_id]["Properties"]["AssumeRolePolicyDocument"]["Statement"]:
        yield f"  {title}, trusts {_readable(next(iter(statement['Principal'].values())))}{_conditions(statement)}"
    for statement in statements_of(logical_id, template):
        yield f"    {statement['Sid']}: {why(statement['Sid'])}"
        yield f"      {statement['Effect'].lower()} {', '.join(_listed(statement['Action']))}"
        yield from (f"      on {_readable(resource)}" for resource in _listed(statement["Resource"]))
        if condition := _conditions(statement):
            yield f"     {condition}"


def statements_of(role_id: str, template: Template) -> list[dict[str, Any]]:
    """Every statement of a role in a template."""
    policies = [
        resource["Properties"]
        for resource in template["Resources"].values()
        if resource["Type"] == "AWS::IAM::Policy" and {"Ref": role_id} in resource["Properties"]["Roles"]
    ]
    return [statement for policy in policies for statement in policy["PolicyDocument"]["Statement"]]


def why(sid: str) -> str:
    """The sentence that says why a statement is there."""
    playbooks = registry()
    lanes = by_lane(playbooks).values()
    # A playbook's own as well: the fill at deploy reads for one of them alone.
    alone = [of for p in playbooks.values() for of in (p.read_permissions(), p.act_permissions())]
    declared = [*alone, *(read_permissions(lane, alarms=True) for lane in lanes)]
    permissions = [permission for group in declared for permission in compact(group)]
    return {**WHY, **{sid_of(permission): permission.why for permission in permissions}}[sid]


def logical_id_of(stack: DockwardenStack, construct: IConstruct) -> str:
    """The id of a construct's resource in the template."""
    return str(stack.resolve(cast("CfnElement", construct.node.default_child).logical_id))


def _conditions(statement: Mapping[str, Any]) -> str:
    tests = [
        f"{operator} {key} {' or '.join(_readable(value) for value in _listed(values))}"
        for operator, keys in statement.get("Condition", {}).items()
        for key, values in keys.items()
    ]
    return " if " + " and ".join(tests) if tests else ""


def _listed(value: object) -> Sequence[Any]:
    return value if isinstance(value, list) else [value]


_PSEUDO = {
    "AWS::Partition": "aws",
    "AWS::Region": "REGION",
    "AWS::AccountId": "ACCOUNT",
    "AWS::URLSuffix": "amazonaws.com",
}


def _readable(value: Any) -> str:
    """A value of a template as one text."""
    match value:
        case {"Ref": name}:
            return _PSEUDO.get(name, f"<{_unhashed(name)}>")
        case {"Fn::GetAtt": [name, attribute]}:
            return f"<{_unhashed(name)}.{attribute}>"
        case {"Fn::Join": [separator, parts]}:
            return str(separator).join(_readable(part) for part in parts)
    return str(value)


def _unhashed(logical_id: str) -> str:
    return re.sub(r"[0-9A-F]{8}$", "", logical_id)
