"""The evaluator of policies that other tests judge roles with."""

import pytest

from tests.ecs_authorization import requests
from tests.iam import Request, allows

HOME = "arn:aws:ecs:us-east-1:111122223333"
ALLOW = {
    "Effect": "Allow",
    "Action": "ecs:UpdateContainerInstancesState",
    "Resource": f"{HOME}:container-instance/a/*",
}
IN_A = {"ArnEquals": {"ecs:cluster": f"{HOME}:cluster/a"}}


def drain(cluster: str, **tags: str) -> list[Request]:
    params = {"cluster": cluster, "containerInstances": ["1", "2"], "status": "DRAINING"}
    return requests("UpdateContainerInstancesState", params, HOME, lambda _: tags)


def test_a_call_is_about_each_resource_that_it_names() -> None:
    assert [r.resource for r in drain("a")] == [f"{HOME}:container-instance/a/{n}" for n in (1, 2)]
    assert {r.context["ecs:cluster"] for r in drain("a")} == {(f"{HOME}:cluster/a",)}


def test_what_no_statement_allows_is_denied() -> None:
    assert not allows([], drain("a")[0])
    assert not allows([ALLOW], drain("b")[0])
    assert allows([ALLOW], drain("a")[0])


def test_a_deny_wins_whatever_its_place() -> None:
    deny = {"Effect": "Deny", "Action": "ecs:Update*", "Resource": "*"}
    assert not allows([ALLOW, deny], drain("a")[0])
    assert not allows([deny, ALLOW], drain("a")[0])


def test_actions_are_compared_without_case_and_with_wildcards() -> None:
    assert allows([{**ALLOW, "Action": ["ECS:update*"]}], drain("a")[0])
    assert not allows([{**ALLOW, "Action": ["ecs:Describe*"]}], drain("a")[0])


def test_a_wildcard_in_an_arn_stays_within_its_part() -> None:
    assert not allows([{**ALLOW, "Resource": "arn:aws:ecs:*:container-instance/a/1"}], drain("a")[0])
    assert allows([{**ALLOW, "Resource": "arn:aws:ecs:*:*:container-instance/?/*"}], drain("a")[0])


def test_a_condition_holds_for_what_the_request_says() -> None:
    wide = {**ALLOW, "Resource": "*", "Condition": IN_A}
    assert allows([wide], drain("a")[0])
    assert not allows([wide], drain("b")[0])
    assert not allows([wide], Request("ecs:UpdateContainerInstancesState", f"{HOME}:container-instance/a/1"))


def test_all_conditions_have_to_hold() -> None:
    tagged = {**IN_A, "StringEquals": {"aws:ResourceTag/team": ["red", "blue"]}}
    assert allows([{**ALLOW, "Condition": tagged}], drain("a", team="blue")[0])
    assert not allows([{**ALLOW, "Condition": tagged}], drain("a", team="green")[0])
    assert not allows([{**ALLOW, "Condition": tagged}], drain("a")[0])


@pytest.mark.parametrize(
    ("keys", "all_of", "any_of"),
    [((), True, False), (("A",), True, True), (("A", "C"), False, True), (("C",), False, False)],
)
def test_sets_of_values_are_compared_as_their_qualifier_says(
    keys: tuple[str, ...], *, all_of: bool, any_of: bool
) -> None:
    """A key that is missing satisfies ForAllValues and never ForAnyValue."""
    request = Request("dynamodb:PutItem", "arn:aws:dynamodb:r:a:table/t", {"dynamodb:LeadingKeys": keys})
    base = {"Effect": "Allow", "Action": "dynamodb:PutItem", "Resource": "*"}
    test = {"dynamodb:LeadingKeys": ["A", "B"]}
    assert allows([{**base, "Condition": {"ForAllValues:StringEquals": test}}], request) is all_of
    assert allows([{**base, "Condition": {"ForAnyValue:StringEquals": test}}], request) is any_of


@pytest.mark.parametrize(
    "statement",
    [
        {"Effect": "Allow", "NotAction": "ecs:*", "Resource": "*"},
        {**ALLOW, "Resource": "arn:aws:ecs:us-east-1:${aws:PrincipalAccount}:cluster/a"},
        {**ALLOW, "Condition": {"StringNotLike": {"ecs:cluster": "x"}}},
    ],
)
def test_what_the_evaluator_does_not_know_is_an_error(statement: dict[str, object]) -> None:
    """A policy that is judged by half is not judged."""
    with pytest.raises(ValueError, match="does not know"):
        allows([statement], drain("a")[0])


def test_a_call_that_is_not_written_down_is_an_error() -> None:
    with pytest.raises(ValueError, match="ecs:StopTask"):
        requests("StopTask", {}, HOME)
