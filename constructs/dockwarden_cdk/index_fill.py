"""The custom resource that fills the index of instances when the stack is deployed."""

from aws_cdk import CustomResource, Duration
from constructs import Construct, IDependable

from dockwarden.lanes import Lane as LaneDeclaration
from dockwarden.playbook import Playbook
from dockwarden_cdk.lane_function import LaneFunction
from dockwarden_cdk.surroundings import Surroundings

HANDLER = "dockwarden.runtime.index_fill.handle"
RESOURCE_TYPE = "Custom::DockwardenIndexFill"
_SPARE_SECONDS = 30  # for the function's start and its answer


class IndexFill(Construct):
    """Reads the listed clusters at deploy, again when code or list change; refuses a delete while a drain lives.

    `after` must be there first: the rules, so that what changes during the fill is heard.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        within: Surroundings,
        lane: LaneDeclaration,
        playbooks: list[Playbook],
        after: list[IDependable],
    ) -> None:
        super().__init__(scope, id_)
        self.worker = LaneFunction(
            self,
            "Worker",
            within=within,
            lane=lane,
            playbooks=playbooks,
            handler=HANDLER,
            name="index-fill",
        )
        within.ledger.grant_index(self.worker.role)
        self.worker.configure({})
        platform = within.platform
        self.resource = CustomResource(
            self,
            "Resource",
            service_token=self.worker.function.function_arn,
            resource_type=RESOURCE_TYPE,
            # Without an answer a stack would wait an hour.
            service_timeout=Duration.seconds(lane.function_timeout + _SPARE_SECONDS),
            properties={"Clusters": list(platform.settings.clusters), "Code": platform.code.version},
        )
        self.resource.node.add_dependency(self.worker, *after)
