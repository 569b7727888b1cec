"""Budget 13: synthesizing app.py against an empty CDK app, each a fresh Python and Node."""

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from time import monotonic, perf_counter

from benchmarks.figures import Figure, figure, ratios, sample

ROOT = Path(__file__).resolve().parents[1]
_EMPTY = """import aws_cdk
app = aws_cdk.App()
aws_cdk.Stack(app, "Empty")
app.synth()
"""
_WHAT = "synth of app.py, x an empty Python CDK app"


def figures(work: Path, rounds: int, until: float) -> Iterator[Figure]:
    """The budget of a synth; the asset is built before, as it is for every synth but the first."""
    if not (ROOT / "app.py").is_file():
        yield Figure("13", _WHAT, "x", None, 1.5, note="there is no app.py")
        return
    empty, ours = work / "empty_app.py", ROOT / "app.py"
    empty.write_text(_EMPTY)
    _spent(empty, work / "cdk-empty")
    _spent(ours, work / "cdk-ours")
    units: list[Spent] = []
    values: list[Spent] = []
    while len(values) < rounds and (not values or monotonic() < until):
        units.append(_spent(empty, work / "cdk-empty"))
        values.append(_spent(ours, work / "cdk-ours"))
    cpu = ratios([value.cpu for value in values], [unit.cpu for unit in units]).value
    note = f"{sample([value.wall for value in values]).value:.1f} s here; CPU {cpu:.2f} x"
    found = ratios([value.wall for value in values], [unit.wall for unit in units])
    yield figure("13", _WHAT, "x", found, limit=1.5, note=note)


@dataclass(frozen=True, slots=True)
class Spent:
    """The seconds that a synth took, and those of all cores, its Node included."""

    wall: float
    cpu: float


def _spent(app: Path, out: Path) -> Spent:
    """What a synth takes; what it says is kept to itself unless it fails."""
    before, began = getrusage(RUSAGE_CHILDREN), perf_counter()
    subprocess.run(
        [sys.executable, str(app)], check=True, capture_output=True, cwd=ROOT, env=_environment(out)
    )
    after = getrusage(RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Spent(perf_counter() - began, cpu)


def _environment(out: Path) -> dict[str, str]:
    """This process's environment, with bytecode kept whatever it says: compiling aws_cdk anew is not the app's cost."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return environment | {
        "CDK_OUTDIR": str(out),
        "JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION": "20",
        "PYTHONPYCACHEPREFIX": str(out.parent / "pycache"),
    }
