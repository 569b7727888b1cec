"""boto3 clients that answer from a table instead of a network, both ways held against botocore's models."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from threading import Lock
from typing import Any

import boto3
from botocore.exceptions import ClientError
from botocore.validate import validate_parameters

REGION = "eu-central-1"
Answer = Mapping[str, Any] | Exception
Answers = Callable[[Mapping[str, Any]], Answer]


@cache
def session() -> Any:
    return boto3.Session("AKIATESTTESTTESTTEST", "canary-key", region_name=REGION)


def refusal(code: str, operation: str) -> ClientError:
    """An error as AWS sends it, with a message that must not be shown."""
    return ClientError({"Error": {"Code": code, "Message": "canary-message"}}, operation)


@dataclass
class Answering:
    """Stands for Clients: answers by operation, and which calls were made, as boto3 was asked."""

    answers: dict[str, Answers] = field(default_factory=dict)
    calls: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)
    region: str = REGION
    _made: dict[str, Any] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def on(self, operation: str, answer: Answer | Answers) -> "Answering":
        """Let an operation answer, always the same or by what it is asked."""
        self.answers[operation] = answer if callable(answer) else lambda _: answer
        return self

    def client(self, service: str) -> Any:
        with self._lock:
            if service not in self._made:
                made = session().client(service)
                made.meta.events.register("before-parameter-build", self._note)
                made.meta.events.register("before-call", self._answer)
                self._made[service] = made
            return self._made[service]

    def asked(self, operation: str) -> list[Mapping[str, Any]]:
        """The parameters of every call of an operation."""
        return [params for name, params in self.calls if name == operation]

    def _note(self, params: Mapping[str, Any], model: Any, context: dict[str, Any], **_: Any) -> None:
        context["asked"] = dict(params)
        with self._lock:
            self.calls.append((model.name, dict(params)))

    def _answer(self, model: Any, context: dict[str, Any], **_: Any) -> tuple[Any, Any]:
        answer = self.answers[model.name](context["asked"])
        if isinstance(answer, ClientError):
            return _Http(400), {**answer.response, "ResponseMetadata": {"HTTPStatusCode": 400}}
        if isinstance(answer, Exception):
            raise answer
        validate_parameters(answer, model.output_shape)
        return _Http(200), {**answer, "ResponseMetadata": {"HTTPStatusCode": 200}}


@dataclass(frozen=True)
class _Http:
    status_code: int
