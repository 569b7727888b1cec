"""Starts ministack with the bridges in one process; run by `.venv-ministack`'s Python, never imported by tests."""

import importlib
import os
import shutil
import signal
import sys
import threading
from pathlib import Path

# Appended, so that nothing of the project can shadow a library.
sys.path.append(str(Path(__file__).resolve().parents[2]))

from lab.ministack import bridges
from lab.ministack.errors import LabError

PARENT_PIPE = "DOCKWARDEN_LAB_PARENT_PIPE"


def _die_with_the_parent() -> None:
    """End this process group once the starter's end of the pipe closes, however the starter ended."""
    if os.environ.pop(PARENT_PIPE, "") != "stdin":
        return

    def wait() -> None:
        while os.read(0, 1024):
            pass
        shutil.rmtree(os.environ.get("TMPDIR", ""), ignore_errors=True)
        os.killpg(os.getpgid(0), signal.SIGKILL)

    threading.Thread(target=wait, daemon=True, name="parent-watch").start()


def main() -> int:
    """Install the bridges, then serve until a signal comes; 1 if ministack is not the one they were made for."""
    _die_with_the_parent()
    try:
        bridges.install_all()
    except LabError as error:
        print(f"the local AWS cannot start: {error}", file=sys.stderr)
        return 1
    sys.argv = ["ministack"]
    importlib.import_module("ministack.app").main()
    return 0


if __name__ == "__main__":
    sys.exit(main())
