"""The stop that needs nothing but IAM: the policy of docs/safety.md on the act roles."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from dockwarden.playbook import registry
from tests.cdk.resolved import statements
from tests.cdk.stacks import acting, listed, shipped
from tests.iam import Request, allows

SAFETY = Path(__file__).resolve().parents[2] / "docs" / "safety.md"


def documented() -> list[dict[str, Any]]:
    """The statements of the only policy in the section, as people paste it."""
    section = SAFETY.read_text(encoding="utf-8").split("## Stop without Dockwarden\n")[1].split("\n## ")[0]
    [policy] = re.findall(r"```json\n(.*?)```", section, re.DOTALL)
    document = json.loads(policy)
    assert document["Version"] == "2012-10-17"
    found: list[dict[str, Any]] = document["Statement"]
    return found


def act_roles() -> dict[str, Any]:
    return {name: role for lane in acting().stack.lanes for name, role in lane.act_roles.items()}


def everything_that(own: list[dict[str, Any]]) -> Iterator[Request]:
    """A request for each action and resource of a role's statements that they allow."""
    for statement in own:
        tests = [test for tests in statement.get("Condition", {}).values() for test in tests.items()]
        context = {key: (listed(values)[0],) for key, values in tests}
        for action in listed(statement["Action"]):
            for resource in listed(statement["Resource"]):
                yield Request(action, resource.replace("*", "x"), context)


def test_with_the_documented_policy_no_act_role_may_do_anything() -> None:
    """Every request that the role's own statements allow is denied with it, and is allowed without."""
    assert set(act_roles()) == {name for name, playbook in registry().items() if playbook.may}
    for role in act_roles().values():
        own = statements(acting(), role)
        asked = list(everything_that(own))
        assert asked
        assert all(allows(own, request) for request in asked)
        assert not any(allows([*own, *documented()], request) for request in asked)


def test_the_roles_are_found_by_the_words_that_the_document_names() -> None:
    """Their description says so, and no other role's does."""
    words = "makes its changes, after the guard said go"
    assert words in SAFETY.read_text(encoding="utf-8").replace("\n", " ")
    roles = acting().of_type("AWS::IAM::Role").values()
    named = [r for r in roles if r["Properties"].get("Description", "").endswith(words)]
    assert len(named) == len(act_roles())


def test_as_shipped_there_is_no_role_to_stop() -> None:
    assert [lane.act_roles for lane in shipped().stack.lanes if lane.act_roles] == []
