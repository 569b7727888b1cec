"""What `make setup` runs: makes `.venv`, `.venv-ministack` and `node_modules` from the locks, and nothing twice.

Runs on any Python >= 3.8 without installed packages, so that it can say in one sentence what is missing.
"""

import fcntl
import hashlib
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import Callable, Dict, Iterator, List, NamedTuple, NoReturn, Optional, Tuple

ROOT = Path(__file__).resolve().parent.parent
OLDEST_PYTHON = (3, 11)
LAMBDA_PYTHON = (
    3,
    13,
)  # with the runtime's own minor version the asset ships bytecode and the lab runs the same Python
OLDEST_NODE = 20
STAMP = ".dockwarden-stamp"
SIGN_OF_LIFE = 10.0  # seconds

# Raise it when the steps below change, so that what older steps made is made again.
RECIPE = "1"

PROBE = "import sys, venv, ensurepip; print('%d %d' % sys.version_info[:2])"


class Part(NamedTuple):
    """One directory that setup makes, what it is made from, and how."""

    directory: str
    why: str
    made_from: Tuple[str, ...]
    make: Callable[[Path, str], None]


class SetupError(Exception):
    """The one sentence that a person needs; setup ends with exit code 1."""


def main() -> int:
    """Make what is missing or out of date; say one sentence and return 1 when that is impossible."""
    signal.signal(signal.SIGTERM, interrupted)
    try:
        with alone():
            check_node()
            todo = [part for part in PARTS if not up_to_date(part)]
            if todo:
                build_all(todo, choose_python())
    except SetupError as failure:
        print("setup: " + str(failure), file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("setup: interrupted; what was half made is removed, run it again.", file=sys.stderr)
        return 130
    return 0


def interrupted(_signal: int, _frame: object) -> NoReturn:
    """Treat the end of a CI job like Ctrl-C, so that nothing stays half made."""
    raise KeyboardInterrupt


def build_all(todo: "List[Part]", python: str) -> None:
    """Make the parts one after the other."""
    say("this folder lacks %s; made with %s" % (", ".join(part.directory for part in todo), python))
    for part in todo:
        build(part, python)


@contextmanager
def alone() -> Iterator[None]:
    """Let a second `make` in the same folder wait until the first has set up; leaves no file behind."""
    with Path(__file__).open("rb") as this_file:
        try:
            fcntl.flock(this_file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("another setup is at work in this folder, waiting for it ...")
            fcntl.flock(this_file, fcntl.LOCK_EX)
        yield


# --- when is there nothing to do ---------------------------------------------------------------------------


def fingerprint(part: Part) -> str:
    """Return a hash over everything the part is made from, and over the place it is in (a venv cannot move)."""
    digest = hashlib.sha256((RECIPE + str(ROOT)).encode())
    for name in part.made_from:
        # The settings of test and lint tools stand last in pyproject.toml and change nothing that is installed.
        digest.update((ROOT / name).read_bytes().partition(b"[tool.pytest")[0])
    return digest.hexdigest()


def up_to_date(part: Part) -> bool:
    """Whether the part's stamp fits, and its interpreter is the wanted one and was not uninstalled meanwhile."""
    directory = ROOT / part.directory
    try:
        stamped, made_with = (directory / STAMP).read_text().splitlines()
    except (OSError, ValueError):
        return False
    if stamped != fingerprint(part):
        return False
    return part.directory == "node_modules" or (
        (directory / "bin" / "python").exists() and os.environ.get("PYTHON", made_with) in ("", made_with)
    )


# --- the tools of this machine ------------------------------------------------------------------------------


def choose_python() -> str:
    """Return the interpreter for both environments: $PYTHON, else 3.13, else the newest that is new enough."""
    wanted = os.environ.get("PYTHON")
    if wanted:
        return must_be_usable(wanted)
    found = [(rank(version), path) for path in candidates() for version in [version_of(path)] if version]
    usable = [(order, path) for order, path in found if order[1] >= OLDEST_PYTHON]
    if usable:
        return max(usable, key=lambda item: item[0])[1]
    raise SetupError(no_python_sentence([order[1] for order, _ in found]))


def must_be_usable(wanted: str) -> str:
    """Return $PYTHON, or fail with the reason why it cannot be taken."""
    version = version_of(wanted)
    if version is None:
        raise SetupError("PYTHON=%s does not run, or lacks its venv module." % wanted)
    if version < OLDEST_PYTHON:
        raise SetupError(
            "PYTHON=%s is Python %d.%d, but Dockwarden needs 3.11 or newer." % (wanted, *version)
        )
    return wanted


def no_python_sentence(found: List[Tuple[int, int]]) -> str:
    """Say what was found in place of a Python that is new enough."""
    if found:
        return (
            "Dockwarden needs Python 3.11 or newer, but the newest found here is %d.%d; install one, or name it: make PYTHON=/path/to/python3.13"
            % max(found)
        )
    if shutil.which("python3"):
        return "python3 is here without its venv module; install it (Debian and Ubuntu: apt install python3-venv)."
    return "Dockwarden needs Python 3.11 or newer, and no python3 is on the PATH."


def rank(version: Tuple[int, int]) -> Tuple[bool, Tuple[int, int]]:
    """Order interpreters: Lambda's minor version first, then the newest."""
    return (version == LAMBDA_PYTHON, version)


def candidates() -> List[str]:
    """Return every interpreter worth asking, each path once."""
    names = ["python3.13", "python3", "python3.14", "python3.12", "python3.11"]
    on_path = [path for path in map(shutil.which, names) if path]
    pyenv = Path(os.environ.get("PYENV_ROOT") or "~/.pyenv").expanduser()
    in_pyenv = sorted(map(str, pyenv.glob("versions/3.1[1-9]*/bin/python3.1[1-9]")))
    return list(dict.fromkeys(on_path + in_pyenv + [sys.executable]))


def version_of(python: str) -> Optional[Tuple[int, int]]:
    """Return (major, minor) if the interpreter really runs (a shim may not) and can make environments."""
    try:
        ran = subprocess.run([python, "-c", PROBE], capture_output=True, text=True, timeout=20, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    major, minor = ran.stdout.split()
    return int(major), int(minor)


def check_node() -> None:
    """Fail with one sentence unless node is new enough and npm is there."""
    npm_there, node = shutil.which("npm"), shutil.which("node")
    if not node:
        raise SetupError("the CDK needs Node.js 20 or newer, and no node is on the PATH.")
    asked = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    major = re.match(r"v(\d+)\.", asked.stdout)
    if not major:
        raise SetupError(
            "the CDK needs Node.js 20 or newer, and %s --version does not tell its version." % node
        )
    if int(major.group(1)) < OLDEST_NODE:
        raise SetupError("the CDK needs Node.js 20 or newer, but %s is %s." % (node, asked.stdout.strip()))
    if not npm_there:
        raise SetupError("npm is missing (Node.js is here without it); install it, it brings the pinned CDK.")


# --- making the parts -----------------------------------------------------------------------------------------


def build(part: Part, python: str) -> None:
    """Make one part from nothing; what fails leaves nothing behind, and the stamp is written last."""
    started = time.monotonic()
    say("%s: %s ..." % (part.directory, part.why))
    directory = ROOT / part.directory
    shutil.rmtree(directory, ignore_errors=True)
    try:
        part.make(directory, python)
        (directory / STAMP).write_text(fingerprint(part) + "\n" + python + "\n")
    except BaseException:
        shutil.rmtree(directory, ignore_errors=True)
        raise
    say("%s: ready after %.0f s" % (part.directory, time.monotonic() - started))


def make_venv(directory: Path, python: str) -> None:
    """Make the project's environment, with the project itself editable in it."""
    run([python, "-m", "venv", str(directory)], "Python could not make a virtual environment")
    pip_install(directory, "requirements/dev.txt")
    pip = [str(directory / "bin" / "python"), "-m", "pip"]
    editable = [*pip, "install", "-q", "--no-index", "--no-build-isolation", "--no-deps", "-e", str(ROOT)]
    run(editable, "the project could not be installed")


def make_ministack_venv(directory: Path, python: str) -> None:
    """Make the emulator's environment with the project's pip, which saves it a pip of its own."""
    run(
        [python, "-m", "venv", "--without-pip", str(directory)], "Python could not make a virtual environment"
    )
    pip_install(directory, "requirements/ministack.txt", pip_from=ROOT / ".venv")


def pip_install(directory: Path, lock: str, pip_from: Optional[Path] = None) -> None:
    """Install a lock with pip, whose own settings (index, proxy, certificates) hold.

    The lock is complete, so there is nothing to resolve (--no-deps); and bytecode is left to the first import
    (--no-compile), since most of aws-cdk-lib is never imported: 17 s for 62 s, and 300 MB less.
    """
    interpreter = str((pip_from or directory) / "bin" / "python")
    target = [] if pip_from is None else ["--python", str(directory)]
    pip = [interpreter, "-m", "pip", *target, "--disable-pip-version-check", "--no-input"]
    locked = ["--no-compile", "--no-deps", "--require-hashes", "--only-binary", ":all:", "-r", lock]
    run([*pip, "install", "-q", *locked], "pip could not install " + lock)


def make_node_modules(_directory: Path, _python: str) -> None:
    """Install the pinned CDK command line with npm, whose own settings hold."""
    run(["npm", "ci", "--no-progress", "--loglevel=error"], "npm could not install package-lock.json")


def run(command: List[str], failure: str) -> None:
    """Run a step quietly with a sign of life; when it fails, show the end of what it said and raise one sentence."""
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as output:
        step = subprocess.Popen(
            command,
            cwd=str(ROOT),
            env=quiet_environment(),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
        wait_with_signs_of_life(step)
        if step.returncode != 0:
            output.seek(0)
            give_up(failure, output.read())


def quiet_environment() -> Dict[str, str]:
    """Return the environment for pip and npm: as it is, with fewer retries unless someone set them."""
    # Both outlive a closed network with retries of many minutes.
    fewer_retries = {"PIP_RETRIES": "2", "npm_config_fetch_retries": "1"}
    # A user-wide `user = true` of pip cannot be meant for an environment.
    return {**fewer_retries, **os.environ, "PIP_PROGRESS_BAR": "off", "PIP_USER": "0"}


def wait_with_signs_of_life(step: "subprocess.Popen[bytes]") -> None:
    """Wait for a step to end and say every ten seconds that it still works; end it when we are ended."""
    started = time.monotonic()
    try:
        while True:
            try:
                step.wait(timeout=SIGN_OF_LIFE)
            except subprocess.TimeoutExpired:
                say("  ... still at work, %.0f s" % (time.monotonic() - started))
            else:
                return
    except BaseException:
        step.kill()
        step.wait()
        raise


NO_NETWORK = re.compile(
    r"NewConnectionError|Failed to establish a new connection|Cannot connect to proxy|Temporary failure in name"
    r"|NameResolutionError|ConnectTimeout|ReadTimeout|ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ECONNRESET"
)


def give_up(failure: str, output: str) -> NoReturn:
    """Raise the sentence for a failed step; the tool's own last lines come before it."""
    if NO_NETWORK.search(output):
        raise SetupError(
            failure
            + ": the package registry cannot be reached. The first setup needs a network; the index, proxy and certificate settings of pip and npm are used as they are."
        )
    lines = [line for line in output.splitlines() if line.strip()][-15:]
    print("\n".join("  | " + line for line in lines), file=sys.stderr)
    raise SetupError(failure + " (its last lines are above).")


def say(text: str) -> None:
    """Show progress at once, also through a pipe."""
    print("setup: " + text, flush=True)


PARTS = (
    Part(
        "node_modules",
        "the pinned CDK command line",
        ("package.json", "package-lock.json"),
        make_node_modules,
    ),
    Part(
        ".venv",
        "the project and its tools (half a gigabyte, most of it the CDK)",
        ("pyproject.toml", "requirements/dev.txt"),
        make_venv,
    ),
    Part(".venv-ministack", "the local AWS", ("requirements/ministack.txt",), make_ministack_venv),
)

if __name__ == "__main__":
    sys.exit(main())
