"""Decide again about recorded events, under other settings or with new code; nothing is changed.

examples:
  dockwarden replay events/ --world world.json --mode enforce
      files, folders or lines of JSON, as `decide` reads them, in the order of their time
  dockwarden replay --ledger --since 7d --settings other.toml --page replay.html
      what the installation's receipts and proposals recorded, and how it differs from what was done
  dockwarden replay --archive --from 2026-11-13T00:00:00Z --to 2026-11-20T00:00:00Z --ledger
      every event of that week, out of the archive (archive_days in dockwarden.toml); kept in a file of your own

A decision from the ledger is decided again by the facts of then: what was asked then is answered as it was, and
anything else is not known. The clock follows the events. With --page a self-contained HTML file with a plot.

exit code: 0; 1 where the installation or AWS stands in the way; 2 where the input or one of its events is malformed,
the other events are replayed all the same.
"""

import argparse
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from dockwarden.cli.deciding import Decider
from dockwarden.cli.documents import DocumentError
from dockwarden.cli.lengths import length
from dockwarden.cli.parser import Parser
from dockwarden.cli.replaying.gathering import Gathered, gathered
from dockwarden.cli.replaying.judging import HeldRules, Replay, replayed
from dockwarden.cli.replaying.page import page
from dockwarden.cli.replaying.shown import documents, report
from dockwarden.cli.replaying.sources import Progress
from dockwarden.cli.replaying.worlds import UnjudgedCapacity, names_hosts
from dockwarden.cli.screen import complain, line
from dockwarden.errors import SettingsError
from dockwarden.events.times import as_time
from dockwarden.guard.modes import Mode


def arguments(parser: Parser) -> None:
    """Add the arguments of `replay`."""
    parser.add_argument(
        "sources", metavar="SOURCE", nargs="*", help="files or folders of events; - is standard input"
    )
    parser.add_argument("--world", metavar="FILE", help="what was known of your clusters and settings")
    other = parser.add_mutually_exclusive_group()
    other.add_argument("--settings", metavar="FILE", help="decide under this dockwarden.toml")
    other.add_argument("--mode", choices=[str(mode) for mode in Mode], help="decide under this mode")
    parser.add_argument("--ledger", action="store_true", help="with what the installation's ledger recorded")
    parser.add_argument(
        "--since", metavar="SPAN", type=length, help="how far back the ledger is read: 36h, 7d (7d)"
    )
    parser.add_argument("--archive", action="store_true", help="events out of the installation's archive")
    parser.add_argument("--from", dest="begin", metavar="TIME", type=_time, help="the archive from here")
    parser.add_argument("--to", dest="end", metavar="TIME", type=_time, help="to here")
    parser.add_argument("--save", metavar="FILE", help="where the events of the archive are kept")
    parser.add_argument("--page", metavar="FILE", help="write a self-contained HTML page")
    parser.with_installation()
    parser.with_json()


def _time(text: str) -> datetime:
    found = as_time(text)
    if found is None:
        raise argparse.ArgumentTypeError(f"{text!a} is no time like 2026-11-20T09:15:30Z")
    return found


def run(args: argparse.Namespace) -> int:
    """Replay what was named, and show what it comes to."""
    _check(args)
    found = gathered(args)
    return _show(_replayed(found, Mode(args.mode) if args.mode else None), found.notes, args)


def _check(args: argparse.Namespace) -> None:
    """Refuse what cannot be meant. Raises SettingsError."""
    if not (args.sources or args.archive or args.ledger):
        raise SettingsError("SOURCE", "", "files or folders of events, --archive or --ledger")
    if args.since is not None and not args.ledger:
        raise SettingsError("--since", args.since, "--ledger beside it: files are replayed whole")
    if args.archive and (args.begin is None or args.end is None):
        raise SettingsError("--archive", "", "--from and --to beside it")
    if not args.archive and (args.begin or args.end or args.save):
        raise SettingsError("--from, --to, --save", "", "--archive beside them")
    if args.archive and args.begin >= args.end:
        raise SettingsError("--from", args.begin.isoformat(), "a time before that of --to")


def _replayed(found: Gathered, mode: Mode | None) -> Replay:
    rules, progress = HeldRules(), Progress("events replayed")
    capacity = None if names_hosts(found.world) else UnjudgedCapacity(found.world.guard)
    decider = Decider(found.world, mode, outbox=rules, capacity=capacity)
    made = replayed(found.occurrences, found.recorded.then, decider, rules, progress)
    progress.end()
    return made


def _show(found: Replay, notes: Sequence[str], args: argparse.Namespace) -> int:
    """Print and write the result; the exit code."""
    if args.page is not None:
        _write(args.page, page(found, notes))
    for document in documents(found, notes) if args.json else ():
        line(document)
    if not args.json:
        print("\n".join(report(found, notes)))
        if args.page is not None:
            print(f"page: {args.page}")
    for fault in found.malformed:
        complain(fault)
    return 2 if found.malformed else 0


def _write(name: str, text: str) -> None:
    try:
        Path(name).write_text(text, encoding="utf-8")
    except OSError as error:
        raise DocumentError(name, f"it cannot be written ({error.strerror})") from error
