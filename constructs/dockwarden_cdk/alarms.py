"""Alarms on what is stuck, straight to SNS: they work when our own code does not."""

from aws_cdk import Aws, Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from dockwarden_cdk.platform import Platform

MINUTE = Duration.minutes(1)


class Alarms(Construct):
    """Alarms, and the topic that they go to.

    `topic_arn` is a topic that exists; by default one is made, to which `email` is subscribed if given.
    """

    def __init__(
        self, scope: Construct, id_: str, *, platform: Platform, topic_arn: str = "", email: str = ""
    ) -> None:
        super().__init__(scope, id_)
        self._names = platform.names
        self.topic: sns.ITopic = (
            sns.Topic.from_topic_arn(self, "Topic", topic_arn) if topic_arn else self._make_topic(platform)
        )
        if email:
            sns.Subscription(
                self, "Email", topic=self.topic, protocol=sns.SubscriptionProtocol.EMAIL, endpoint=email
            )

    def _make_topic(self, platform: Platform) -> sns.Topic:
        topic = sns.Topic(
            self,
            "Topic",
            topic_name=platform.names.of("alarms"),
            display_name="Dockwarden alarms",
            master_key=platform.encryption.key,
            enforce_ssl=True,
        )
        topic.add_to_resource_policy(
            iam.PolicyStatement(
                sid="AlarmsOfThisAccount",
                principals=[iam.ServicePrincipal("cloudwatch.amazonaws.com")],
                actions=["sns:Publish"],
                resources=[topic.topic_arn],
                conditions={"StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID}},
            )
        )
        return topic

    def watch_dead_letters(self, id_: str, queue: sqs.Queue, *, what: str) -> None:
        """An alarm while anything is in a dead-letter queue."""
        metric = queue.metric_approximate_number_of_messages_visible(period=MINUTE, statistic="Maximum")
        self._alarm(
            id_, metric, 1, f"{what}: see the messages in the dead-letter queue, repair, then redrive them."
        )

    def watch_age(self, id_: str, queue: sqs.Queue, *, seconds: int, what: str) -> None:
        """An alarm while the oldest message waits for longer than it should.

        A standard queue leaves a message out of this metric once it was received three times, so there the
        alarm is about messages that nobody takes; those that fail end in the dead-letter queue, which has its own.
        """
        metric = queue.metric_approximate_age_of_oldest_message(period=MINUTE, statistic="Maximum")
        why = (
            "nobody takes the messages, or every try fails; see the function's log."
            if queue.fifo
            else "nobody takes the messages: see whether the event source is enabled and the function throttled. "
            "A message that fails three times is not counted here; the alarm on the dead letters hears of it."
        )
        self._alarm(id_, metric, seconds, f"{what}: {why}")

    def _alarm(self, id_: str, metric: cloudwatch.Metric, threshold: int, description: str) -> None:
        alarm = cloudwatch.Alarm(
            self,
            id_,
            alarm_name=self._names.of(id_),
            alarm_description=f"Dockwarden. {description}",
            metric=metric,
            threshold=threshold,
            evaluation_periods=1,
            comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
        )
        alarm.add_alarm_action(actions.SnsAction(self.topic))
