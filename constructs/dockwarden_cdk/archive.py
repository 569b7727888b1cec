"""Events kept for a while, so that a replay can decide about them again; off as it is shipped."""

from collections.abc import Iterable
from typing import Any

from aws_cdk import Aws, Duration
from aws_cdk import aws_events as events
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from dockwarden.playbook import Playbook
from dockwarden_cdk.lane_queue import allow_rules, dead_letter_queue
from dockwarden_cdk.platform import Platform
from dockwarden_cdk.playbook_rule import target

_KEPT = Duration.days(1)
"""Copies that nobody fetched are of no use later: the archive still has the events."""


class Archive(Construct):
    """The archive of what the playbooks hear on the default bus, and the rule and queue that replays go to.

    A replay names this rule as its only filter, so that no other rule on the bus gets a copy; and a copy that got to a
    playbook all the same would be refused for its `replay-name` (invariant 11).
    """

    def __init__(
        self, scope: Construct, id_: str, *, platform: Platform, playbooks: Iterable[Playbook], days: int
    ) -> None:
        super().__init__(scope, id_)
        heard = pattern(playbooks)
        self.bus_arn = f"arn:{Aws.PARTITION}:events:{Aws.REGION}:{Aws.ACCOUNT_ID}:event-bus/default"
        self.rule_name = platform.names.rule("replays")
        self.archive = events.CfnArchive(
            self,
            "Archive",
            archive_name=platform.names.archive("events"),
            source_arn=self.bus_arn,
            description="Dockwarden: what its playbooks hear, for `dockwarden replay`",
            event_pattern=heard,
            retention_days=days,
            kms_key_identifier=platform.encryption.key.key_arn if platform.encryption.key else None,
        )
        platform.encryption.allow_archive(self.bus_arn)
        self.queue = sqs.Queue(
            self,
            "Queue",
            queue_name=platform.names.of("replays"),
            retention_period=_KEPT,
            encryption=platform.encryption.of_queues,
            encryption_master_key=platform.encryption.key,
            enforce_ssl=True,
        )
        self.dead_letters = dead_letter_queue(
            self, "DeadLetters", platform=platform, name="replays-undelivered"
        )
        self._rule({**heard, "replay-name": [{"exists": True}]})

    def _rule(self, replayed: dict[str, Any]) -> None:
        for queue in (self.queue, self.dead_letters):
            allow_rules(queue, "FromReplays", [self.rule_name])
        rule = events.CfnRule(
            self,
            "Rule",
            name=self.rule_name,
            description="Dockwarden: copies out of its archive, for `dockwarden replay`; nothing else",
            event_pattern=replayed,
            state="ENABLED",
            targets=[target(self.queue, self.dead_letters)],
        )
        rule.node.add_dependency(self.queue, self.dead_letters)
        self._arn = rule.attr_arn

    @property
    def output(self) -> dict[str, str]:
        """What the command line needs to know."""
        return {
            "arn": self.archive.attr_arn,
            "bus": self.bus_arn,
            "rule": self._arn,
            "queue": self.queue.queue_url,
        }


def pattern(playbooks: Iterable[Playbook]) -> dict[str, Any]:
    """One pattern for all that the playbooks hear of AWS: each source and each kind of event once.

    It is wider than their rules, because it names no details: what a playbook may hear tomorrow is kept already.
    """
    heard = [found for playbook in playbooks for found in playbook.patterns()]
    return {
        key: sorted({value for found in heard for value in _texts(found[key])})
        for key in ("source", "detail-type")
    }


def _texts(value: object) -> list[str]:
    return [str(item) for item in value] if isinstance(value, list) else []
