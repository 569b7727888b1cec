"""From the default bus into a lane."""

from collections.abc import Mapping

from aws_cdk import aws_events as events
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from dockwarden.playbook import Playbook
from dockwarden_cdk.lane_queue import allow_rules, dead_letter_queue
from dockwarden_cdk.names import kebab, pascal
from dockwarden_cdk.platform import Platform

OLDEST_SECONDS = 86400
MOST_RETRIES = 185
"""EventBridge's own limits: an event that waited goes on being tried; the guard knows how old it is."""


class PlaybookRule(Construct):
    """The rules of one playbook on the default bus, to the queue of its lane.

    What EventBridge cannot deliver goes to a dead-letter queue of the playbook's own.
    """

    def __init__(
        self, scope: Construct, id_: str, *, platform: Platform, playbook: Playbook, queue: sqs.Queue
    ) -> None:
        super().__init__(scope, id_)
        patterns, name = playbook.patterns(), kebab(playbook.name)
        self.rule_names = [platform.names.rule(_numbered(name, n)) for n in range(len(patterns))]
        self.dead_letters = dead_letter_queue(
            self, "DeadLetters", platform=platform, name=f"{name}-undelivered"
        )
        allow_rules(queue, f"From{pascal(playbook.name)}", self.rule_names)
        allow_rules(self.dead_letters, f"From{pascal(playbook.name)}", self.rule_names)
        for number, pattern in enumerate(patterns):
            self._rule(number, pattern, playbook.summary, queue)

    def _rule(self, number: int, pattern: Mapping[str, object], summary: str, queue: sqs.Queue) -> None:
        rule = events.CfnRule(
            self,
            "Rule" if number == 0 else f"Rule{number + 1}",
            name=self.rule_names[number],
            description=f"Dockwarden: {summary}"[:512],
            event_pattern=pattern,
            state="ENABLED",
            targets=[target(queue, self.dead_letters)],
        )
        # The policies name the rule, so they can and must be there first.
        rule.node.add_dependency(queue, self.dead_letters)


def target(
    queue: sqs.Queue, dead_letters: sqs.Queue, constant: str | None = None
) -> events.CfnRule.TargetProperty:
    """A queue as the target of a rule, with every retry that EventBridge has."""
    return events.CfnRule.TargetProperty(
        id="Lane",
        arn=queue.queue_arn,
        input=constant,
        dead_letter_config=events.CfnRule.DeadLetterConfigProperty(arn=dead_letters.queue_arn),
        retry_policy=events.CfnRule.RetryPolicyProperty(
            maximum_event_age_in_seconds=OLDEST_SECONDS, maximum_retry_attempts=MOST_RETRIES
        ),
    )


def _numbered(name: str, number: int) -> str:
    return name if number == 0 else f"{name}-{number + 1}"
