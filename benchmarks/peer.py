"""Cloud Custodian as the peer that memory is compared with, in a virtual environment of its own."""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

VERSION = "0.9.53"
_LIMIT = 100
_TASK = "arn:aws:ecs:eu-central-1:111122223333:task/shop/0123456789abcdef0123456789abcdef"

_POLICY = {
    "execution-options": {"region": "eu-central-1", "account_id": "111122223333"},
    "policies": [
        {
            "name": "stop-tasks",
            "resource": "ecs-task",
            "mode": {
                "type": "cloudtrail",
                "events": [
                    {
                        "source": "ecs.amazonaws.com",
                        "event": "RunTask",
                        "ids": "responseElements.tasks[].taskArn",
                    }
                ],
            },
            "actions": ["stop"],
        }
    ],
}

_EVENT = {
    "account": "111122223333",
    "region": "eu-central-1",
    "detail-type": "AWS API Call via CloudTrail",
    "detail": {
        "eventSource": "ecs.amazonaws.com",
        "eventName": "RunTask",
        "responseElements": {"tasks": [{"taskArn": _TASK}]},
    },
}


@dataclass(frozen=True, slots=True)
class Peer:
    """An installed c7n; `python` is None where there is none, and `why_not` says why."""

    folder: Path
    python: str | None
    why_not: str = ""

    @property
    def libraries(self) -> Path:
        """Its site-packages."""
        return next((self.folder / "venv" / "lib").glob("python3*")) / "site-packages"

    @staticmethod
    def event() -> str:
        """The event about one task that its policy stops."""
        return json.dumps(_EVENT)


def peer(folder: Path, *, install: bool) -> Peer:
    """c7n in a virtual environment below `folder`, installed once, within a hundred seconds."""
    python, done = folder / "venv" / "bin" / "python", folder / f"installed-{VERSION}"
    if not install:
        return Peer(folder, None, "c7n was left out")
    if not done.is_file() and (fault := _installed(folder, python)) is not None:
        return Peer(folder, None, f"c7n {VERSION} could not be installed: {fault}")
    done.touch()
    (folder / "config.json").write_text(json.dumps(_POLICY))
    return Peer(folder, str(python))


def _installed(folder: Path, python: Path) -> str | None:
    """Install it; what went wrong, if anything did."""
    pip = [
        str(python),
        "-m",
        "pip",
        "install",
        "-q",
        "--compile",
        "--disable-pip-version-check",
        f"c7n=={VERSION}",
    ]
    try:
        for command in ([sys.executable, "-m", "venv", "--clear", str(folder / "venv")], pip):
            subprocess.run(command, check=True, capture_output=True, text=True, timeout=_LIMIT)
    except subprocess.TimeoutExpired:
        return f"it took more than {_LIMIT} s"
    except subprocess.CalledProcessError as error:
        return str((error.stderr.strip().splitlines() or ["pip failed"])[-1])
    return None
