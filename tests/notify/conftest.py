"""A local Slack on a free port and on the test's own clock, for each test that asks for it."""

from collections.abc import Iterator

import pytest

from dockwarden.clock import FixedClock
from lab.slack.server import LocalSlack
from tests.notify.cards import NOON


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOON)


@pytest.fixture
def slack(clock: FixedClock) -> Iterator[LocalSlack]:
    with LocalSlack.start(0) as running:
        running.store.clock = lambda: clock.now().timestamp()
        yield running


@pytest.fixture
def hook_url(slack: LocalSlack) -> str:
    """The local Slack's webhook as Slack would have given it out."""
    return slack.webhook_url.replace(slack.url, "https://hooks.slack.com")
