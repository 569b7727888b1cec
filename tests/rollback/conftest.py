"""Stories write thousands of log lines, which nobody reads here."""

from collections.abc import Iterator

import pytest

from dockwarden.runtime.telemetry import logger


@pytest.fixture(autouse=True)
def quiet_log() -> Iterator[None]:
    """Log nothing meanwhile."""
    before = logger.log_level
    logger.setLevel("CRITICAL")
    yield
    logger.setLevel(before)
