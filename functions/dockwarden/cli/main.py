"""The console script `dockwarden`: finds the command that was named and runs it."""

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Protocol, cast

from dockwarden import __version__
from dockwarden.cli.documents import DocumentError
from dockwarden.cli.nodes import NodeError
from dockwarden.cli.parser import Parser
from dockwarden.cli.screen import complain, open_output
from dockwarden.errors import DockwardenError, SettingsError, UnknownPlaybookError, describe

COMMANDS = {
    "decide": "what Dockwarden would do about events in a file; nothing is changed, nothing is called",
    "replay": "what would be done about recorded events under other settings; nothing is changed",
    "why": "why a task stopped or a service fails, on your account or from events in a file; nothing is changed",
    "playbooks": "the playbooks: trigger, ceiling, mode, what each may read and do, its settings",
    "check": "what is missing before an installation can work, each with what to do about it",
    "wait": "whether a release runs and has soaked, was rolled back, or is held: for the last step of a pipeline",
    "pending": "what is held and waits for a person, with its deadline and owner",
    "approve": "let one held action go, under your own identity",
    "reject": "end a proposal; nothing is done",
    "ledger": "what was done, would have been done or could not be done, one line each",
    "undo": "take an action back while that is still right",
    "receipt": "what was done under an id that a message or CloudTrail names, why, and what came of it",
    "mark": "say whether an action was right or wrong",
    "readiness": "which playbooks have earned more trust, and where",
    "promote": "move a playbook up one mode in named places, or down",
    "mode": "show or set how far a playbook goes, below the platform's ceiling; no deploy needed",
    "hands-off": "keep hands off a service, cluster or host for a time; list what is in force",
    "stop": "stop everything, a playbook, a cluster or a service, from the next call on",
    "resume": "lift a stop",
    "changes": "what people changed at run time: when, who, what, why",
    "uninstall": "what stays after an uninstall, what stands in its way, and the commands to run",
}
"""Each command and the sentence that stands for it in the overview."""

_OVERVIEW = """usage: dockwarden COMMAND [options]

Reacts to what AWS says about your Amazon ECS services.

{commands}

  dockwarden COMMAND --help   what the command does, with examples
  dockwarden --version        the version
"""

DONE, FAILED, WRONG_USE, INTERRUPTED = 0, 1, 2, 130

INPUT_ERRORS = (DocumentError, NodeError, SettingsError, UnknownPlaybookError)
"""What is wrong with what was typed or named, so that trying again cannot help."""


class Command(Protocol):
    """The module of a command."""

    def arguments(self, parser: Parser) -> None:
        """Add the arguments of the command."""

    def run(self, args: object) -> int:
        """Run the command; the exit code."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command; the exit code is 0, 1 where something is wrong out there, 2 where the input is."""
    words = list(sys.argv[1:] if argv is None else argv)
    open_output()
    try:
        code = _run(words)
        sys.stdout.flush()
    except INPUT_ERRORS as error:
        return complain(str(error), WRONG_USE)
    except DockwardenError as error:
        return complain(str(error), FAILED)
    except BrokenPipeError:
        return _nobody_listens()
    except KeyboardInterrupt:
        return INTERRUPTED
    return code


def _run(words: Sequence[str]) -> int:
    if not words or words[0] in ("-h", "--help", "help"):
        print(overview(), end="")
        return DONE if words else WRONG_USE
    if words[0] in ("-V", "--version"):
        print(f"dockwarden {__version__}")
        return DONE
    if words[0] not in COMMANDS:
        return complain(f"there is no command {describe(words[0])}; there are: {', '.join(COMMANDS)}")
    return _run_command(words[0], words[1:])


def _run_command(name: str, words: Sequence[str]) -> int:
    # Imported when named: `decide` must not wait for boto3.
    command = cast("Command", import_module(f"dockwarden.cli.commands.{name.replace('-', '_')}"))
    parser = Parser(name, command.__doc__ or "")
    command.arguments(parser)
    return command.run(parser.parsed(words))


def overview() -> str:
    """The help that names every command."""
    lines = [f"  {name:<11} {sentence}" for name, sentence in COMMANDS.items()]
    return _OVERVIEW.format(commands="\n".join(lines))


def _nobody_listens() -> int:
    """End quietly when the reader of a pipe has gone, as `| head` does."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return DONE


if __name__ == "__main__":
    raise SystemExit(main())
