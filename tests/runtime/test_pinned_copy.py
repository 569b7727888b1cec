"""The function of pinned copies: what it takes, what it answers, and what it never says."""

import json
from dataclasses import dataclass
from typing import Any

import pytest

from dockwarden.aws.clients import Clients
from dockwarden.errors import SettingsError
from dockwarden.runtime import pinned_copy
from dockwarden.runtime.telemetry import logger
from tests.aws.answering import refusal
from tests.aws.test_pinned_definitions import DIGESTS, HOME, ORIGINAL, REGISTER, ROLE, START, Ecs, definition
from tests.fakes import ACCOUNT, REGION

FUNCTION = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:dockwarden-pinned-copy"
EVENT = {"task_definition": ORIGINAL, "digests": dict(DIGESTS)}


def answer(ecs: Ecs, event: Any = None, roles: tuple[str, ...] = (ROLE, START)) -> dict[str, Any]:
    return pinned_copy.answer_to(EVENT if event is None else event, FUNCTION, roles, ecs.client("ecs"))


def test_it_answers_the_copy_and_whether_that_is_new() -> None:
    ecs = Ecs()
    first = answer(ecs)
    assert first["copy"].startswith(f"{HOME}/web-7-")
    assert (first["registered"], answer(ecs)) == (True, {**first, "registered": False})


@pytest.mark.parametrize(
    "event",
    [
        {},
        {"task_definition": ORIGINAL},
        {"task_definition": "web:7", "digests": {}},
        {"task_definition": "web", "digests": {}},
        {"task_definition": ORIGINAL.rpartition(":")[0], "digests": {}},
        {"task_definition": ORIGINAL.replace(ACCOUNT, "999999999999"), "digests": {}},
        {"task_definition": ORIGINAL.replace(REGION, "us-west-1"), "digests": {}},
        {"task_definition": ORIGINAL.replace("arn:aws:", "arn:aws-cn:"), "digests": {}},
        {"task_definition": f"{ORIGINAL}\n", "digests": {}},
        {"task_definition": ORIGINAL, "digests": {"app": 1}},
        {"task_definition": ORIGINAL, "digests": [["app", "x"]]},
        {"task_definition": 7, "digests": {}},
    ],
)
def test_invariant_69_what_is_no_revision_of_this_account_and_region_is_refused_unread(event: Any) -> None:
    ecs = Ecs()
    assert answer(ecs, event)["refused"] is True
    assert ecs.calls == []


def test_a_refusal_says_why_and_an_error_of_ecs_only_its_code() -> None:
    ecs = Ecs()
    assert answer(ecs, roles=(ROLE,)) == {
        "refused": True,
        "why": f"the role '{START}' is not listed in pinned_copies.roles",
    }
    ecs.on(REGISTER, refusal("AccessDeniedException", REGISTER))
    assert answer(ecs) == {"why": "ECS answered AccessDeniedException", "retry": False}
    ecs.on(REGISTER, refusal("ThrottlingException", REGISTER))
    assert answer(ecs) == {"why": "ECS answered ThrottlingException", "retry": True}


@dataclass
class Context:
    invoked_function_arn: str = FUNCTION


def test_invariant_71_neither_its_answer_nor_its_log_has_a_value_of_the_task_definition(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Refused or registered."""
    secret = [{"name": "PASSWORD", "value": "canary-hunter2"}]
    containers = [{**one, "environment": secret} for one in definition()["containerDefinitions"]]
    ecs = Ecs(definition(containerDefinitions=containers))
    monkeypatch.setattr(Clients, "client", lambda *_: ecs.client("ecs"))
    said, logged = [], []
    monkeypatch.setattr(logger, "info", lambda *of, **more: logged.append(f"{of}{more}"))
    for roles in ([], [ROLE, START]):
        monkeypatch.setenv("PINNED_ROLES", json.dumps(roles))
        said.append(json.dumps(pinned_copy.handle(EVENT, Context())))
    assert [("refused" in one, "copy" in one) for one in said] == [(True, False), (False, True)]
    assert len(logged) == 2
    assert "canary-hunter2" not in f"{said}{logged}"


@pytest.mark.parametrize("text", ["", "{}", "no list", '"arn"'])
def test_a_missing_or_unreadable_list_of_roles_is_no_permission(
    text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PINNED_ROLES", text)
    with pytest.raises(SettingsError, match="PINNED_ROLES"):
        pinned_copy.handle(EVENT, Context())
