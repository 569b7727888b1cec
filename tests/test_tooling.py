"""The tools around the code: locks, setup's sentences, and the guard against a network in tests."""

import json
import os
import re
import socket
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from hypothesis import settings

ROOT = Path(__file__).resolve().parent.parent
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))


def run_setup(folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a copy of scripts/setup.py in a folder with nothing on the PATH but what is given."""
    (folder / "scripts").mkdir(exist_ok=True)
    copy = folder / "scripts" / "setup.py"
    copy.write_bytes((ROOT / "scripts" / "setup.py").read_bytes())
    for name in ("package.json", "package-lock.json", "pyproject.toml"):
        (folder / name).write_bytes((ROOT / name).read_bytes())
    (folder / "requirements").mkdir(exist_ok=True)
    for lock in LOCKS:
        (folder / "requirements" / lock.name).write_bytes(lock.read_bytes())
    return subprocess.run(
        [sys.executable, str(copy)],
        env={"PATH": str(folder / "bin"), "HOME": str(folder), **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def fake_tool(folder: Path, name: str, says: str) -> Path:
    """Put a program on the fake PATH that only says one thing."""
    (folder / "bin").mkdir(exist_ok=True)
    tool = folder / "bin" / name
    tool.write_text(f"#!/bin/sh\necho '{says}'\n", encoding="utf-8")
    tool.chmod(0o755)
    return tool


@pytest.mark.parametrize("lock", LOCKS, ids=[lock.name for lock in LOCKS])
def test_a_lock_pins_every_package_by_hash_and_names_no_registry(lock: Path) -> None:
    """What is installed is what was tested, from whichever registry pip is set to use."""
    entries = re.split(r"\n(?=\S)", lock.read_text(encoding="utf-8").strip())
    assert len(entries) > 10
    assert [entry for entry in entries if "==" not in entry or "--hash=sha256:" not in entry] == []
    assert "://" not in lock.read_text(encoding="utf-8")


def test_the_lock_of_npm_pins_by_hash_and_names_no_registry() -> None:
    """The pinned CDK command line comes from whichever registry npm is set to use."""
    text = (ROOT / "package-lock.json").read_text(encoding="utf-8")
    packages = {name: entry for name, entry in json.loads(text)["packages"].items() if name}
    assert packages["node_modules/aws-cdk"]["version"] == "2.1148.1"
    assert [name for name, entry in packages.items() if "integrity" not in entry] == []
    assert "://" not in text


def test_the_locks_hold_every_direct_dependency() -> None:
    """A dependency that was added to pyproject.toml without `make lock` is found here."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    groups = project["dependency-groups"]
    asked = {
        "dev.txt": [*project["project"]["dependencies"], *groups["dev"]],
        "ministack.txt": groups["ministack"],
    }
    for name, requirements in asked.items():
        lock = (ROOT / "requirements" / name).read_text(encoding="utf-8")
        names = [re.split(r"[^\w-]", requirement)[0] for requirement in requirements]
        assert [package for package in names if f"\n{package}==" not in "\n" + lock] == []


def test_setup_says_when_node_is_too_old_and_leaves_nothing(tmp_path: Path) -> None:
    """A person with an old Node.js reads which one was found and what is needed."""
    node = fake_tool(tmp_path, "node", "v18.19.0")
    ran = run_setup(tmp_path)
    assert ran.returncode == 1
    assert ran.stderr == f"setup: the CDK needs Node.js 20 or newer, but {node} is v18.19.0.\n"
    assert not (tmp_path / ".venv").exists()


def test_setup_says_when_npm_is_missing(tmp_path: Path) -> None:
    """Node.js without npm is named as what it is."""
    fake_tool(tmp_path, "node", "v22.1.0")
    ran = run_setup(tmp_path)
    assert ran.returncode == 1
    assert ran.stderr.startswith("setup: npm is missing")


def test_setup_says_when_the_named_python_is_too_old(tmp_path: Path) -> None:
    """$PYTHON is never replaced silently by another interpreter."""
    fake_tool(tmp_path, "node", "v22.1.0")
    fake_tool(tmp_path, "npm", "11")
    old = fake_tool(tmp_path, "old-python", "3 10")
    ran = run_setup(tmp_path, PYTHON=str(old))
    assert ran.returncode == 1
    assert ran.stderr == f"setup: PYTHON={old} is Python 3.10, but Dockwarden needs 3.11 or newer.\n"


def test_setup_says_when_the_registry_cannot_be_reached_and_leaves_nothing(tmp_path: Path) -> None:
    """No network at the first setup is one sentence, and no half made environment stays."""
    fake_tool(tmp_path, "node", "v22.1.0")
    fake_tool(tmp_path, "npm", "11").write_text(
        "#!/bin/sh\necho npm error code ENOTFOUND >&2\nexit 1\n", encoding="utf-8"
    )
    (tmp_path / "node_modules").mkdir()
    ran = run_setup(tmp_path)
    assert ran.returncode == 1
    assert ran.stderr.startswith(
        "setup: npm could not install package-lock.json: the package registry cannot be"
    )
    assert ran.stderr.count("\n") == 1
    assert not (tmp_path / "node_modules").exists()


def test_a_test_cannot_leave_this_machine() -> None:
    """Connections and name look-ups to other hosts fail in every test, so none depends on a network."""
    with pytest.raises(AssertionError, match=r"tried to reach 192\.0\.2\.1"):
        socket.create_connection(("192.0.2.1", 80), timeout=1)
    with pytest.raises(AssertionError, match=r"tried to reach example\.test"):
        socket.getaddrinfo("example.test", 443)


def test_random_examples_are_the_same_in_every_run() -> None:
    """A property that fails in CI fails everywhere, with the same example."""
    if "HYPOTHESIS_PROFILE" in os.environ:
        pytest.skip("another profile was asked for")
    assert settings().derandomize


def test_tests_never_see_the_developers_aws_settings() -> None:
    """No test can reach an account by way of a profile, an endpoint or real keys."""
    aws = {name: value for name, value in os.environ.items() if name.startswith("AWS_")}
    assert aws["AWS_ACCESS_KEY_ID"] == "testing"
    assert {"AWS_PROFILE", "AWS_ENDPOINT_URL", "AWS_SESSION_TOKEN"} & aws.keys() == set()
