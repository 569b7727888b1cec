"""`python -m benchmarks`: measure the budgets, print a table, write build/bench.json."""

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from time import monotonic

from benchmarks import cold, own, report, storm, synth, trees
from benchmarks.figures import Figure
from benchmarks.peer import peer
from benchmarks.processes import fake_aws

ROOT = Path(__file__).resolve().parents[1]
_COLD_SECONDS = 120
_SYNTH_SECONDS = 60
_MEGABYTE = 1_000_000


def main() -> int:
    """Measure; 0 also where a budget is missed, unless --strict asks for 1."""
    options = _options()
    began, work = monotonic(), ROOT / "build" / "bench"
    work.mkdir(parents=True, exist_ok=True)
    figures = list(_figures(work, options))
    document = json.dumps(report.document(figures, monotonic() - began), indent=1)
    (ROOT / "build" / "bench.json").write_text(document + "\n", encoding="utf-8")
    if options.json:
        print(document)
    else:
        report.show(figures)
        print(f"\n{report.summary(figures)}\nwritten to build/bench.json")
    return int(options.strict and any(figure.status == "MISSED" for figure in figures))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description="Measure the performance budgets."
    )
    parser.add_argument("--rounds", type=int, default=9, help="fresh processes for each case (default 9)")
    parser.add_argument("--json", action="store_true", help="print JSON instead of the table")
    parser.add_argument("--strict", action="store_true", help="exit 1 where a budget is missed")
    parser.add_argument(
        "--no-c7n", action="store_true", help="do not install Cloud Custodian to compare with"
    )
    return parser.parse_args()


def _figures(work: Path, options: argparse.Namespace) -> Iterator[Figure]:
    _say("building the asset and what it is compared with")
    asset = trees.built_asset(work / "asset")
    other = peer(work / "c7n", install=not options.no_c7n)
    with fake_aws() as aws:
        cases = list(cold.cases(asset, work, other))
        _say(f"cold starts: {len(cases)} cases, {options.rounds} rounds")
        runs = cold.measured(aws, cases, options.rounds, monotonic() + _COLD_SECONDS)
        yield from cold.figures(runs, asset, other)
        _say("own CPU")
        yield from own.figures(aws, asset)
    yield from _sizes(asset.path, work)
    _say("storms")
    yield from storm.figures()
    _say("synth")
    yield from synth.figures(work, options.rounds, monotonic() + _SYNTH_SECONDS)


def _sizes(asset: Path, work: Path) -> Iterator[Figure]:
    own_zip, whole = trees.without_sdk(asset, work / "own.zip"), trees.zipped(asset, work / "asset.zip")
    yield Figure("12", "asset zipped, without botocore", "MB", own_zip.stat().st_size / _MEGABYTE, 2.5)
    yield Figure("12", "asset zipped, with the trimmed botocore", "MB", whole.stat().st_size / _MEGABYTE, 6.5)


def _say(what: str) -> None:
    print(f"bench: {what}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
