"""Fresh processes, measured from their start to the moment they are done."""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import Any
from urllib.request import urlopen

from benchmarks import scene

CHILD = Path(__file__).with_name("child.py")
_MARK = "@bench "
_LIMIT = 120


class MeasurementError(Exception):
    """A measured process did not do what it was to do."""


@dataclass(frozen=True, slots=True)
class Run:
    """One measured process: seconds, megabytes, and the AWS calls it made."""

    wall: float
    cpu: float
    peak_mb: float
    botocore: bool
    result: Any
    calls: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Aws:
    """A running fake AWS."""

    port: int

    def take_calls(self) -> dict[str, int]:
        """The calls that were made since this was asked last, by operation."""
        with urlopen(f"http://127.0.0.1:{self.port}/", timeout=5) as answer:
            calls: dict[str, int] = json.load(answer)
            return calls


@contextmanager
def fake_aws() -> Iterator[Aws]:
    """A fake AWS in a process of its own, so that it costs the measured ones nothing but its answers."""
    command = [sys.executable, "-m", "benchmarks.fake_aws", scene.index_item()]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            yield Aws(int(server.stdout.readline()))
        finally:
            server.terminate()


def run(
    aws: Aws,
    case: str,
    libraries: Path,
    argument: str,
    *,
    python: str = sys.executable,
    cwd: Path | None = None,
) -> Run:
    """Measure one case in a fresh process. Raises MeasurementError where it fails."""
    aws.take_calls()
    command = [python, "-I", "-S", "-B", str(CHILD), case, str(libraries), argument]
    began = perf_counter()
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=scene.environment(aws.port),
        cwd=cwd or CHILD.parent,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        told = next((line for line in process.stdout if line.startswith(_MARK)), None)
        wall = perf_counter() - began
        if told is None:
            raise MeasurementError(f"{case}: {process.stderr.read()[-2000:]}")
        process.wait(_LIMIT)
    said = json.loads(told.removeprefix(_MARK))
    return Run(wall, said["cpu"], said["peak_kb"] / 1000, said["botocore"], said["result"], aws.take_calls())
