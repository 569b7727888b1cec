"""Cold starts and memory: budgets 1, 2, 5 and 11, all cases in turn, each in a fresh process."""

import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from benchmarks import scene, trees
from benchmarks.figures import Figure, Sample, figure, ratios, sample
from benchmarks.peer import Peer
from benchmarks.processes import Aws, MeasurementError, Run, run
from benchmarks.trees import Asset

Runs = Mapping[str, list[Run]]
_UNIT = "import boto3"


@dataclass(frozen=True, slots=True)
class Case:
    """One thing that is started cold. `event` is made anew for each start, because warnings age."""

    name: str
    child: str
    libraries: Path
    argument: Callable[[], str]
    python: str = sys.executable
    cwd: Path | None = None


def cases(asset: Asset, work: Path, peer: Peer) -> Iterator[Case]:
    """Every case that can be measured here."""
    plain, shipped = trees.reference(work / "reference"), asset.path
    yield Case(_UNIT, "import_boto3", plain, str)
    yield Case("ignored", "lane", shipped, _ignored)
    yield Case("quiet", "lane", shipped, _quiet)
    yield Case("foreign", "lane", shipped, _foreign)
    yield Case("foreign, boto3", "boto3_look_up", plain, str)
    yield Case("drain", "lane", shipped, _drain)
    yield Case("drain, boto3", "boto3_drain", plain, lambda: scene.ROLE_ARN)
    if peer.python is not None:
        yield Case("c7n", "c7n_stop", peer.libraries, peer.event, peer.python, peer.folder)
    if asset.bytecode:
        archive = trees.zipped(shipped, work / "asset.zip")
        yield Case("unpacked", "lane", trees.unpacked(archive, work / "unpacked"), _drain)
        installed = trees.sources_only(shipped, work / "compiled")
        trees.compiled(installed)
        yield Case("compiled", "lane", installed, _drain)
        yield Case("no bytecode", "lane", trees.sources_only(shipped, work / "sources"), _drain)


def measured(aws: Aws, all_cases: list[Case], rounds: int, until: float) -> Runs:
    """The runs of each case, in turn, after one round that only warms the file cache."""
    runs: dict[str, list[Run]] = {case.name: [] for case in all_cases}
    for number in range(rounds + 1):
        for case in all_cases:
            done = run(aws, case.child, case.libraries, case.argument(), python=case.python, cwd=case.cwd)
            if number:
                runs[case.name].append(done)
        if number and monotonic() > until:
            break
    _check(runs)
    return runs


def figures(runs: Runs, asset: Asset, peer: Peer) -> Iterator[Figure]:
    """The budgets that these runs tell about."""
    for case, what in (
        ("ignored", "cold, event that needs no action"),
        ("quiet", "cold, task stop with nothing to tell"),
    ):
        loaded = any(done.botocore for done in runs[case])
        note = "botocore IS loaded" if loaded else "botocore not loaded"
        yield _against(runs, case, _UNIT, what, budget="1", limit=0.40, note=note)
    yield _against(runs, "foreign", _UNIT, "cold, instance of no cluster of ours")
    yield _against(runs, "foreign", "foreign, boto3", "the same")
    yield _against(runs, "drain", _UNIT, "cold, full remediation", budget="2", limit=1.30)
    yield _against(runs, "drain", "drain, boto3", "the same")
    yield _memory(runs, peer)
    found = _peaks(runs, "drain, boto3")
    yield figure("", "the same, x plain boto3 with the same calls", "x", found, calls=_calls(runs, "drain"))
    yield from _bytecode(runs, asset)


def _against(
    runs: Runs,
    case: str,
    unit: str,
    what: str,
    *,
    budget: str = "",
    limit: float | None = None,
    note: str = "",
) -> Figure:
    """How long a case takes in units of another one."""
    walls = [r.wall for r in runs[case]]
    label = _UNIT if unit == _UNIT else "plain boto3 with the same calls"
    cpu = ratios([r.cpu for r in runs[case]], [r.cpu for r in runs[unit]]).value
    notes = [f"{1000 * sample(walls).value:.0f} ms here", f"CPU {cpu:.2f} x", *([note] if note else [])]
    found = ratios(walls, [r.wall for r in runs[unit]])
    calls = _calls(runs, case)
    return figure(budget, f"{what}, x {label}", "x", found, limit=limit, calls=calls, note="; ".join(notes))


def _calls(runs: Runs, case: str) -> int:
    return sum(runs[case][0].calls.values())


def _peaks(runs: Runs, unit: str) -> Sample:
    return ratios([r.peak_mb for r in runs["drain"]], [r.peak_mb for r in runs[unit]])


def _memory(runs: Runs, peer: Peer) -> Figure:
    what, peak = "peak memory of a full remediation, x c7n", sample([r.peak_mb for r in runs["drain"]]).value
    note, calls = f"{peak:.1f} MB here", _calls(runs, "drain")
    if "c7n" not in runs:
        return Figure("5", what, "x", None, 0.75, calls=calls, note=f"{note}; {peer.why_not}")
    other = sample([r.peak_mb for r in runs["c7n"]]).value
    note += f"; c7n {other:.1f} MB with {_calls(runs, 'c7n')} calls"
    return figure("5", what, "x", _peaks(runs, "c7n"), limit=0.75, calls=calls, note=note)


def _bytecode(runs: Runs, asset: Asset) -> Iterator[Figure]:
    what = "the shipped zip cold, x the same with .pyc"
    if not asset.bytecode:
        yield Figure("11", what, "x", None, 1.1, note=asset.warning or "")
        return
    walls = {name: [r.wall for r in runs[name]] for name in ("unpacked", "compiled", "no bytecode")}
    calls = _calls(runs, "unpacked")
    yield figure("11", what, "x", ratios(walls["unpacked"], walls["compiled"]), limit=1.1, calls=calls)
    bare = ratios(walls["no bytecode"], walls["compiled"])
    yield figure("", "sources only, x the same with .pyc", "x", bare, calls=calls)


def _check(runs: Runs) -> None:
    """Raise MeasurementError where a case did not do what it stands for."""
    for case, unit in (("drain", "drain, boto3"), ("foreign", "foreign, boto3")):
        if runs[case][0].calls != runs[unit][0].calls:
            raise MeasurementError(f"{case} made {runs[case][0].calls}, its reference {runs[unit][0].calls}")
    for name, done in runs.items():
        if any(one.calls != done[0].calls for one in done):
            raise MeasurementError(
                f"{name} did not make the same calls every time: {[r.calls for r in done]}"
            )
    if runs["quiet"][0].calls:
        raise MeasurementError(f"a stop with nothing to tell made {runs['quiet'][0].calls}")
    if runs["drain"][0].calls.get("UpdateContainerInstancesState") != 1:
        raise MeasurementError(f"the handler drained nothing; it made {runs['drain'][0].calls}")


def _ignored() -> str:
    return scene.batch(scene.warning(**{"replay-name": "yesterday"}))


def _quiet() -> str:
    return scene.batch(scene.replaced_task())


def _foreign() -> str:
    return scene.batch(scene.warning(scene.FOREIGN))


def _drain() -> str:
    return scene.batch(scene.warning())
