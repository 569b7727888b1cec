"""A lane: queue, dead-letter queue and function for some playbooks."""

from collections.abc import Sequence

from aws_cdk import aws_iam as iam
from constructs import Construct

from dockwarden.lanes import Lane as LaneDeclaration
from dockwarden.permissions import Place
from dockwarden.playbook import Playbook
from dockwarden_cdk.act_role import ActRole
from dockwarden_cdk.lane_function import LaneFunction
from dockwarden_cdk.lane_queue import LaneQueue
from dockwarden_cdk.ledger import Ledger
from dockwarden_cdk.names import pascal
from dockwarden_cdk.outbox import Outbox
from dockwarden_cdk.platform import Platform
from dockwarden_cdk.playbook_rule import PlaybookRule
from dockwarden_cdk.statements import declared


class Lane(Construct):
    """Everything of one lane: its queues, its function, and the rule and act role of each of its playbooks."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        platform: Platform,
        lane: LaneDeclaration,
        playbooks: Sequence[Playbook],
        place: Place,
        ledger: Ledger,
        outbox: Outbox,
    ) -> None:
        super().__init__(scope, id_)
        self.declaration, self.playbooks = lane, playbooks
        queues = LaneQueue(self, "Events", platform=platform, lane=lane)
        self.queue, self.dead_letters = queues.queue, queues.dead_letters
        self.function = LaneFunction(
            self,
            "Worker",
            platform=platform,
            lane=lane,
            playbooks=playbooks,
            place=place,
            ledger=ledger,
            outbox=outbox,
        )
        self.act_roles = self._act_roles(platform, place)
        self.function.configure(self.act_roles)
        self.function.consume(self.queue)
        self.rules = {
            playbook.name: PlaybookRule(
                self, f"{pascal(playbook.name)}Rule", platform=platform, playbook=playbook, queue=self.queue
            )
            for playbook in playbooks
        }

    def _act_roles(self, platform: Platform, place: Place) -> dict[str, iam.Role]:
        """A role for each playbook that may change something here, none where nothing is listed to change."""
        return {
            playbook.name: ActRole(
                self,
                f"{pascal(playbook.name)}Act",
                platform=platform,
                playbook=playbook,
                place=place,
                trusted=self.function.role,
            ).role
            for playbook in self.playbooks
            if platform.settings.of(playbook.name).may_act and declared(playbook.act_permissions(), place)
        }
