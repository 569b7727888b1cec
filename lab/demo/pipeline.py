"""The last step of somebody's pipeline: `dockwarden wait` as a program of its own, beside the demo."""

import os
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field

from lab.demo.errors import DemoError
from lab.demo.machinery import Machinery

TERRAFORM = "APN/1.0 HashiCorp/1.0 Terraform/1.9.8 (+https://www.terraform.io)"
"""How CloudTrail names the tool of the pipeline, shortened by what follows of its plug-ins."""

_LONGEST = 60


@dataclass(frozen=True, slots=True)
class Step:
    """A command that runs, and what it has printed so far, line by line."""

    words: Sequence[str]
    process: "subprocess.Popen[str]"
    printed: list[str] = field(default_factory=list)
    reader: threading.Thread = field(init=False)

    def __post_init__(self) -> None:
        # Read beside the demo, which else would wait for a line that may never come.
        reader = threading.Thread(target=self._read, daemon=True)
        object.__setattr__(self, "reader", reader)
        reader.start()

    def _read(self) -> None:
        for line in self.process.stdout or ():
            self.printed.append(line)

    def says(self, words: str = "") -> bool:
        """Whether it has printed a line with some words."""
        return any(words in line for line in self.printed)

    def ended(self) -> tuple[int, str]:
        """Its exit code and all that it printed. Raises DemoError where it goes on for too long."""
        try:
            code = self.process.wait(timeout=_LONGEST)
        except subprocess.TimeoutExpired as error:
            raise DemoError(f"`{' '.join(self.words[:2])}` did not end within {_LONGEST} s.") from error
        self.end()
        return code, "".join(self.printed).strip()

    def end(self) -> None:
        """Leave nothing running, whatever happened."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.reader.join(timeout=_LONGEST)
        if self.process.stdout is not None:
            self.process.stdout.close()


def begin(lab: Machinery, *words: str) -> Step:
    """Run `dockwarden` with some words, as a pipeline would, against the lab."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    process = subprocess.Popen(
        [sys.executable, "-m", "dockwarden.cli.main", *words],
        env={**kept, **lab.environment(), "NO_COLOR": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    return Step(("dockwarden", *words), process)
