"""`python -m lab.slack`: the local Slack by itself, until Ctrl-C."""

import os
import signal
import sys
import time

from lab.ministack.errors import LabError
from lab.slack.clock import of_drydock
from lab.slack.server import PORT, TOKEN, LocalSlack


def main() -> int:
    """Serve on DOCKWARDEN_LAB_PORT + 14 (4580), with DOCKWARDEN_LAB_SLACK_TOKEN as the one good token.

    Its messages have the time of the drydock at DOCKWARDEN_LAB_DRYDOCK when that is set.
    """
    endings = {signal.SIGINT, signal.SIGTERM}
    signal.pthread_sigmask(signal.SIG_BLOCK, endings)  # before any thread, so that sigwait alone sees them
    base = os.environ.get("DOCKWARDEN_LAB_PORT")
    port = int(base) + 14 if base else PORT
    drydock = os.environ.get("DOCKWARDEN_LAB_DRYDOCK")
    clock = of_drydock(drydock) if drydock else time.time
    token = os.environ.get("DOCKWARDEN_LAB_SLACK_TOKEN", TOKEN)
    try:
        with LocalSlack.start(port, token, clock=clock) as slack:
            print(f"The local Slack is at {slack.url} (API {slack.base_url}); Ctrl-C ends it.", flush=True)
            signal.sigwait(endings)
    except LabError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
