"""A lane: queue, dead-letter queue and function for some playbooks."""

from collections.abc import Sequence

from aws_cdk import aws_iam as iam
from constructs import Construct

from dockwarden.lanes import Lane as LaneDeclaration
from dockwarden.playbook import Playbook
from dockwarden_cdk.act_role import ActRole
from dockwarden_cdk.lane_function import LaneFunction
from dockwarden_cdk.lane_queue import LaneQueue
from dockwarden_cdk.names import pascal
from dockwarden_cdk.pinned_copies import uses_copies
from dockwarden_cdk.playbook_rule import PlaybookRule
from dockwarden_cdk.statements import declared
from dockwarden_cdk.surroundings import Surroundings


class Lane(Construct):
    """Everything of one lane: its queues, its function, and the rule and act role of each of its playbooks."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        within: Surroundings,
        lane: LaneDeclaration,
        playbooks: Sequence[Playbook],
    ) -> None:
        super().__init__(scope, id_)
        self.declaration, self.playbooks = lane, playbooks
        platform = within.platform
        queues = LaneQueue(self, "Events", platform=platform, lane=lane)
        self.queue, self.dead_letters = queues.queue, queues.dead_letters
        self.function = LaneFunction(self, "Worker", within=within, lane=lane, playbooks=playbooks)
        within.ledger.grant_read_write(self.function.role)
        within.outbox.grant_send(self.function.role)
        platform.encryption.grant_queues(self.function.role)
        self.act_roles = self._act_roles(within)
        self.function.configure(self.act_roles)
        self.function.consume(self.queue)
        self.rules = {
            playbook.name: PlaybookRule(
                self, f"{pascal(playbook.name)}Rule", platform=platform, playbook=playbook, queue=self.queue
            )
            for playbook in playbooks
            if playbook.patterns()  # one that hears the sweep alone has nothing that could be lost
        }

    def _act_roles(self, within: Surroundings) -> dict[str, iam.Role]:
        """A role for each playbook that may change something here, none where nothing is listed to change."""
        platform, place = within.platform, within.place
        roles = {
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
        for playbook in self.playbooks:
            if within.pinned is not None and uses_copies(playbook) and playbook.name in roles:
                within.pinned.let_invoke(roles[playbook.name])
        return roles
