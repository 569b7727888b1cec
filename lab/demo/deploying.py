"""The same `cdk deploy` that goes to an account, here into the local AWS."""

import json
import os
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from lab.demo.errors import DemoError
from lab.demo.machinery import Machinery
from lab.ministack.server import ACCOUNT, REGION

ROOT = Path(__file__).resolve().parents[2]
CDK = ROOT / "node_modules" / ".bin" / "cdk"
SETTINGS = Path("lab/demo/dockwarden.toml")
STACK = "Dockwarden"

_SHOWN = 25
_TIMEOUT = 300


def synthesize_and_bootstrap(lab: Machinery) -> Path:
    """The assembly of the app, while the local account is bootstrapped beside it."""
    assembly, empty = lab.run_dir / "cdk.out", lab.run_dir / "empty"
    empty.mkdir()
    synth = ["synth", "--quiet", "--output", str(assembly), "--context", f"settings={SETTINGS}"]
    with ThreadPoolExecutor(2) as pool:
        # Bootstrapping from a folder without an app takes 2 s instead of a synth more.
        jobs = [
            pool.submit(_cdk, lab, ["bootstrap", f"aws://{ACCOUNT}/{REGION}"], empty),
            pool.submit(_cdk, lab, synth, ROOT),
        ]
        for job in jobs:
            job.result()
    return assembly


def deploy(lab: Machinery, assembly: Path) -> dict[str, Any]:
    """Deploy the assembly; the stack's outputs, those that are JSON decoded."""
    outputs = lab.run_dir / "outputs.json"
    words = ["deploy", "--all", "--app", str(assembly), "--require-approval", "never"]
    _cdk(lab, [*words, "--outputs-file", str(outputs), "--progress", "events"], ROOT)
    found: dict[str, str] = json.loads(outputs.read_text())[STACK]
    return {name: _decoded(value) for name, value in found.items()}


def _decoded(value: str) -> Any:
    return json.loads(value) if value.startswith("{") else value


def _cdk(lab: Machinery, words: list[str], cwd: Path) -> None:
    """Run the pinned CDK CLI; a failure shows the end of what it printed."""
    done = subprocess.run(
        [CDK, *words, "--no-notices"],
        cwd=cwd,
        env=_environment(lab),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        timeout=_TIMEOUT,
        check=False,
    )
    if done.returncode:
        end = "\n".join(done.stdout.splitlines()[-_SHOWN:])
        raise DemoError(f"`cdk {words[0]}` failed; the end of what it printed:\n{end}")


def _environment(lab: Machinery) -> dict[str, str]:
    """The environment of the CDK: PATH and HOME of ours, and the local AWS instead of anybody's account."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "CDK_"))}
    return {
        **kept,
        **lab.environment(),
        "CDK_DISABLE_CLI_TELEMETRY": "true",
        "CDK_DISABLE_VERSION_CHECK": "1",
        "JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION": "20",
    }
