"""One ministack with the bridges for the whole session, emptied before each test that asks for it."""

import shutil
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from lab.ministack.server import Ministack
from tests.lab.aws import TOKEN, LocalAws
from tests.lab.drydock_clock import DrydockClock


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@pytest.fixture(scope="session")
def drydock_clock() -> Iterator[DrydockClock]:
    with DrydockClock() as clock:
        yield clock


@pytest.fixture(scope="session")
def ministack(tmp_path_factory: pytest.TempPathFactory, drydock_clock: DrydockClock) -> Iterator[Ministack]:
    environment = {
        "DOCKWARDEN_LAB_EMITTER_TOKEN": TOKEN,
        "DOCKWARDEN_LAB_DRYDOCK": drydock_clock.url,
        "DOCKWARDEN_LAB_SLACK": "http://127.0.0.1:9/api/",
    }
    with Ministack.start(tmp_path_factory.mktemp("ministack"), free_port(), environment) as running:
        yield running.wait_healthy()


@pytest.fixture
def aws(ministack: Ministack) -> LocalAws:
    ministack.reset()
    return LocalAws(ministack.endpoint)


@pytest.fixture(scope="session")
def chromium() -> str:
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        pytest.skip("no Chromium found: the page is not looked at in a browser")
    return str(Path(found))
