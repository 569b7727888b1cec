"""Budget 7: Dockwarden's own CPU, without any call to AWS."""

from collections.abc import Iterator

from benchmarks.figures import Figure, figure, sample
from benchmarks.processes import Aws, run
from benchmarks.trees import Asset

_ROUNDS = 3
_SECONDS = "0.4"
_DECIDES = "handler, drained, batches of 1"


def figures(aws: Aws, asset: Asset) -> Iterator[Figure]:
    """Events a second and core: with log lines and metrics, which the budget is about, and without."""
    runs = [run(aws, "own_cpu", asset.path, _SECONDS) for _ in range(_ROUNDS)]
    for name in sorted(runs[0].result, key=lambda name: name != _DECIDES):
        found = sample([done.result[name] for done in runs])
        budget, limit = ("7", 5000.0) if name == _DECIDES else ("", None)
        what = f"own CPU: {name}"
        yield figure(budget, what, "events/s", found, limit=limit, at_least=True, calls=0)
