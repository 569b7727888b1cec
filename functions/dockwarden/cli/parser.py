"""The argument parser of one command: help that teaches, errors that are one sentence."""

import argparse
import sys
from collections.abc import Sequence
from typing import NoReturn

from dockwarden.cli.screen import inert

_STACK = "Dockwarden"
_LONGEST_WHY = 500


class Parser(argparse.ArgumentParser):
    """The parser of `dockwarden NAME`; its text is the docstring of the command's module.

    The first line of the docstring is the summary, what follows stands below the arguments as it is.
    """

    def __init__(self, name: str, doc: str) -> None:
        summary, _, examples = doc.strip().partition("\n")
        super().__init__(
            prog=f"dockwarden {name}",
            description=summary,
            epilog=examples.strip("\n"),
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )

    def parsed(self, words: Sequence[str]) -> argparse.Namespace:
        """The arguments of a command line, on which options may stand between what has no name."""
        return self.parse_intermixed_args(list(words))

    def error(self, message: str) -> NoReturn:
        """End with exit code 2 and one sentence."""
        print(f"{self.prog}: {inert(message)}; `{self.prog} --help` says more", file=sys.stderr)
        raise SystemExit(2)

    def with_json(self) -> None:
        """Add `--json`, which every command has."""
        self.add_argument("--json", action="store_true", help="print JSON, one object a line, ASCII only")

    def with_installation(self) -> None:
        """Add what names an installation in an account."""
        self.add_argument("--stack", default=_STACK, help="name of the deployed stack (default: %(default)s)")
        self.with_account()

    def with_account(self) -> None:
        """Add what names an account and region, as your AWS settings know them."""
        self.add_argument("--region", default=None, help="the region (default: that of your AWS settings)")
        self.add_argument("--profile", default=None, help="the profile of your AWS settings to use")

    def with_why(self) -> None:
        """Add `--why`, which is recorded with a change."""
        self.add_argument(
            "--why", type=_why, default="", help="why, in a few words; it is recorded with the change"
        )


def _why(text: str) -> str:
    if len(text) > _LONGEST_WHY:
        raise argparse.ArgumentTypeError(f"it has {len(text)} characters; {_LONGEST_WHY} is the most")
    return text
