"""What `dockwarden wait` calls is what the policy of docs/pipelines.md allows, no less and no more."""

import json
from typing import Any

import pytest

from dockwarden.facts.releases import Releases
from lab.drydock.model import Behaviour
from tests.cli.account import Account
from tests.cli.waiting_pipeline import Pipeline, pipeline_of
from tests.docs.markdown import blocks, text_of

POLICY: dict[str, Any] = json.loads(
    next(block for block in blocks(text_of("docs/pipelines.md"), "json") if "Statement" in block)
)
ALLOWED = {action for statement in POLICY["Statement"] for action in statement["Action"]}
RESOURCES = {a: s["Resource"] for s in POLICY["Statement"] for a in s["Action"]}
ALONE = {action for action in ALLOWED if action.partition(":")[0] in ("cloudformation", "dynamodb")}


@pytest.fixture
def pipeline(
    account: Account, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Pipeline:
    """One whose clients refuse whatever the policy does not allow."""
    made = pipeline_of(account, monkeypatch, capsys)
    made.allowed = frozenset(ALLOWED)
    return made


def soaked(pipeline: Pipeline) -> int:
    pipeline.deploy()
    return pipeline.wait()[0]


def rolled_back(pipeline: Pipeline) -> int:
    pipeline.deploy()
    return pipeline.wait(meanwhile={240: pipeline.roll_back})[0]


def held(pipeline: Pipeline) -> int:
    pipeline.deploy()
    pipeline.incident("web:2")
    return pipeline.wait(meanwhile={240: pipeline.hold})[0]


def taken_back_by_ecs(pipeline: Pipeline) -> int:
    pipeline.deploy(behaviour=Behaviour("image-missing"))
    return pipeline.wait()[0]


STORIES = {soaked: 0, rolled_back: 3, held: 4, taken_back_by_ecs: 3}


@pytest.mark.parametrize("story", STORIES)
def test_each_answer_comes_with_the_permissions_of_the_page_alone(pipeline: Pipeline, story: Any) -> None:
    assert story(pipeline) == STORIES[story]
    assert pipeline.asked <= ALLOWED


def test_there_is_no_permission_on_the_page_that_it_does_not_use(pipeline: Pipeline) -> None:
    rolled_back(pipeline)
    assert pipeline.asked == ALLOWED


def test_the_page_names_the_kinds_of_resource_that_iam_wants_for_each_call() -> None:
    """As the functions are granted them; one that is missing would refuse the call in an account."""
    granted = {
        action: permission.resources for permission in Releases.PERMISSIONS for action in permission.actions
    }
    for action in sorted(ALLOWED & granted.keys()):
        wanted = {_kind(resource) for resource in granted[action]}
        assert wanted <= {_kind(resource) for resource in RESOURCES[action]}, action


def _kind(resource: str) -> str:
    return resource.split(":", 5)[5].partition("/")[0]


@pytest.mark.parametrize("taken", sorted(ALLOWED))
def test_what_the_page_says_of_a_permission_that_is_missing(pipeline: Pipeline, taken: str) -> None:
    """Without those of the ledger the answer is ECS's own; without DescribeServices there is none."""
    pipeline.allowed = frozenset(ALLOWED - {taken})
    expected = {"ecs:DescribeServices": 1, **dict.fromkeys(ALONE, 5)}.get(taken, 0)
    assert soaked(pipeline) == expected
