"""What the demo shows while it works and afterwards: readable anywhere, in colours on a terminal."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape

_STYLES = {
    "EVENT": "bold cyan",
    "DECISION": "bold yellow",
    "CALL": "blue",
    "EFFECT": "bold green",
    "SLACK": "bold magenta",
    "NOTE": "dim",
}
_WIDTH = 108


class Screen:
    """Prints progress and timelines; hostile text in them stays text."""

    def __init__(self) -> None:
        self._console = Console(highlight=False, soft_wrap=False)
        # Without a terminal rich guesses 80 columns, which would break lines that a file could hold.
        if not self._console.is_terminal:
            self._console = Console(highlight=False, width=_WIDTH)
        self._began = time.monotonic()

    def title(self, text: str) -> None:
        """A heading."""
        self._console.print(f"\n[bold]{escape(text)}[/]")

    def say(self, text: str, style: str = "") -> None:
        """A paragraph."""
        self._console.print(escape(text), style=style)

    @contextmanager
    def step(self, what: str) -> Iterator[None]:
        """Show that something is under way, and how long it took."""
        started = time.monotonic()
        if self._console.is_terminal:
            with self._console.status(f"{escape(what)} ..."):
                yield
        else:
            self._console.print(f"  {escape(what)} ...")
            yield
        self._console.print(f"  [green]done[/]  {escape(what)} [dim]({time.monotonic() - started:.1f} s)[/]")

    def entry(self, kind: str, text: str, at: str = "") -> None:
        """One entry of a timeline; more lines of it are indented below the first."""
        first, *rest = _wrapped(text, _WIDTH - 22)
        self._console.print(f"  [dim]{at:>8}[/]  [{_STYLES[kind]}]{kind:<8}[/]  {escape(first)}")
        for line in rest:
            self._console.print(f"{'':22}{escape(line)}")

    def elapsed(self) -> float:
        """Seconds since the demo began."""
        return time.monotonic() - self._began


def _wrapped(text: str, width: int) -> list[str]:
    """The lines of a text, each broken at blanks where it is too long."""
    lines: list[str] = []
    for line in text.splitlines() or [""]:
        left = line
        while len(left) > width:
            cut = left.rfind(" ", 1, width + 1)
            cut = cut if cut > 0 else width
            lines.append(left[:cut])
            left = left[cut:].lstrip()
        lines.append(left)
    return lines
