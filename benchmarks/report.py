"""The figures as a table for people and as JSON for machines."""

import os
import platform
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.figures import Figure

_HEADERS = ("budget", "what", "measured", "middle half", "limit", "AWS calls", "rounds", "status", "note")


def machine() -> dict[str, Any]:
    """What was measured on, as far as it matters."""
    return {
        "date": datetime.now(UTC).strftime("%Y-%m-%d"),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "cores": os.cpu_count(),
    }


def document(figures: Sequence[Figure], seconds: float) -> dict[str, Any]:
    """Everything for JSON."""
    return {"machine": machine(), "seconds": round(seconds), "figures": [f.document() for f in figures]}


def show(figures: Sequence[Figure]) -> None:
    """Print the table: with lines on a terminal, as Markdown elsewhere."""
    rows = [_row(figure) for figure in figures]
    if not sys.stdout.isatty():
        lines = [_HEADERS, ["---"] * len(_HEADERS), *rows]
        print("\n".join(f"| {' | '.join(line)} |" for line in lines))
        return
    table = Table(*_HEADERS)
    for row in rows:
        table.add_row(*row, style="red" if "MISSED" in row else None)
    Console().print(table)


def summary(figures: Sequence[Figure]) -> str:
    """One sentence: how many budgets are kept, missed and not measured."""
    states = [figure.status for figure in figures if figure.budget]
    return (
        f"{states.count('kept')} kept, {states.count('MISSED')} MISSED, "
        f"{states.count('not measured')} not measured; ratios are of one run, milliseconds are of this machine."
    )


def _row(figure: Figure) -> list[str]:
    sign = ">=" if figure.at_least else "<="
    return [
        figure.budget,
        figure.what,
        "-" if figure.value is None else f"{_number(figure.value)} {figure.unit}",
        "" if figure.spread is None else " - ".join(map(_number, figure.spread)),
        "" if figure.limit is None else f"{sign} {_number(figure.limit)} {figure.unit}",
        "" if figure.calls is None else str(figure.calls),
        str(figure.rounds),
        figure.status,
        figure.note,
    ]


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.2f}"
