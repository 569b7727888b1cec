"""A container is killed for its memory: told apart from any other 137, with the limit and what changed."""

from typing import Any

from lab.demo.errors import DemoError
from lab.demo.stage import Stage, words_of
from lab.drydock.build import deploy
from lab.drydock.model import Behaviour

CLUSTER, SERVICE = "reports", "exporter"
NAMES_THE_CAUSE = ("oom", "memory")

WORLD: dict[str, Any] = {
    "clusters": [
        {
            "name": CLUSTER,
            "instances": [{"lifecycle": "on-demand", "count": 2}],
            "services": [
                {
                    "name": SERVICE,
                    "desiredCount": 1,
                    "minimumHealthyPercent": 0,
                    "networkMode": "bridge",
                    "container": "exporter",
                    "image": "example/exporter:7",
                    "memory": 1024,
                    "logGroup": "/reports/exporter",
                }
            ],
        }
    ]
}


def play(stage: Stage) -> None:
    """Deploy a revision with a quarter of the memory, and read in Slack what kills it."""
    cluster = stage.cluster(CLUSTER)
    lines = ("exporting 80,000 rows", "building the workbook in memory")
    deployment = deploy(
        stage.lab.drydock.world,
        cluster,
        cluster.services[SERVICE],
        memory=256,
        behaviour=Behaviour("out-of-memory", after=25, lines=lines),
    )
    stage.tell("EVENT", f"{SERVICE}:2 is being deployed ({deployment.id}) with 256 MiB instead of 1024")
    while not any(task.exit_code == 137 for task in cluster.tasks.values()):
        stage.pass_time(1)
    stage.tell(
        "EVENT", "its task has stopped: exit code 137, OutOfMemoryError in the reason of the container"
    )
    stage.pass_time(150)
    stage.tell("SLACK", stage.wait("a Slack message with the cause", lambda: _explained(stage)))
    if stage.changes():
        raise DemoError("Nothing should have been changed, but something was.")


def _explained(stage: Stage) -> str | None:
    texts = [words_of(message) for message in stage.messages(SERVICE)]
    return next((text for text in texts if any(word in text.lower() for word in NAMES_THE_CAUSE)), None)
