"""The function that registers pinned copies: not there unless it is asked for, and what its role may then."""

import json
from collections.abc import Callable
from dataclasses import replace
from functools import cache

import pytest

from dockwarden.errors import SettingsError
from dockwarden.runtime.config import read_config
from dockwarden_cdk import PinnedCopies, PinnedCopyFunction, PlaybookSettings, Settings
from dockwarden_cdk.samples import enforcing
from dockwarden_cdk.settings_file import from_document
from tests.cdk.resolved import HOME, statements
from tests.cdk.stacks import EVERY, Synthesized, acting, listed, synthesize, text
from tests.iam import Request, allows

ROLES = tuple(f"arn:aws:iam::111122223333:role/{name}" for name in ("shop-task", "path/shop-start"))
COPY = f"{HOME}:task-definition/web-7-0a1b2c3d-dockwarden-pinned"
HANDLER = "dockwarden.runtime.pinned_copy.handle"
TO_TASKS = {"iam:PassedToService": ("ecs-tasks.amazonaws.com",)}
AT_CREATION = {"ecs:CreateAction": ("RegisterTaskDefinition",)}


@cache
def pinning() -> Synthesized:
    """Every playbook may act, and copies may have two roles."""
    return synthesize(replace(enforcing("alpha", "beta"), pinned_copies=PinnedCopies(roles=ROLES)))


def handlers(found: Synthesized) -> set[str]:
    return {one["Properties"]["Handler"] for one in found.of_type("AWS::Lambda::Function").values()}


def function() -> PinnedCopyFunction:
    """The function where it is asked for."""
    made = pinning().stack.pinned
    assert made is not None
    return made


def of_pinned(*requests: Request) -> list[bool]:
    """Whether the role of the function may do each."""
    own = statements(pinning(), function().role)
    return [allows(own, request) for request in requests]


@pytest.mark.parametrize("made", EVERY)
def test_without_the_setting_there_is_no_function_and_no_permission_for_it(
    made: Callable[[], Synthesized],
) -> None:
    """In no template that is shipped may anything pass a role on or register a task definition."""
    assert HANDLER not in handlers(made())
    whole = json.dumps(made().template)
    assert not [word for word in ("PassRole", "RegisterTaskDefinition", "InvokeFunction") if word in whole]


def test_nothing_is_made_for_who_may_not_act_or_lists_no_cluster() -> None:
    """A ceiling of observe has no role that could change anything, whatever else is set."""
    asked = PinnedCopies(roles=ROLES)
    observing = Settings(clusters=("alpha",), pinned_copies=asked)
    others = {"spot_drain": PlaybookSettings(ceiling="enforce")}
    for settings in (
        observing,
        replace(observing, playbooks=others),
        replace(enforcing("alpha"), clusters=(), pinned_copies=asked),
    ):
        found = synthesize(settings)
        assert HANDLER not in handlers(found)
        assert "PassRole" not in json.dumps(found.template)


