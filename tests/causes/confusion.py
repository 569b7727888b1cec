"""``python -m tests.causes.confusion`` prints what was accepted against what the classifier said."""

import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from rich.console import Console
from rich.table import Table

from tests.causes.judging import Judged, judged
from tests.causes.rows import ROWS
from tests.causes.shapes import Row, Words

_CUT = 90
_PARTS = (
    ("the list itself", "file-"),
    ("cut off, moved, with companions", "derived-"),
    ("other wordings", "wording-"),
    ("an adversary's", "adversary-"),
    ("a second reviewer's", "reviewed-"),
    ("written without sight of the classifier's answers", "unseen-"),
    ("all", ""),
)


def label(accepted: Words) -> str:
    """Return an accepted set in one string, null last."""
    return " | ".join(sorted(word or "~null" for word in accepted)).replace("~null", "null")


def _table(answers: Iterable[Judged]) -> Table:
    table = Table("accepted", "rows", "got", title="Causes: accepted against got", title_justify="left")
    got: dict[str, Counter[str]] = {}
    for one in answers:
        mark = "" if one.right else "  <-- wrong" if one.wrong else "  <-- unknown"
        got.setdefault(label(one.row.accepted), Counter())[f"{one.got or 'null'}{mark}"] += 1
    for accepted, counts in sorted(got.items()):
        cells = ", ".join(f"{name} {count}" for name, count in counts.most_common())
        table.add_row(accepted, str(counts.total()), cells)
    return table


def _total(name: str, answers: Sequence[Judged]) -> str:
    right, wrong = sum(one.right for one in answers), sum(one.wrong for one in answers)
    share = 100 * right / max(len(answers), 1)
    return f"{name}: {right} of {len(answers)} right ({share:.1f} %), {wrong} wrong, {len(answers) - right - wrong} unknown"


def _parts(answers: Sequence[Judged]) -> Iterator[tuple[str, Sequence[Judged]]]:
    for name, prefix in _PARTS:
        yield name, [one for one in answers if one.row.id.startswith(prefix)]


def _quote(row: Row) -> str:
    said = next((c.reason for c in row.containers if c.reason), None) or row.stopped_reason or ""
    codes = ",".join("-" if c.exit_code is None else str(c.exit_code) for c in row.containers)
    head = row.stop_code or row.event_name or "no stop code"
    return f"{head} [{codes}] {said[:_CUT]!r}"


def main() -> int:
    """Print the table, the totals and every miss; 1 when a row of the list itself is wrong."""
    answers = judged(ROWS)
    # A pipe has no width of its own, and a table folded to 80 columns cannot be read.
    console = Console(markup=False, highlight=False, width=None if sys.stdout.isatty() else 200)
    console.print(_table(answers))
    for name, part in _parts(answers):
        console.print(_total(name, part))
    for one in answers:
        if not one.right:
            console.print(f"miss {one.row.id}: got {one.got or 'null'}, accepted {label(one.row.accepted)}")
            console.print(f"     {_quote(one.row)} - {one.row.because}")
    return 1 if any(one.wrong for one in answers if one.row.of_file) else 0


if __name__ == "__main__":
    sys.exit(main())
