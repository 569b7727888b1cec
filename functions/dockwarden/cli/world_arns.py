"""The ARNs of a world: a short name is made one where the file says account and region, a whole one has to fit."""

import re
from dataclasses import dataclass

from dockwarden.cli.nodes import Node
from dockwarden.events.arn import Arn, InCluster, in_cluster
from dockwarden.facts.services import ServiceRef

# RegisterTaskDefinition: a family has up to 255 letters, numbers, underscores and hyphens.
_REVISION = re.compile(r"[A-Za-z0-9_-]{1,255}:[1-9][0-9]{0,8}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a world is: its partition, and account and region where the file says them."""

    partition: str
    home: tuple[str, str] | None

    def ecs(self, resource: str) -> str | None:
        """The ARN of something of ECS here, None where the file does not say where that is."""
        if self.home is None:
            return None
        return f"arn:{self.partition}:ecs:{self.home[1]}:{self.home[0]}:{resource}"

    def task_definition(self, node: Node) -> str:
        """The ARN of a revision of a task definition. Raises NodeError."""
        text = node.text()
        arn = Arn.read(text)
        name = text if arn is None else arn.path if arn.names("ecs", "task-definition") else ""
        if not _REVISION.fullmatch(name):
            raise node.wrong("family:revision, such as web:29, or the ARN of such a task definition")
        return text if arn is not None else _whole(node, self.ecs(f"task-definition/{text}"))

    def service(self, node: Node, ref: ServiceRef) -> str:
        """The ARN of a service, of the object that describes it. Raises NodeError."""
        given = node.get("arn")
        if given is None:
            return _whole(node, self.ecs(f"service/{ref.cluster}/{ref.name}"))
        if in_cluster(given.text(), "service") not in (
            InCluster(ref.cluster, ref.name),
            InCluster(None, ref.name),
        ):
            raise given.wrong(f"the ARN of the service {ref.name!a} in the cluster {ref.cluster!a}")
        return given.text()


def _whole(node: Node, arn: str | None) -> str:
    if arn is None:
        raise node.fault("give its whole ARN, or 'account' and 'region' of the world")
    return arn
