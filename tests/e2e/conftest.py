"""One installation in the local AWS for all end-to-end tests: started, deployed by the README's text, and ended."""

import os
import shlex
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from lab.demo.machinery import Machinery, running
from lab.drydock import scenario
from tests.docs.markdown import ROOT, blocks, text_of
from tests.e2e.readme_commands import BOOTSTRAP, CREATE_SECRET, DEPLOY

FORWARDER = Path(__file__).with_name("aws_words.py")
STACK = "Dockwarden"
CLUSTER = "web-prod"
LAST = "uninstalling"
HOST = "i-0a1b2c3d4e5f60718"
WORLD: dict[str, Any] = {
    "clusters": [
        {
            "name": CLUSTER,
            "instances": [{"instanceId": HOST}, {"count": 1}],
            "services": [{"name": "web", "desiredCount": 2}],
        }
    ]
}

# What a clone has; its dockwarden.toml is the one that the README tells to write.
_CLONED = ("app.py", "cdk.json", "constructs", "functions", "build", ".venv", "node_modules")
_PORTS = (0, 4, 14)  # ministack, drydock and Slack, counted from the base
_TIMEOUT = 150


@dataclass(frozen=True, slots=True)
class Installation:
    """A deployed installation: the lab that it lives in, and the clone that it was deployed from."""

    lab: Machinery
    clone: Path

    def run(self, words: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """Run a command of the README by its text, in the clone."""
        command = shlex.split(words)
        # Not every machine has the AWS CLI: its words are read by botocore's models, as it does itself.
        command = [sys.executable, str(FORWARDER), *command[1:]] if command[0] == "aws" else command
        return subprocess.run(
            command,
            cwd=self.clone,
            env=self._environment(),
            input=stdin,
            capture_output=True,
            text=True,
            timeout=_TIMEOUT,
            check=False,
        )

    def must(self, words: str, stdin: str = "") -> str:
        """What a command prints that has to work."""
        done = self.run(words, stdin)
        assert done.returncode == 0, f"{words}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
        return done.stdout

    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "CDK_"))}
        return {
            **kept,
            **self.lab.environment(),
            "NO_COLOR": "1",
            "CDK_DISABLE_CLI_TELEMETRY": "true",
            "CDK_DISABLE_VERSION_CHECK": "1",
            "JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION": "20",
            "CDK_REQUIRE_APPROVAL": "never",  # there is no terminal to ask
            # Synthesized once: bootstrap and deploy would do it again, which is most of their time.
            **({"CDK_APP": "cdk.out"} if (self.clone / "cdk.out" / "manifest.json").exists() else {}),
        }


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the uninstall come last of the tests in this folder, whichever files there are."""
    places = [place for place, item in enumerate(items) if item.path.is_relative_to(Path(__file__).parent)]
    ordered = sorted((items[place] for place in places), key=lambda item: LAST in item.name)
    for place, item in zip(places, ordered, strict=True):
        items[place] = item


@pytest.fixture(scope="package")
def lab() -> Iterator[Machinery]:
    """The local AWS on ports of its own, with one cluster."""
    with ExitStack() as stack:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("DOCKWARDEN_LAB_PORT", str(free_base()))
            machinery = stack.enter_context(running())
        scenario.seed(machinery.drydock.world, WORLD)
        yield machinery


@pytest.fixture(scope="package")
def deployed(lab: Machinery, tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """The installation as the README's deploy leaves it, before it has a Slack token."""
    installation = Installation(lab, clone_at(tmp_path_factory.mktemp("clone")))
    # The machinery has stored a token already; in an account nobody has.
    lab.client("secretsmanager").delete_secret(SecretId="dockwarden/slack", ForceDeleteWithoutRecovery=True)
    installation.must("node_modules/.bin/cdk synth --quiet")
    installation.must(BOOTSTRAP)
    installation.must(DEPLOY)
    return installation


@pytest.fixture(scope="package")
def installation(deployed: Installation) -> Installation:
    """The installation with its token: what most tests want."""
    deployed.must(CREATE_SECRET, stdin="xoxb-a-token-of-the-lab\n")
    return deployed


def clone_at(place: Path) -> Path:
    """A folder as a clone has it, with the settings that the README tells to write."""
    for name in _CLONED:
        (place / name).symlink_to(ROOT / name)
    (place / "dockwarden.toml").write_text("\n".join(blocks(text_of("README.md"), "toml")), encoding="utf-8")
    return place


def free_base() -> int:
    """A base port at which all ports of the lab are free."""
    for _ in range(50):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            base: int = probe.getsockname()[1]
        if base < 65000 and all(is_free(base + offset) for offset in _PORTS):
            return base
    pytest.fail("no free ports for the local AWS")


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0
