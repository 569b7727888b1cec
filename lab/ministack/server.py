"""The local AWS as the demo and the tests start it: ministack with the bridges, in a process of its own."""

import http.client
import os
import re
import shutil
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from lab.ministack.errors import LabError
from lab.ministack.process import end_group, require_free

ROOT = Path(__file__).resolve().parents[2]
PYTHON = ROOT / ".venv-ministack" / "bin" / "python"
LAUNCHER = ROOT / "lab" / "ministack" / "launcher.py"
WIRING = ROOT / "lab" / "ministack" / "wiring"

ACCOUNT = "000000000000"
REGION = "us-east-1"
SECRET = "test"  # noqa: S105 - the root key's of the local AWS, which is asked for under AUTH=true only

ENFORCING = {"AUTH": "true"}
"""What to start it with, so that it checks signatures and evaluates the policies of whoever calls."""

_SESSION = re.compile(r"session of (?P<key>\w+): (?P<arn>\S+)")


@dataclass(slots=True)
class Ministack:
    """A running ministack; leaving the context ends it and everything that it started."""

    run_dir: Path
    port: int
    process: subprocess.Popen[bytes]
    log: IO[bytes] = field(repr=False)

    @classmethod
    def start(
        cls,
        run_dir: Path,
        port: int = 4566,
        environment: Mapping[str, str] | None = None,
        *,
        outlive_us: bool = False,
    ) -> Self:
        """Start it in `run_dir`, which `stop` removes; `environment` is all that it gets beside the necessary.

        LabError when its Python is missing or the port is taken. `outlive_us` lets it live on after this process.
        """
        if not PYTHON.exists():
            raise LabError(f"{PYTHON} is missing: run `make setup` first.")
        require_free(port, "ministack")
        (run_dir / "tmp").mkdir(parents=True, exist_ok=True)
        log = (run_dir / "ministack.log").open("wb")
        process = subprocess.Popen(
            [PYTHON, LAUNCHER],
            env={**_clean(run_dir, port, watched=not outlive_us), **(environment or {})},
            cwd=run_dir,
            stdin=subprocess.DEVNULL if outlive_us else subprocess.PIPE,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        return cls(run_dir, port, process, log)

    @property
    def endpoint(self) -> str:
        """What AWS_ENDPOINT_URL must say."""
        return f"http://127.0.0.1:{self.port}"

    def wait_healthy(self, seconds: float = 30.0) -> Self:
        """Wait until it answers; LabError with the end of its log when it does not."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and self.process.poll() is None:
            if self._ask("GET", "/_ministack/health") == 200:
                return self
            time.sleep(0.05)
        raise LabError(f"ministack did not start; the end of its log:\n{self.tail()}")

    def reset(self) -> None:
        """Forget everything that it holds; the process and its bridges stay."""
        if self._ask("POST", "/_ministack/reset") != 200:
            raise LabError("ministack did not reset.")

    def sessions(self) -> dict[str, str]:
        """Whose the temporary access keys are that it gave out: key id to ARN, the functions' own under AUTH=true."""
        text = (self.run_dir / "ministack.log").read_text(errors="replace")
        return {found["key"]: found["arn"] for found in _SESSION.finditer(text)}

    def tail(self, lines: int = 15) -> str:
        """The last lines of its log."""
        text = (self.run_dir / "ministack.log").read_text(errors="replace")
        return "\n".join(text.splitlines()[-lines:])

    def stop(self) -> None:
        """End it with all its workers and remove the run directory; a second call does nothing."""
        end_group(self.process)
        if self.process.stdin:
            self.process.stdin.close()
        self.log.close()
        shutil.rmtree(self.run_dir, ignore_errors=True)

    def _ask(self, method: str, path: str) -> int | None:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request(method, path)
            answer = connection.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException):
            return None
        else:
            return answer.status
        finally:
            connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def _clean(run_dir: Path, port: int, *, watched: bool) -> dict[str, str]:
    """The environment of ministack, and so of every function: nothing of the caller's but PATH."""
    return {
        "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
        "HOME": str(run_dir),
        "TMPDIR": str(run_dir / "tmp"),
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "PYTHONPATH": str(WIRING),
        "PYTHONUNBUFFERED": "1",
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "LOG_LEVEL": "INFO",
        "LAMBDA_EXECUTOR": "local",
        "LAMBDA_ASYNC_RETRY_BASE_SECONDS": "0.2",
        "LAMBDA_ASYNC_RETRY_MAX_SECONDS": "1",
        "STATE_DIR": str(run_dir / "state"),
        "S3_DATA_DIR": str(run_dir / "s3"),
        "DOCKER_HOST": f"unix://{run_dir}/no-docker.sock",  # a developer's containers are none of its business
        "MINISTACK_REGION": REGION,
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
        **({"DOCKWARDEN_LAB_PARENT_PIPE": "stdin"} if watched else {}),
    }


def client_environment(port: int) -> dict[str, str]:
    """What a program needs in its environment to talk to this AWS: the CDK, the command line, boto3."""
    return {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
        "AWS_ACCESS_KEY_ID": ACCOUNT,
        "AWS_SECRET_ACCESS_KEY": SECRET,
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }
