"""`make demo`: set the stage, deploy, play, tell, and leave nothing behind."""

import os
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from types import FrameType
from typing import Any

from lab.demo.console import Screen
from lab.demo.deploying import deploy, synthesize_and_bootstrap
from lab.demo.machinery import Machinery, running
from lab.demo.scenarios import Scenario, chosen
from lab.demo.stage import Stage
from lab.drydock import scenario as worlds
from lab.drydock.errors import DrydockError
from lab.ministack.errors import LabError

_MODELS = (
    "CloudFormation, EventBridge, SQS, Lambda, DynamoDB, IAM and Secrets Manager are played by ministack, "
    "an emulator; ECS and EC2 by drydock, this project's model of them; Slack by a local page. The stacks, the "
    "functions and every call they make are the ones that go to an account."
)


def main() -> int:
    """Play the scenario that SCENARIO names, or all; with KEEP=1 stay until Ctrl-C."""
    signal.signal(signal.SIGTERM, _interrupted)
    screen = Screen()
    try:
        scenarios = chosen(os.environ.get("SCENARIO"))
        _demo(screen, scenarios, keep=os.environ.get("KEEP", "") not in ("", "0"))
    except (LabError, DrydockError) as error:
        screen.say(f"\nThe demo ended: {error}", "bold red")
        return 1
    except KeyboardInterrupt:
        screen.say("\nStopped; nothing is left running.")
        return 130
    screen.say(f"\nDone in {screen.elapsed():.0f} s; nothing is left running.")
    return 0


def _demo(screen: Screen, scenarios: Sequence[Scenario], *, keep: bool) -> None:
    screen.title("Dockwarden demo: the real stacks in a local AWS")
    with _deployed(screen, scenarios) as (lab, outputs):
        for found in scenarios:
            screen.title(f"{found.name}: {found.title}")
            found.play(Stage(lab, outputs, screen))
        screen.title("What is real here")
        screen.say(_MODELS)
        if keep:
            _stay(screen, lab)
        else:
            screen.say("Look around yourself: `make demo KEEP=1` leaves it running.")


@contextmanager
def _deployed(screen: Screen, scenarios: Sequence[Scenario]) -> Iterator[tuple[Machinery, dict[str, Any]]]:
    """The lab, seeded and deployed into, with each step shown; it ends with the context."""
    with ExitStack() as stack:
        with screen.step("starting the local AWS, drydock and the local Slack"):
            lab = stack.enter_context(running())
        for found in scenarios:
            worlds.seed(lab.drydock.world, found.world)
        with screen.step("bootstrapping the account and synthesizing app.py"):
            assembly = synthesize_and_bootstrap(lab)
        with screen.step("cdk deploy"):
            outputs = deploy(lab, assembly)
        yield lab, outputs


def _stay(screen: Screen, lab: Machinery) -> None:
    """Say what can be tried by hand, and wait."""
    exports = "\n".join(f"  export {name}={value}" for name, value in sorted(lab.environment().items()))
    instance = next(
        (
            i.instance_id
            for c in lab.drydock.world.clusters.values()
            for i in c.instances.values()
            if i.status == "ACTIVE"
        ),
        "i-...",
    )
    screen.title("It keeps running. Try:")
    screen.say(
        f"  the channel, as Slack shows it:  {lab.slack.url}\n"
        f"  the fleet, as drydock has it:    {lab.drydock.url}\n"
        f'  another reclaim:                 curl -d \'{{"instanceId": "{instance}"}}\' '
        f"{lab.drydock.url}/_drydock/interrupt\n"
        "  what is installed:               .venv/bin/dockwarden check\n"
        "  stop everything:                 .venv/bin/dockwarden stop --why 'trying it'\n"
        f"with this in the shell:\n{exports}\n\nCtrl-C ends it all."
    )
    signal.pause()


def _interrupted(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