def test_invariant_72_exactly_the_listed_roles_are_passed_on_and_to_tasks_alone() -> None:
    """No other role of the installation passes any."""
    passing = [(r, s) for r, s in pinning().all_statements() if "iam:PassRole" in listed(s["Action"])]
    [(role, statement)] = passing
    assert role == pinning().id_of(function().role)
    assert tuple(listed(statement["Resource"])) == ROLES
    assert statement["Condition"] == {"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}}
    assert of_pinned(
        Request("iam:PassRole", ROLES[0], TO_TASKS),
        Request("iam:PassRole", ROLES[0], {"iam:PassedToService": ("lambda.amazonaws.com",)}),
        Request("iam:PassRole", ROLES[0] + "-admin", TO_TASKS),
    ) == [True, False, False]


def test_it_registers_in_families_of_its_own_alone_and_tags_nothing_that_is_there() -> None:
    others = f"{HOME}:task-definition/web"
    assert of_pinned(
        Request("ecs:RegisterTaskDefinition", f"{COPY}:*"),
        Request("ecs:RegisterTaskDefinition", f"{others}:*"),
        Request("ecs:TagResource", f"{COPY}:1", AT_CREATION),
        Request("ecs:TagResource", f"{COPY}:1"),
        Request("ecs:TagResource", f"{others}:1", AT_CREATION),
        Request("ecs:DescribeTaskDefinition", "*"),
        Request("ecs:ListTaskDefinitions", "*"),
    ) == [True, False, True, False, False, True, True]


def test_its_role_may_nothing_else() -> None:
    own = pinning().statements(function().role)
    assert {action for statement in own for action in listed(statement["Action"])} == {
        *("ecs:DescribeTaskDefinition", "ecs:ListTaskDefinitions", "ecs:RegisterTaskDefinition"),
        *("ecs:TagResource", "iam:PassRole", "logs:CreateLogStream", "logs:PutLogEvents"),
    }


def test_only_the_act_role_of_rollback_may_call_it_and_nothing_else() -> None:
    calling = [
        (r, s) for r, s in pinning().all_statements() if "lambda:InvokeFunction" in listed(s["Action"])
    ]
    [(role, statement)] = calling
    act_roles = {name: r for lane in pinning().stack.lanes for name, r in lane.act_roles.items()}
    assert role == pinning().id_of(act_roles["rollback"])
    [made] = [
        name
        for name, one in pinning().of_type("AWS::Lambda::Function").items()
        if one["Properties"]["Handler"] == HANDLER
    ]
    assert statement["Resource"] == {"Fn::GetAtt": [made, "Arn"]}
    assert not pinning().of_type("AWS::Lambda::Permission")


def test_its_environment_is_what_it_reads() -> None:
    [made] = [
        one["Properties"]
        for one in pinning().of_type("AWS::Lambda::Function").values()
        if one["Properties"]["Handler"] == HANDLER
    ]
    assert json.loads(made["Environment"]["Variables"]["PINNED_ROLES"]) == list(ROLES)
    assert not {"LEDGER_TABLE", "DOCKWARDEN_CONFIG"} & set(made["Environment"]["Variables"])


def test_the_lane_that_rolls_back_knows_the_function_and_no_other_lane_does() -> None:
    knowing = {}
    for lane in pinning().stack.lanes:
        properties = pinning().properties(lane.function.function)
        config = read_config(text(properties["Environment"]["Variables"]["DOCKWARDEN_CONFIG"]))
        knowing[lane.declaration.name] = config.pinned_copies is not None
    assert knowing == {"spot": False, "voluntary": True, "records": False}
    assert "pinned-copy" in json.loads(text(pinning().template["Outputs"]["Functions"]["Value"]))


def test_without_roles_only_what_has_none_is_copied_and_none_is_passed_on() -> None:
    """An empty list is never all roles (invariant 65)."""
    found = synthesize(replace(enforcing("alpha"), pinned_copies=PinnedCopies(roles=())))
    assert HANDLER in handlers(found)
    assert "PassRole" not in json.dumps(found.template)


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ({}, "a table [pinned_copies] with roles"),
        (True, "a table [pinned_copies] with roles"),
        ({"roles": "arn:aws:iam::111122223333:role/a"}, "a list of the ARNs of IAM roles"),
        ({"roles": ["arn:aws:iam::111122223333:role/*"]}, "never a pattern"),
        ({"roles": ["arn:aws:iam::111122223333:role/a/*/b"]}, "never a pattern"),
        ({"roles": ["shop-task"]}, "the ARN of one IAM role"),
        ({"roles": ["*"]}, "the ARN of one IAM role"),
        ({"roles": [""]}, "the ARN of one IAM role"),
        ({"roles": [1]}, "the ARN of one IAM role"),
        ({"roles": [ROLES[0], ROLES[0]]}, "each role once"),
        ({"roles": [f"{ROLES[0]}{n}" for n in range(80)]}, "holds 4 KB"),
        ({"roles": [], "role": []}, "no such setting"),
    ],
)
def test_a_value_that_cannot_be_used_is_refused_in_a_sentence(entry: object, said: str) -> None:
    with pytest.raises(SettingsError) as refused:
        from_document({"pinned_copies": entry})
    assert "pinned_copies" in str(refused.value)
    assert said in str(refused.value)


def test_the_file_may_list_roles_or_leave_the_table_out() -> None:
    assert from_document({"pinned_copies": {"roles": list(ROLES)}}).pinned_copies == PinnedCopies(roles=ROLES)
    assert from_document({}).pinned_copies is None
    assert acting().stack.pinned is None
