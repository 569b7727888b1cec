"""The function of a lane."""

import json
from collections.abc import Sequence

from aws_cdk import Duration, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from dockwarden.facts.alarm_states import AlarmStates
from dockwarden.facts.capacity import Capacity
from dockwarden.facts.scopes import Scopes
from dockwarden.facts.stacks import Stacks
from dockwarden.lanes import Lane as LaneDeclaration
from dockwarden.permissions import Permission
from dockwarden.playbook import Playbook, hushes
from dockwarden_cdk.config import installation_config
from dockwarden_cdk.function import DockwardenFunction
from dockwarden_cdk.names import kebab
from dockwarden_cdk.pinned_copies import uses_copies
from dockwarden_cdk.statements import allow, declared, grant
from dockwarden_cdk.surroundings import Surroundings

HANDLER = "dockwarden.runtime.lane.handle"
CONSUME = ("sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage")
"""What the AWS Lambda Developer Guide asks of the role of a function that a queue feeds."""


class LaneFunction(Construct):
    """A function that takes the events of some playbooks through parse, decide, guard, perform and record.

    Its role reads what the playbooks ask and changes nothing in ECS; what it may do with the ledger and the
    outbox is granted by who makes it. Call `configure` once the act roles exist, also where there are none.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        within: Surroundings,
        lane: LaneDeclaration,
        playbooks: Sequence[Playbook],
        handler: str = HANDLER,
        name: str | None = None,
    ) -> None:
        super().__init__(scope, id_)
        self._lane, self._playbooks = lane, playbooks
        self._within = within
        self._made = DockwardenFunction(
            self,
            "Lambda",
            platform=within.platform,
            name=name or kebab(lane.name),
            description=f"Dockwarden: {lane.purpose}",
            handler=handler,
            timeout=Duration.seconds(lane.function_timeout),
            memory=lane.memory,
            environment={
                "DOCKWARDEN_LANE": lane.name,
                "DOCKWARDEN_PLAYBOOKS": ",".join(playbook.name for playbook in playbooks),
                "DOCKWARDEN_QUIET": json.dumps(hushes(playbooks), separators=(",", ":")),
                "LEDGER_TABLE": within.ledger.table.table_name,
                "OUTBOX_URL": within.outbox.queue.queue_url,
            },
        )
        settings = within.platform.settings
        self.role, self.function = self._made.role, self._made.function
        for statement in declared(read_permissions(playbooks, alarms=bool(settings.alarms)), within.place):
            grant(self.role, statement)

    def configure(self, act_roles: dict[str, iam.Role]) -> None:
        """Write the configuration of its playbooks into the environment, and let it assume their act roles."""
        arns = {name: role.role_arn for name, role in act_roles.items()}
        pinned = self._within.pinned if any(map(uses_copies, self._playbooks)) else None
        config = installation_config(
            self._within.platform.settings,
            self._playbooks,
            arns,
            pinned_copies=pinned.function.function_arn if pinned is not None else None,
        )
        self.config = config
        self.function.add_environment("DOCKWARDEN_CONFIG", Stack.of(self).to_json_string(config))
        if arns:
            grant(self.role, allow("AssumeActRole", ["sts:AssumeRole"], list(arns.values())))

    def consume(self, queue: sqs.Queue) -> None:
        """Take batches from the lane's queue; messages that failed come back one by one."""
        grant(self.role, allow("ReceiveFromOwnQueue", CONSUME, [queue.queue_arn]))
        # No maximum concurrency: batches bound the calls to ECS, and a limit would hold up the Spot lane.
        lambda_.EventSourceMapping(
            self,
            "Source",
            target=self.function,
            event_source_arn=queue.queue_arn,
            batch_size=self._lane.batch_size,
            max_batching_window=Duration.seconds(self._lane.batch_window),
            report_batch_item_failures=True,
        )


def read_permissions(playbooks: Sequence[Playbook], *, alarms: bool) -> list[Permission]:
    """What a function reads for its playbooks; the guard reads too, once one of them has an action at all.

    Of what happens anyway the budgets only keep count, for which nothing is read. `alarms` says that freezes name any.
    """
    permissions = [permission for playbook in playbooks for permission in playbook.read_permissions()]
    if any(playbook.may for playbook in playbooks):
        permissions += Scopes.PERMISSIONS
    if any(playbook.may and not playbook.involuntary for playbook in playbooks):
        permissions += Capacity.PERMISSIONS
        permissions += AlarmStates.PERMISSIONS if alarms else ()
    if any(action.ON_SERVICE for playbook in playbooks for action in playbook.may):
        permissions += Stacks.PERMISSIONS
    return permissions
