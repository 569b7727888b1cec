"""Everything that the demo starts: the local AWS, drydock and the local Slack, and how it all ends again."""

import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3

from lab.demo.errors import DemoError
from lab.drydock.server import Drydock
from lab.ministack.process import require_free
from lab.ministack.server import ACCOUNT, REGION, SECRET, Ministack, client_environment
from lab.slack.clock import of_drydock
from lab.slack.server import TOKEN, LocalSlack

BASE_PORT = 4566
_HIGHEST_BASE = 65000
_ENDPOINTS = ("ECS", "ECR", "EC2", "AUTO_SCALING", "ELASTIC_LOAD_BALANCING_V2", "INSPECTOR2", "CLOUDTRAIL")
# Functions ask CloudWatch for the alarms of drydock's services only; `dockwarden check` wants ministack's metrics.
_OF_FUNCTIONS = (*_ENDPOINTS, "CLOUDWATCH")


@dataclass(frozen=True, slots=True)
class Machinery:
    """The running servers of the lab."""

    ministack: Ministack
    drydock: Drydock
    slack: LocalSlack
    run_dir: Path

    def client(self, service: str) -> Any:
        """A boto3 client of the local AWS for whoever plays the demo."""
        make: Any = boto3.client  # its overloads know only names that are written out
        return make(
            service,
            endpoint_url=self.ministack.endpoint,
            region_name=REGION,
            aws_access_key_id=ACCOUNT,
            aws_secret_access_key=SECRET,
        )

    def environment(self) -> dict[str, str]:
        """What a program started by hand needs to reach this AWS, drydock included."""
        drydock = {f"AWS_ENDPOINT_URL_{name}": self.drydock.url for name in _ENDPOINTS}
        return {**client_environment(self.ministack.port), **drydock}


def base_port() -> int:
    """The port of ministack; the other two follow from it."""
    text = os.environ.get("DOCKWARDEN_LAB_PORT") or str(BASE_PORT)
    if not text.isdecimal() or not 1024 <= int(text) <= _HIGHEST_BASE:
        raise DemoError(f"DOCKWARDEN_LAB_PORT is {text!r}; it must be a port from 1024 to {_HIGHEST_BASE}.")
    return int(text)


@contextmanager
def running(environment: Mapping[str, str] | None = None) -> Iterator[Machinery]:
    """The lab while it runs; leaving the context stops all of it and removes what it wrote.

    `environment` is what ministack gets beside the usual.
    """
    base = base_port()
    for port, what in ((base, "ministack"), (base + 4, "drydock"), (base + 14, "the local Slack")):
        require_free(port, what)
    token = secrets.token_hex(16)
    with ExitStack() as stack:
        run_dir = Path(tempfile.mkdtemp(prefix="dockwarden-lab-"))
        stack.callback(shutil.rmtree, run_dir, ignore_errors=True)
        clock = of_drydock(f"http://127.0.0.1:{base + 4}")
        slack = stack.enter_context(LocalSlack.start(base + 14, clock=clock))
        given = {**_worker_environment(base, token, slack), **(environment or {})}
        ministack = Ministack.start(run_dir / "ministack", base, given)
        stack.enter_context(ministack)
        ministack.wait_healthy()
        drydock = Drydock(
            port=base + 4,
            account=ACCOUNT,
            region=REGION,
            events_endpoint=ministack.endpoint,
            token=token,
            start=datetime.now(UTC),
        )
        stack.enter_context(drydock)
        machinery = Machinery(ministack, drydock, slack, run_dir)
        machinery.client("secretsmanager").create_secret(Name="dockwarden/slack", SecretString=TOKEN)
        yield machinery


def _worker_environment(base: int, token: str, slack: LocalSlack) -> dict[str, str]:
    """What ministack hands to the functions: where drydock and the local Slack are."""
    drydock = f"http://127.0.0.1:{base + 4}"
    return {
        **{f"AWS_ENDPOINT_URL_{name}": drydock for name in _OF_FUNCTIONS},
        "DOCKWARDEN_LAB_EMITTER_TOKEN": token,
        "DOCKWARDEN_LAB_DRYDOCK": drydock,
        "DOCKWARDEN_LAB_SLACK": slack.base_url,
    }
