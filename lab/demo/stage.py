"""What a scenario works with: the fleet, what the functions logged, and what Slack shows."""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from lab.demo.console import Screen
from lab.demo.errors import DemoError
from lab.demo.machinery import Machinery
from lab.drydock.calls import Call
from lab.drydock.ec2_instances import interrupt
from lab.drydock.model import Cluster, ContainerInstance
from lab.ministack import function_logs

SWEEP = json.dumps({"source": "dockwarden", "detail-type": "Dockwarden Sweep", "detail": {}})
"""What the stack's own schedule sends."""

_T = TypeVar("_T")


def words_of(message: dict[str, Any]) -> str:
    """Everything that a Slack message says, block by block, a line each."""
    blocks = list(message.get("blocks", []))
    for attachment in message.get("attachments", []):
        blocks += attachment.get("blocks", [])
    parts = [part for block in blocks for part in (block.get("text"), *block.get("elements", [])) if part]
    lines = [str(part.get("text", "")).replace("*", "") for part in parts]
    # Slack would make links of colons, so that cards have another one; on a terminal people want to copy.
    return ("\n".join(lines) or str(message.get("text", ""))).replace("\u2236", ":")


@dataclass
class Stage:
    """One scenario on the deployed installation; times of its entries count from its first event."""

    lab: Machinery
    outputs: dict[str, Any]
    screen: Screen
    began: datetime = field(init=False)
    _calls_before: int = field(init=False)
    _since: int = field(init=False)

    def __post_init__(self) -> None:
        self.began = self.lab.drydock.world.now()
        self._calls_before = len(self.lab.drydock.endpoint.log.calls)
        self._since = int(time.time() * 1000)

    def cluster(self, name: str) -> Cluster:
        """A cluster of drydock."""
        return self.lab.drydock.world.clusters[name]

    def reclaim(self, instance: ContainerInstance) -> None:
        """Let EC2 take a Spot instance back: the warning now, the end two minutes later."""
        interrupt(self.lab.drydock.world, instance.instance_id)

    def send_again(self, detail_type: str) -> None:
        """Put the last event of a kind on the bus once more, as EventBridge sometimes does."""
        world = self.lab.drydock.world
        found = next(e for e in reversed(world.log.events) if e["detail-type"] == detail_type)
        sink = self.lab.drydock.sink
        if sink is None:
            raise DemoError("drydock has no bus to send to.")
        sink(found)

    def sweep(self, lane: str) -> None:
        """Put the sweep of every five minutes into a lane: the schedule of the local AWS has the machine's clock."""
        queue = self.outputs["LaneQueues"][lane]["queue"]
        self.lab.client("sqs").send_message(QueueUrl=queue, MessageBody=SWEEP)

    def pass_time(self, seconds: float) -> None:
        """Let the fleet's time run ahead, which the functions see too."""
        self.lab.drydock.world.advance(seconds)

    def wait(self, what: str, look: Callable[[], _T | None], seconds: float = 20) -> _T:
        """What a look finds, as soon as it finds something. Raises DemoError after some seconds."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if found := look():
                return found
            time.sleep(0.05)
        raise DemoError(f"Waited {seconds:.0f} s for {what}, and it did not come. {self._hint()}")

    def changes(self) -> list[Call]:
        """The calls of this scenario that changed something in the fleet."""
        calls = self.lab.drydock.endpoint.log.calls[self._calls_before :]
        return [call for call in calls if call.mutating and call.executed]

    def logged(self, function: str, message: str) -> list[dict[str, Any]]:
        """The log lines of this scenario with a message, oldest first."""
        return [line for line in self._log(function) if line.get("message") == message]

    def messages(self, saying: str) -> list[dict[str, Any]]:
        """The messages in Slack whose text has some words."""
        bodies = [message.body for message in self.lab.slack.store.messages]
        return [body for body in bodies if saying in str(body.get("text"))]

    def tell(self, kind: str, text: str) -> None:
        """An entry of the timeline at the fleet's present time."""
        passed = (self.lab.drydock.world.now() - self.began).total_seconds()
        self.screen.entry(kind, text, f"+{passed:.1f} s")

    def tell_calls(self, function: str) -> None:
        """An entry for each AWS call that a function made, as it logged them itself."""
        for line in self.logged(function, "calls"):
            for call in line["calls"]:
                error = f"  {call['error']}" if call["error"] else ""
                self.screen.entry("CALL", f"{call['call']:<38}{call['ms']:>5} ms{error}")

    def _log(self, function: str) -> Iterator[dict[str, Any]]:
        """The JSON lines that a function has logged since this scenario began."""
        name = self.outputs["Functions"][function]
        group = self.lab.client("lambda").get_function_configuration(FunctionName=name)["LoggingConfig"][
            "LogGroup"
        ]
        for line in function_logs.read(self.lab.client("logs"), group, self._since):
            try:
                yield json.loads(line.text)
            except ValueError:
                continue

    def _hint(self) -> str:
        sink = self.lab.drydock.sink
        lost = f"{sink.lost} events were lost ({sink.last_error}). " if sink and sink.lost else ""
        return f"{lost}The end of the local AWS's log:\n{self.lab.ministack.tail()}"
