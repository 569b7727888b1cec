"""The lab's wiring: a deployed handler of ours runs with drydock's clock and the local Slack, and nothing else changes."""

import importlib
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.lab.aws import LocalAws
from tests.lab.drydock_clock import DrydockClock

pytestmark = pytest.mark.lab

# What the lab relies on in Dockwarden's runtime, in a few lines: the agreed hook and a handler that uses it.
RUNTIME = {
    "dockwarden/__init__.py": "",
    "dockwarden/runtime/__init__.py": "",
    "dockwarden/runtime/wiring.py": (
        "from dataclasses import dataclass\n"
        "@dataclass\n"
        "class Overrides:\n"
        "    clock: object = None\n"
        "    slack_base_url: str = ''\n"
        "current = Overrides()\n"
        "def install(overrides):\n"
        "    global current\n"
        "    current = overrides\n"
    ),
    "dockwarden/runtime/lane.py": (
        "from dockwarden.runtime import wiring\n"
        "def handle(event, context):\n"
        "    return {'now': wiring.current.clock.now().isoformat(), 'slack': wiring.current.slack_base_url}\n"
    ),
    "index.py": "import json\ndef handle(event, context):\n    return 'untouched'\n",
}


def answer(aws: LocalAws, name: str) -> Any:
    return aws.functions.invoke(FunctionName=name)["Payload"].read().decode()


def test_our_handler_gets_the_clock_of_drydock_and_the_local_slack(
    aws: LocalAws, drydock_clock: DrydockClock
) -> None:
    """Only the worker is rewired: the function keeps the handler that the template names."""
    aws.function("f", RUNTIME, handler="dockwarden.runtime.lane.handle")
    said = answer(aws, "f")
    assert drydock_clock.now.isoformat() in said
    assert "http://127.0.0.1:9/api/" in said
    stored = aws.functions.get_function_configuration(FunctionName="f")["Handler"]
    assert stored == "dockwarden.runtime.lane.handle"


def test_another_handler_is_left_alone(aws: LocalAws) -> None:
    """The rewiring names our handlers, not everybody's."""
    aws.function("f", RUNTIME)
    assert answer(aws, "f") == '"untouched"'


def test_a_clock_that_cannot_be_read_is_said_in_the_log(aws: LocalAws, drydock_clock: DrydockClock) -> None:
    """The machine's own time is used then, never silently."""
    aws.function("f", RUNTIME, handler="dockwarden.runtime.lane.handle")
    drydock_clock.broken = True
    try:
        said = answer(aws, "f")
    finally:
        drydock_clock.broken = False
    assert drydock_clock.now.isoformat() not in said
    assert any("WARNING lab clock" in line for line in aws.lines("f"))


def test_what_sqs_says_of_when_a_message_was_sent_is_told_in_the_labs_time() -> None:
    """The lab's clock may run ahead of the machine's; a message that waited three seconds has waited three."""
    in_lab_time = importlib.import_module("lab.ministack.wiring.lab_handler").in_lab_time
    now = datetime(2026, 11, 20, 12, tzinfo=UTC)
    sent = str(int((now - timedelta(seconds=3)).timestamp() * 1000))
    event = {"Records": [{"attributes": {"SentTimestamp": sent}}, {"body": "no attributes"}]}
    told = in_lab_time(event, now + timedelta(hours=2), now)
    at = datetime.fromtimestamp(int(told["Records"][0]["attributes"]["SentTimestamp"]) / 1000, UTC)
    assert at == now + timedelta(hours=2) - timedelta(seconds=3)
    assert told["Records"][1] == {"body": "no attributes"}
