"""Checks of what was deployed: stack, rules, mappings, functions, queues, alarms."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from dockwarden.cli.findings import Finding, fail, ok, warn
from dockwarden.cli.installation import Installation

_PUT_BACK = "put back what was changed by hand; a deploy of an unchanged template does not"
_OLD = {"lane spot": 60}
_OLD_OTHERS = 900
"""Seconds after which a message has waited too long: half of a Spot's two minutes, else what alarms say."""


def stack(installation: Installation) -> Iterator[Finding]:
    """Whether the stack is in a state in which it works."""
    status = installation.status
    if status in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
        yield ok("stack", f"{installation.stack} is {status}")
    elif status.endswith("_COMPLETE") and status.startswith("UPDATE"):
        yield warn("stack", f"{installation.stack} is {status}", "the last deploy was undone; see its events")
    else:
        yield fail("stack", f"{installation.stack} is {status}", "see the stack's events, then deploy again")


def rules(installation: Installation) -> Iterator[Finding]:
    """Whether every rule is enabled."""
    client = installation.clients.client("events")
    for playbook, names in installation.rules.items():
        for name in names:
            state = client.describe_rule(Name=name)["State"]
            if state.startswith("ENABLED"):
                yield ok("rule", f"{name} of {playbook} is enabled")
            else:
                yield fail(
                    "rule",
                    f"{name} is {state}, so {playbook} hears nothing",
                    "aws events enable-rule --name " + name,
                )


def mappings(installation: Installation) -> Iterator[Finding]:
    """Whether every function that empties a queue does so."""
    client = installation.clients.client("lambda")
    for purpose, name in installation.functions.items():
        if purpose == "index-fill":
            continue
        found: list[dict[str, Any]] = client.list_event_source_mappings(FunctionName=name)[
            "EventSourceMappings"
        ]
        states = {mapping["State"] for mapping in found}
        if states == {"Enabled"}:
            yield ok("event source", f"{purpose} takes its messages")
        else:
            state = ", ".join(sorted(states)) or "missing"
            yield fail(
                "event source", f"the mapping of {purpose} is {state}, so its messages wait", _PUT_BACK
            )


def functions(installation: Installation) -> Iterator[Finding]:
    """Whether every function is active, and without errors in the last hour."""
    client = installation.clients.client("lambda")
    for purpose, name in installation.functions.items():
        found = client.get_function_configuration(FunctionName=name)
        state, update = found.get("State", "Active"), found.get("LastUpdateStatus", "Successful")
        # Inactive is what Lambda makes of a function that nobody called for weeks; a call wakes it.
        if state not in ("Active", "Inactive") or update == "Failed":
            yield fail("function", f"{purpose} is {state}, its last update {update}", "deploy again")
            continue
        errors = _metric(installation, "AWS/Lambda", "Errors", "Sum", FunctionName=name)
        if errors:
            group = found.get("LoggingConfig", {}).get("LogGroup", f"/aws/lambda/{name}")
            todo = f"aws logs tail --since 1h {group}"
            yield warn("function", f"{purpose} failed {errors:.0f} times in the last hour", todo)
        else:
            yield ok("function", f"{purpose} is {state}, no errors in the last hour")


def dead_letters(installation: Installation) -> Iterator[Finding]:
    """Whether anything could not be delivered or handled."""
    for whose, url in installation.dead_letter_queues.items():
        count = _waiting(installation, url)
        if count == 0:
            yield ok("dead letters", f"{whose}: none")
        else:
            todo = f"read one, repair its cause, then {_again(whose)} ({url})"
            yield fail("dead letters", f"{whose}: {count} messages could not be handled", todo)


def _again(whose: str) -> str:
    """How a dead letter gets another try; SQS moves nothing back that did not come from a queue."""
    if whose.startswith("rules of "):
        return "send what is still worth it to the lane's queue by hand"
    return "redrive it: aws sqs start-message-move-task"


def queues(installation: Installation) -> Iterator[Finding]:
    """Whether messages wait for too long."""
    for what, url in installation.queues.items():
        name = url.rpartition("/")[2]
        age = _metric(
            installation, "AWS/SQS", "ApproximateAgeOfOldestMessage", "Maximum", minutes=10, QueueName=name
        )
        waiting = _waiting(installation, url)
        if waiting and age is not None and age > _OLD.get(what, _OLD_OTHERS):
            todo = "see the log of the function that empties it; is its event source enabled?"
            yield warn("queue", f"{what}: {waiting} messages wait, the oldest for {age:.0f} s", todo)
        else:
            yield ok("queue", f"{what}: {waiting} messages wait")


def alarms(installation: Installation) -> Iterator[Finding]:
    """Whether anybody hears the alarms."""
    topic, client = installation.output("AlarmTopic"), installation.clients.client("sns")
    found = client.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
    confirmed = [subscription for subscription in found if subscription["SubscriptionArn"].startswith("arn:")]
    if confirmed:
        yield ok("alarms", f"{len(confirmed)} subscriptions of the alarm topic")
    else:
        what = "nobody has confirmed a subscription of" if found else "nobody subscribes to"
        yield warn(
            "alarms", f"{what} the alarm topic", "set alarm_email in the settings, and confirm the mail"
        )


def _waiting(installation: Installation, url: str) -> int:
    asked = ["ApproximateNumberOfMessages"]
    answer = installation.clients.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=asked)
    return int(answer["Attributes"]["ApproximateNumberOfMessages"])


def _metric(
    installation: Installation,
    namespace: str,
    name: str,
    statistic: str,
    *,
    minutes: int = 60,
    **dimensions: str,
) -> float | None:
    """The highest value (or the sum) of a metric in the last minutes, None where there is none."""
    now: datetime = installation.parts.clock.now()
    answer = installation.clients.client("cloudwatch").get_metric_statistics(
        Namespace=namespace,
        MetricName=name,
        Dimensions=[{"Name": key, "Value": value} for key, value in dimensions.items()],
        StartTime=now - timedelta(minutes=minutes),
        EndTime=now,
        Period=minutes * 60,
        Statistics=[statistic],
    )
    values = [float(point[statistic]) for point in answer["Datapoints"]]
    return max(values, default=None)
