"""Clients of AWS, each made when it is first used, with every call noted."""

from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from time import monotonic
from typing import Any

READ_ATTEMPTS = 3

ACT_ATTEMPTS = 1
"""What changes something is sent once: whether an unanswered call was carried out is read, not guessed."""


@dataclass(frozen=True, slots=True)
class Call:
    """One AWS call that was made: the operation, how long it took, and its error code, if any."""

    operation: str
    milliseconds: int
    error: str | None


class Clients:
    """The clients of one region and identity.

    Timeouts are short, so that a call that hangs leaves time for another try within a Spot's two minutes.
    """

    def __init__(self, region: str, session: Any = None, calls: list[Call] | None = None) -> None:
        self.region = region
        self.session = session
        self._made: dict[str, Any] = {}
        self.attempts = READ_ATTEMPTS
        self._lock = Lock()
        self.calls: list[Call] = calls if calls is not None else []

    def client(self, service: str) -> Any:
        """The client of a service."""
        with self._lock:
            if service not in self._made:
                self._made[service] = self._make(service)
            return self._made[service]

    def assume(self, role_arn: str, session_name: str) -> "Clients":
        """Clients under a role. Raises what AssumeRole raises."""
        answer = self.client("sts").assume_role(
            RoleArn=role_arn, RoleSessionName=session_name, DurationSeconds=900
        )
        return _Assumed(self, answer["Credentials"])

    def _make(self, service: str, **credentials: str) -> Any:
        # Imported here: an event that needs no action must not pay for it.
        from botocore.config import Config  # noqa: PLC0415

        if self.session is None:
            self.session = _Session(self.region)
        retries = {"mode": "standard", "total_max_attempts": self.attempts}
        config = Config(connect_timeout=2, read_timeout=5, retries=retries)  # type: ignore[arg-type]
        client = self.session.client(service, config=config, **credentials)
        _note_calls(client, self.calls)
        return client


class _Assumed(Clients):
    """Clients under credentials of an assumed role, on the session of the role that assumed it."""

    def __init__(self, base: Clients, credentials: dict[str, Any]) -> None:
        super().__init__(base.region, base.session, base.calls)
        self.attempts = ACT_ATTEMPTS
        self._credentials = {
            "aws_access_key_id": credentials["AccessKeyId"],
            "aws_secret_access_key": credentials["SecretAccessKey"],
            "aws_session_token": credentials["SessionToken"],
        }

    def _make(self, service: str, **_: str) -> Any:
        return super()._make(service, **self._credentials)


class _Session:
    """As much of boto3's session as is needed here.

    boto3 makes its clients by botocore, too, and imports s3transfer, multiprocessing and its resources besides: an
    eighth of a cold start (docs/benchmarks.md).
    """

    def __init__(self, region: str) -> None:
        from botocore.session import get_session  # noqa: PLC0415

        self._session: Any = get_session()
        self._region = region

    def client(self, service: str, **options: Any) -> Any:
        """A client of the region, as boto3's session makes it."""
        return self._session.create_client(service, region_name=self._region, **options)


def _note_calls(client: Any, calls: list[Call]) -> None:
    """Write each call of a client down, with nothing of its content."""
    client.meta.events.register("before-call", _started)
    client.meta.events.register("after-call", _finisher(calls))
    client.meta.events.register("after-call-error", _breaker(calls))


def _started(context: dict[str, Any], **_: Any) -> None:
    context["dockwarden_started"] = monotonic()


def _finisher(calls: list[Call]) -> Callable[..., None]:
    def finished(model: Any, parsed: dict[str, Any], context: dict[str, Any], **_: Any) -> None:
        calls.append(
            _call(model.service_model.service_name, model.name, context, parsed.get("Error", {}).get("Code"))
        )

    return finished


def _breaker(calls: list[Call]) -> Callable[..., None]:
    def broke(event_name: str, exception: Exception, context: dict[str, Any], **_: Any) -> None:
        service, operation = event_name.split(".")[1:3]
        calls.append(_call(service, operation, context, type(exception).__name__))

    return broke


def _call(service: str, operation: str, context: dict[str, Any], error: str | None) -> Call:
    taken = monotonic() - context.get("dockwarden_started", monotonic())
    return Call(f"{service}:{operation}", round(taken * 1000), error)
