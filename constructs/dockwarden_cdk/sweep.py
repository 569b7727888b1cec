"""The schedule that makes lanes look at the world as it is."""

import json
from collections.abc import Mapping

from aws_cdk import aws_events as events
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from dockwarden.events.dockwarden_sweep import Sweep as SweepEvent
from dockwarden_cdk.lane_queue import allow_rules, dead_letter_queue
from dockwarden_cdk.names import pascal
from dockwarden_cdk.platform import Platform
from dockwarden_cdk.playbook_rule import target

EVERY = "rate(5 minutes)"
MESSAGE = json.dumps(
    {"source": SweepEvent.SOURCE, "detail-type": SweepEvent.DETAIL_TYPES[0], "detail": {}},
    separators=(",", ":"),
)


class Sweep(Construct):
    """A rule for each lane that sweeps, every five minutes, because events are best effort."""

    def __init__(
        self, scope: Construct, id_: str, *, platform: Platform, queues: Mapping[str, sqs.Queue]
    ) -> None:
        super().__init__(scope, id_)
        self.dead_letters = dead_letter_queue(
            self, "DeadLetters", platform=platform, name="sweep-undelivered"
        )
        self.rule_names = [platform.names.rule(f"sweep-{lane}") for lane in queues]
        if self.rule_names:
            allow_rules(self.dead_letters, "FromSweep", self.rule_names)
        for name, (lane, queue) in zip(self.rule_names, queues.items(), strict=True):
            self._rule(name, lane, queue)

    def _rule(self, name: str, lane: str, queue: sqs.Queue) -> None:
        allow_rules(queue, "FromSweep", [name])
        rule = events.CfnRule(
            self,
            f"{pascal(lane)}Rule",
            name=name,
            description=f"Dockwarden: a look at the world as it is, for the lane {lane}",
            schedule_expression=EVERY,
            state="ENABLED",
            targets=[target(queue, self.dead_letters, MESSAGE)],
        )
        rule.node.add_dependency(queue, self.dead_letters)
