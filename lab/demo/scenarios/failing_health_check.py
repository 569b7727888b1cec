"""A load balancer finds a new revision unhealthy: the check that fails and what its targets answer."""

from typing import Any

from lab.demo.errors import DemoError
from lab.demo.stage import Stage, words_of
from lab.drydock.build import deploy
from lab.drydock.model import Behaviour

CLUSTER, SERVICE = "portal", "gateway"
NAMES_THE_CAUSE = ("elb-health", "health check")

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
                    "container": "gateway",
                    "image": "example/gateway:11",
                    "logGroup": "/portal/gateway",
                    "containerPort": 8000,
                    "targetGroup": {"port": 8000, "healthCheckGracePeriodSeconds": 30},
                    "deploymentCircuitBreaker": {"enable": True, "rollback": False},
                }
            ],
        }
    ]
}


def play(stage: Stage) -> None:
    """Deploy a revision that answers 404 to the check, and read in Slack why its tasks are killed."""
    cluster = stage.cluster(CLUSTER)
    service = cluster.services[SERVICE]
    reason = "Health checks failed with these codes: [404]"
    lines = ("gateway 12 listening on 8000", 'GET /healthz HTTP/1.1" 404')
    deployment = deploy(
        stage.lab.drydock.world,
        cluster,
        service,
        image="example/gateway:12",
        exit_code_on_stop=0,
        behaviour=Behaviour("elb-unhealthy", reason=reason, lines=lines),
    )
    stage.tell("EVENT", f"{SERVICE}:2 is being deployed ({deployment.id}); its check page has moved")
    while not any("ELB health checks" in (task.stopped_reason or "") for task in cluster.tasks.values()):
        stage.pass_time(1)
    stage.tell("EVENT", "ECS stops a task that runs: it failed the health checks of the load balancer")
    stage.pass_time(240)
    stage.tell("SLACK", stage.wait("a Slack message with the cause", lambda: _explained(stage)))
    old = [task for task in cluster.tasks_of(service) if task.definition.revision == 1]
    stage.tell(
        "EFFECT", f"{len(old)} tasks of {SERVICE}:1 still serve: ECS keeps them while the new ones fail"
    )
    if stage.changes():
        raise DemoError("Nothing should have been changed, but something was.")


def _explained(stage: Stage) -> str | None:
    texts = [words_of(message) for message in stage.messages(SERVICE)]
    return next((text for text in texts if any(word in text.lower() for word in NAMES_THE_CAUSE)), None)
