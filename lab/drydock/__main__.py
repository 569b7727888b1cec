"""`python -m lab.drydock`: the HTTP face, until it is interrupted."""

from __future__ import annotations

import argparse
import json
import signal
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path

from lab.drydock import scenario
from lab.drydock.errors import DrydockError
from lab.drydock.server import DEFAULT_PORT, Drydock
from lab.drydock.world import DEFAULT_ACCOUNT, DEFAULT_REGION


def main(arguments: list[str] | None = None) -> int:
    """Run drydock; 1 with one clear sentence when it cannot start."""
    options = _parser().parse_args(arguments)
    try:
        drydock = _make(options)
    except (DrydockError, OSError, ValueError) as error:
        print(f"drydock: {error}", file=sys.stderr)
        return 1
    stopped = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: stopped.set())
    with drydock:
        print(f"drydock listens on {drydock.url} (page: {drydock.url}/)", flush=True)
        stopped.wait()
    return 0


def _make(options: argparse.Namespace) -> Drydock:
    description = json.loads(Path(options.world).read_text(encoding="utf-8")) if options.world else {}
    drydock = Drydock(
        port=options.port,
        account=options.account,
        region=options.region,
        events_endpoint=options.events_endpoint,
        speed=options.speed,
        seed=options.seed,
        start=datetime.now(UTC).replace(microsecond=0),
    )
    scenario.seed(drydock.world, description)
    return drydock


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m lab.drydock", description="A model of ECS and EC2 for the lab."
    )
    parser.add_argument("--port", type=int, default=DEFAULT_PORT)
    parser.add_argument("--events-endpoint", help="where PutEvents goes; without it events are only logged")
    parser.add_argument("--account", default=DEFAULT_ACCOUNT)
    parser.add_argument("--region", default=DEFAULT_REGION)
    parser.add_argument(
        "--speed", type=float, default=1.0, help="virtual seconds for each second on the wall"
    )
    parser.add_argument("--seed", type=int, default=0, help="ids are the same for the same seed")
    parser.add_argument("--world", help="a JSON file that describes the world to begin with")
    return parser


if __name__ == "__main__":
    sys.exit(main())
