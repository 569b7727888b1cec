"""The local AWS starts alone, says clearly why it cannot, and leaves nothing behind."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from lab.ministack.errors import LabError
from lab.ministack.server import ROOT, Ministack
from tests.lab.aws import LocalAws, eventually
from tests.lab.conftest import free_port

pytestmark = pytest.mark.lab

STARTER = """
import sys, time
from pathlib import Path
from lab.ministack.server import Ministack
running = Ministack.start(Path(sys.argv[1]), int(sys.argv[2])).wait_healthy()
print(running.process.pid, flush=True)
time.sleep(60)
"""


def group_alive(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_taken_port_is_one_clear_sentence_and_nothing_is_started(tmp_path: Path) -> None:
    """The sentence names the port and what to set."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(LabError, match=f"Port {port} .*DOCKWARDEN_LAB_PORT"):
            Ministack.start(tmp_path / "run", port)
    assert not (tmp_path / "run").exists()


def test_a_missing_interpreter_is_answered_with_what_to_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who has not set up is told so."""
    monkeypatch.setattr("lab.ministack.server.PYTHON", tmp_path / "nothing")
    with pytest.raises(LabError, match="make setup"):
        Ministack.start(tmp_path / "run", free_port())


def test_leaving_by_an_exception_ends_every_worker_and_removes_the_run_directory(tmp_path: Path) -> None:
    """Ctrl-C and a failing demo clean up alike."""
    run_dir, port = tmp_path / "run", free_port()
    groups = []

    def interrupted() -> None:
        with Ministack.start(run_dir, port) as running:
            groups.append(running.wait_healthy().process.pid)
            aws = LocalAws(running.endpoint)
            aws.function("f", {"index.py": "def handle(event, context):\n    return 1\n"})
            aws.functions.invoke(FunctionName="f")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert not group_alive(groups[0])
    assert not run_dir.exists()


def test_it_is_gone_when_its_starter_was_killed(tmp_path: Path) -> None:
    """Even a starter that could not clean up leaves no process behind."""
    starter = subprocess.Popen(
        [sys.executable, "-c", STARTER, tmp_path / "run", str(free_port())], cwd=ROOT, stdout=subprocess.PIPE
    )
    assert starter.stdout is not None
    with starter.stdout as said:
        group = int(said.readline())
        starter.send_signal(signal.SIGKILL)
        starter.wait()
    try:
        eventually(lambda: not group_alive(group), "the group ends")
    finally:
        if group_alive(group):
            os.killpg(group, signal.SIGKILL)


def test_the_environment_of_the_starter_does_not_reach_the_functions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A developer's credentials and settings stay out of the local AWS."""
    monkeypatch.setenv("CANARY_OF_THE_DEVELOPER", "xyzzy")
    with Ministack.start(tmp_path / "run", free_port(), {"GIVEN": "yes"}) as running:
        aws = LocalAws(running.wait_healthy().endpoint)
        aws.function(
            "f", {"index.py": "import os\ndef handle(event, context):\n    return dict(os.environ)\n"}
        )
        environment = aws.functions.invoke(FunctionName="f")["Payload"].read().decode()
    assert '"GIVEN": "yes"' in environment
    assert "xyzzy" not in environment
