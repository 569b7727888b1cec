"""Print what Dockwarden would do about events, without a call to AWS.

examples:
  dockwarden decide event.json
      one event; the shipped mode is observe, and nothing is known of your clusters
  dockwarden decide --mode enforce --world world.json events.json
      an array of events in their order of arrival; what is done about one counts for the next
  aws sqs receive-message ... | jq '.Messages[].Body | fromjson' | dockwarden decide - --json
      from standard input, one JSON object a line for each event

The clock is the latest readable "time" so far, or stands still at --now. --mode replaces the mode only: what
is opted in, tagged or registered is unknown without a world file (docs/world.md), and what is unknown is held.

verdicts:
  act      it would be done                    observe  the same, but the mode only looks on
  hold     proposed, and waits; the reason says for what
  tell     a person must know; nothing is to be changed
  ignore   everything else; the reason says why

exit code: 0, or 2 where the input or one of its events is malformed; the other events are decided all the same.
"""

import argparse
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from dockwarden.cli.deciding import Decided, Decider
from dockwarden.cli.documents import NotJsonError, read_json
from dockwarden.cli.outcomes import outcome_line
from dockwarden.cli.parser import Parser
from dockwarden.cli.screen import complain, line
from dockwarden.cli.timeline import Timeline
from dockwarden.cli.world import NO_WORLD
from dockwarden.cli.world_file import read_world
from dockwarden.events.times import as_time
from dockwarden.guard.modes import Mode


def arguments(parser: Parser) -> None:
    """Add the arguments of `decide`."""
    parser.add_argument(
        "events", metavar="EVENT.json|-", help="an event, or an array of events; - is standard input"
    )
    parser.add_argument("--mode", choices=[str(mode) for mode in Mode], help="the mode instead of observe")
    parser.add_argument("--world", metavar="FILE", help="what is known of your clusters and settings")
    parser.add_argument(
        "--now", metavar="TIME", type=_time, help="the time it is, such as 2026-11-20T09:15:30Z"
    )
    parser.with_json()


def _time(text: str) -> datetime:
    found = as_time(text)
    if found is None:
        raise argparse.ArgumentTypeError(f"{text!a} is no time like 2026-11-20T09:15:30Z")
    return found


def run(args: argparse.Namespace) -> int:
    """Decide about every event of the document."""
    world = read_world(args.world) if args.world is not None else NO_WORLD
    try:
        document = read_json(args.events, strict=False)
    except NotJsonError as error:
        # It is no event either, and a program that reads lines is told so by one.
        return _show([Decided(None, None, None, None, recognised=False, outcomes=(), error=str(error))], args)
    events = document if isinstance(document, list) else [document]
    return _show(Decider(world, Mode(args.mode) if args.mode else None, args.now).all(events), args)


def _show(decisions: Iterable[Decided], args: argparse.Namespace) -> int:
    """Print decisions as they come; the exit code."""
    timeline, code = Timeline(), 0
    for number, decided in enumerate(decisions, 1):
        if args.json:
            line(_line(decided))
        else:
            timeline.show(decided)
        if decided.error is not None:
            code = complain(f"event {number} is malformed: {decided.error}")
    if not args.json:
        timeline.end()
    return code


def _line(decided: Decided) -> dict[str, Any]:
    """An event as a JSON object with exactly the documented keys."""
    error = {} if decided.error is None else {"error": decided.error}
    return {
        "id": decided.id,
        "source": decided.source,
        "detail_type": decided.detail_type,
        "recognised": decided.recognised,
        "outcomes": [outcome_line(outcome) for outcome in decided.outcomes],
        **error,
    }
