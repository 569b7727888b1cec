"""The service of a task, as ECS tells it."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from dockwarden.aws.tasks import EcsTasks
from dockwarden.facts.unknown import NotRead


class Answering:
    """A client of ECS that gives one answer."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer
        self.asked: list[dict[str, Any]] = []

    def describe_tasks(self, **request: Any) -> Any:
        self.asked.append(request)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.mark.parametrize(
    ("answer", "service"),
    [
        ({"tasks": [{"group": "service:web-api"}]}, "web-api"),
        ({"tasks": [{"group": "family:report"}]}, None),
        ({"tasks": [{}]}, None),
        (
            {"tasks": [], "failures": [{"reason": "MISSING"}]},
            NotRead("DescribeTasks: ECS does not know the task"),
        ),
        (
            ClientError({"Error": {"Code": "AccessDeniedException"}}, "DescribeTasks"),
            NotRead("DescribeTasks: AccessDeniedException"),
        ),
    ],
)
def test_the_group_of_a_task_names_its_service(answer: Any, service: str | NotRead | None) -> None:
    client = Answering(answer)
    assert EcsTasks(lambda: client).service_of("web-prod", "0a") == service
    assert client.asked == [{"cluster": "web-prod", "tasks": ["0a"]}]
