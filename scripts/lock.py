"""What `make lock` runs: pins every dependency by hash, for every platform and Python, naming no registry."""

import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# The resolver is needed here only, so it is in no environment; its own version does not reach any lock.
RESOLVER = "uv>=0.9,<1"
OPTIONS = [
    *("--quiet", "--upgrade", "--universal", "--python-version", "3.11", "--generate-hashes"),
    *("--no-header", "--no-annotate", "--no-emit-index-url"),
]
LOCKS = {
    "requirements/dev.txt": ["pyproject.toml", "--group", "dev"],
    "requirements/ministack.txt": ["--group", "ministack"],
}


def main() -> int:
    """Write both Python locks and npm's; return the first failing step's exit code, else 0."""
    with tempfile.TemporaryDirectory() as tools:
        install = [sys.executable, "-m", "pip", "install", "-q", "--disable-pip-version-check"]
        steps = [[*install, "--target", tools, RESOLVER]]
        resolve = [f"{tools}/bin/uv", "pip", "compile", *OPTIONS]
        steps += [[*resolve, *sources, "--output-file", lock] for lock, sources in LOCKS.items()]
        steps += [["npm", "install", "--package-lock-only", "--no-progress", "--loglevel=error"]]
        codes = (subprocess.run(step, cwd=ROOT, check=False).returncode for step in steps)
        return next((code for code in codes if code), 0)


if __name__ == "__main__":
    sys.exit(main())
