"""A new revision crashes when it starts: the cause in one sentence, with its last words and what changed."""

from typing import Any

from lab.demo.errors import DemoError
from lab.demo.pipeline import TERRAFORM
from lab.demo.stage import Stage, words_of
from lab.drydock.build import deploy
from lab.drydock.model import Behaviour
from lab.drydock.trail import Caller

CLUSTER, SERVICE = "shop", "checkout"
LAST_WORDS = "KeyError: 'DATABASE_URL'"
NAMES_THE_CAUSE = ("app-exit", "exit code 1", "exited with 1")

WORLD: dict[str, Any] = {
    "clusters": [
        {
            "name": CLUSTER,
            "services": [
                {
                    "name": SERVICE,
                    "desiredCount": 2,
                    "launchType": "FARGATE",
                    "capacityProviderName": "FARGATE",
                    "container": "checkout",
                    "image": "example/checkout:2.3.9",
                    "environment": {"DATABASE_URL": "postgres://db.internal/shop", "LEVEL": "info"},
                    "secrets": {
                        "PAYMENT_KEY": "arn:aws:secretsmanager:us-east-1:000000000000:secret:payment"
                    },
                    "logGroup": "/shop/checkout",
                    "containerPort": 8080,
                    "targetGroup": {"port": 8080},
                    "deploymentCircuitBreaker": {"enable": True, "rollback": True},
                    "registeredBy": "arn:aws:sts::000000000000:assumed-role/ci/release-2.3.9",
                }
            ],
        }
    ]
}


def play(stage: Stage) -> None:
    """Deploy a revision without a variable that it needs, and read in Slack why it does not come up."""
    _deploy(stage)
    _told(stage)
    _rolled_back(stage)


def _deploy(stage: Stage) -> None:
    cluster = stage.cluster(CLUSTER)
    lines = ("checkout 2.4.0 starting", "Traceback (most recent call last):", LAST_WORDS)
    deployment = deploy(
        stage.lab.drydock.world,
        cluster,
        cluster.services[SERVICE],
        image="example/checkout:2.4.0",
        environment={"LEVEL": "info"},
        caller=Caller("arn:aws:sts::000000000000:assumed-role/ci/release-2.4.0", TERRAFORM),
        behaviour=Behaviour("exits", after=2, exit_code=1, lines=lines),
    )
    stage.tell(
        "EVENT", f"{SERVICE}:2 is being deployed ({deployment.id}); DATABASE_URL is not in it any more"
    )


def _told(stage: Stage) -> None:
    """Let the tasks come and go until somebody is told; ECS itself needs minutes to give up."""
    cluster = stage.cluster(CLUSTER)
    while not any(task.exit_code == 1 for task in cluster.tasks.values()):
        stage.pass_time(1)
    stage.tell("EVENT", "its first task has stopped: essential container in task exited, exit code 1")
    stage.pass_time(120)
    message = stage.wait("a Slack message with the cause", lambda: _explained(stage))
    stage.tell("SLACK", message)


def _explained(stage: Stage) -> str | None:
    texts = [words_of(message) for message in stage.messages(SERVICE)]
    return next((text for text in texts if any(word in text for word in NAMES_THE_CAUSE)), None)


def _rolled_back(stage: Stage) -> None:
    service = stage.cluster(CLUSTER).services[SERVICE]
    stage.pass_time(600)
    if service.definition.revision != 1:
        raise DemoError(f"ECS should have rolled {SERVICE} back, but it is on {service.definition.revision}.")
    stage.tell("EFFECT", f"ECS's own circuit breaker has rolled {SERVICE} back; Dockwarden changed nothing")
    if stage.changes():
        raise DemoError("Nothing should have been changed, but something was.")
