"""What a replay is made of: its events, what the ledger recorded of them, and the world that it pretends."""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from dockwarden.cli.documents import DocumentError
from dockwarden.cli.replaying.occurrences import Occurrence, Recorded, distinct, joined, of_raw
from dockwarden.cli.replaying.sources import Progress, read_sources
from dockwarden.cli.replaying.worlds import home_of, names_hosts, read_platform, under
from dockwarden.cli.world import NO_WORLD, World
from dockwarden.cli.world_file import read_world

if TYPE_CHECKING:  # with an installation only: files must not wait for boto3
    from dockwarden.cli.installation import Installation

_WEEK = timedelta(days=7)
_NO_BUDGETS = (
    "budgets are not judged, because how many container instances there were is not known; --world tells it"
)
_NOTHING = Recorded((), ())


@dataclass(frozen=True, slots=True)
class Gathered:
    """Events to decide about again, what was done about them, the world, and what the result rests on."""

    occurrences: tuple[Occurrence, ...]
    recorded: Recorded
    world: World
    notes: tuple[str, ...]


def gathered(args: argparse.Namespace) -> Gathered:
    """Everything that the arguments name. Raises what reading files and asking AWS raises."""
    installation = _installation(args) if args.ledger or args.archive else None
    events, copies = distinct(map(of_raw, read_sources(_sources(args, installation))))
    recorded = _recorded(args, installation, events)
    world = _world(args, installation, events)
    these = joined(events, recorded) if args.sources or args.archive else recorded.occurrences
    return Gathered(tuple(these), recorded, world, tuple(_notes(args, world, recorded, copies)))


def _installation(args: argparse.Namespace) -> "Installation":
    from dockwarden.cli.account import clients_of  # noqa: PLC0415 - see the imports
    from dockwarden.cli.installation import Installation  # noqa: PLC0415

    return Installation(clients_of(args), args.stack)


def _sources(args: argparse.Namespace, installation: "Installation | None") -> list[str]:
    """The files to read, after those of an archive were fetched."""
    if not args.archive or installation is None:
        return list(args.sources)
    from dockwarden.cli.replaying.archive import ArchiveReplay  # noqa: PLC0415 - see the imports

    name = f"dockwarden-{args.begin:%Y%m%dT%H%M%S}-{args.end:%Y%m%dT%H%M%S}.jsonl"
    file, progress = Path(args.save or name), Progress("events out of the archive", every=1)
    try:
        count = ArchiveReplay(installation).run(args.begin, args.end, file, progress)
    except FileExistsError as error:
        raise DocumentError(str(file), "it is there already; name another one with --save") from error
    except OSError as error:
        raise DocumentError(str(file), f"it cannot be written ({error.strerror})") from error
    progress.end()
    print(f"{count:,} events are kept in {file}, which only you can read", file=sys.stderr)
    return [*args.sources, *([str(file)] if count else [])]


def _recorded(
    args: argparse.Namespace, installation: "Installation | None", events: Sequence[Occurrence]
) -> Recorded:
    """What the ledger says of the time of the events, or of the last days where there are none."""
    if not args.ledger or installation is None:
        return _NOTHING
    from dockwarden.cli.replaying.installed import recorded_since  # noqa: PLC0415 - see the imports

    times = [one.time for one in events if one.time is not None]
    since = datetime.now(UTC) - (args.since or _WEEK)
    recorded = recorded_since(installation, min([since, *times]) if args.since is None else since)
    if not times:
        return recorded
    within = {one.key for one in recorded.occurrences if one.time and min(times) <= one.time <= max(times)}
    return replace(recorded, then=tuple(then for then in recorded.then if then.event in within))


def _world(
    args: argparse.Namespace, installation: "Installation | None", events: Sequence[Occurrence]
) -> World:
    """What is known of the clusters, with the settings that were asked for."""
    world = NO_WORLD
    if args.world is not None:
        world = read_world(args.world)
    elif installation is not None:
        from dockwarden.cli.replaying.installed import world_of  # noqa: PLC0415 - see the imports

        world = world_of(installation)
    if args.settings is None:
        return world
    return under(
        replace(world, home=world.home or home_of(one.raw for one in events)), read_platform(args.settings)
    )


def _notes(args: argparse.Namespace, world: World, recorded: Recorded, copies: int) -> list[str]:
    """What the result rests on."""
    notes = [f"{copies:,} exact copies of events were left out"] if copies else []
    if not names_hosts(world):
        notes.append(_NO_BUDGETS)
    if args.ledger and args.world is None:
        from dockwarden.cli.replaying.installed import NOTES  # noqa: PLC0415 - see the imports

        notes += NOTES
    if recorded.by_people:
        notes.append(f"{recorded.by_people:,} receipts are of what people asked for, and not compared")
    return notes + [f"not replayed: {why}" for why in recorded.unreadable]
