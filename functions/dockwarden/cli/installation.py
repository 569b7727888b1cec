"""An installation as CloudFormation and Lambda know it: what was deployed, and with which settings."""

import json
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from dockwarden.aws.alarm_states import CloudWatchAlarmStates
from dockwarden.aws.capacity import EcsCapacity
from dockwarden.aws.clients import Clients
from dockwarden.aws.fleet import EcsFleet
from dockwarden.aws.outbox import NoOutbox
from dockwarden.aws.stacks import CloudFormationStacks
from dockwarden.cli.account import AccountError, ask
from dockwarden.cli.pretending import PretendPerformer
from dockwarden.clock import SystemClock
from dockwarden.errors import DockwardenError
from dockwarden.ledger.dynamodb import DynamoStore
from dockwarden.ledger.index import InstanceIndex
from dockwarden.runtime.config import Config, read_config
from dockwarden.runtime.parts import Parts


class NotInstalledError(DockwardenError):
    """A stack is not there, or is none of Dockwarden's."""


class Installation:
    """A deployed stack, as its outputs describe it. What is asked of AWS is asked once.

    Every property raises NotInstalledError, or AccountError where AWS does not answer.
    """

    def __init__(self, clients: Clients, stack: str) -> None:
        self.clients = clients
        self.stack = stack

    @cached_property
    def _described(self) -> Mapping[str, Any]:
        describe = self.clients.client("cloudformation").describe_stacks
        try:
            answer = ask(f"reading stack {self.stack}", lambda: describe(StackName=self.stack))
        except AccountError as error:
            if error.code != "ValidationError":
                raise
            fault = f"there is no stack {self.stack!a} in this account and region; deploy it, or give --stack"
            raise NotInstalledError(fault) from error
        found: Mapping[str, Any] = answer["Stacks"][0]
        return found

    @property
    def status(self) -> str:
        """The status of the stack, in CloudFormation's words."""
        return str(self._described["StackStatus"])

    def output(self, name: str) -> str:
        """An output of the stack."""
        outputs = {found["OutputKey"]: found["OutputValue"] for found in self._described.get("Outputs", [])}
        if name not in outputs:
            fault = f"stack {self.stack!a} ({self.status}) has no output {name}: is it Dockwarden's, and deployed?"
            raise NotInstalledError(fault)
        return str(outputs[name])

    def _document(self, name: str) -> Mapping[str, Any]:
        """An output that is JSON."""
        try:
            found: Mapping[str, Any] = json.loads(self.output(name))
        except ValueError as error:
            raise NotInstalledError(f"output {name} of stack {self.stack!a} is no JSON") from error
        return found

    @property
    def functions(self) -> Mapping[str, str]:
        """The functions' names: of each lane, the notifier, and the one that fills the index."""
        return self._document("Functions")

    @property
    def rules(self) -> Mapping[str, list[str]]:
        """The names of the rules of each playbook, and of the sweep."""
        return {name: list(found["rules"]) for name, found in self._document("Rules").items()}

    @property
    def queues(self) -> Mapping[str, str]:
        """The URL of each queue that holds work, by what it is."""
        lanes = {f"lane {name}": found["queue"] for name, found in self._document("LaneQueues").items()}
        return {**lanes, "outbox": self.output("OutboxUrl")}

    @property
    def dead_letter_queues(self) -> Mapping[str, str]:
        """The URL of each dead-letter queue, by whose letters it holds."""
        lanes = {f"lane {name}": found["dlq"] for name, found in self._document("LaneQueues").items()}
        rules = {f"rules of {name}": found["dlq"] for name, found in self._document("Rules").items()}
        return {**lanes, **rules, "outbox": self.output("OutboxDlqUrl")}

    @cached_property
    def config(self) -> Config:
        """The platform's settings."""
        return read_config(self.output("Config"))

    @cached_property
    def store(self) -> DynamoStore:
        """The ledger's table."""
        return DynamoStore(lambda: self.clients.client("dynamodb"), self.output("LedgerTable"))

    @cached_property
    def fleet(self) -> EcsFleet:
        """The clusters that are opted in."""
        return EcsFleet(
            lambda: self.clients.client("ecs"), InstanceIndex(self.store), self.config.cluster_arns()
        )

    @cached_property
    def parts(self) -> Parts:
        """The parts of the installation for reading: with these nothing is performed and nobody is told."""
        return Parts(
            config=self.config,
            clock=SystemClock(),
            store=self.store,
            facts=self.fleet,
            scopes=self.fleet,
            performer=PretendPerformer(InstanceIndex(self.store)),
            outbox=NoOutbox(),
            home=(self.config.account, self.config.region),
            capacity=EcsCapacity(lambda: self.clients.client("ecs"), self.fleet.cluster, self.config.guard),
            alarms=CloudWatchAlarmStates(lambda: self.clients.client("cloudwatch")),
            stacks=CloudFormationStacks(lambda: self.clients.client("cloudformation")),
        )
