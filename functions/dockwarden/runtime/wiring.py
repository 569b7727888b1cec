"""The one place where an installation's parts are put together."""

import os
from dataclasses import dataclass
from functools import cache

from dockwarden.aws.clients import Clients
from dockwarden.clock import Clock, SystemClock
from dockwarden.errors import SettingsError
from dockwarden.ledger.dynamodb import DynamoStore
from dockwarden.notify.cards import Outbox
from dockwarden.playbook import Playbook, load
from dockwarden.runtime.config import Config, read_config
from dockwarden.runtime.parts import Parts


@dataclass(frozen=True, slots=True)
class Overrides:
    """What a wiring may replace. Only the lab installs any: no environment variable or setting reaches these."""

    clock: Clock | None = None
    slack_base_url: str | None = None


_installed = Overrides()


def install(overrides: Overrides) -> None:
    """Replace parts for this process, before the first event."""
    global _installed  # noqa: PLW0603  the lab wires a process once, before anything is built
    _installed = overrides


def overrides() -> Overrides:
    """What was installed, nothing in production."""
    return _installed


def clock() -> Clock:
    """The clock of this process."""
    return _installed.clock or SystemClock()


def setting(name: str) -> str:
    """An environment variable that the deploy sets. Raises SettingsError where it is missing."""
    value = os.environ.get(name)
    if not value:
        raise SettingsError(name, value, "a value that the deploy writes into the function's environment")
    return value


@cache
def clients() -> Clients:
    """The clients of this process, under the function's own role, which only reads."""
    return Clients(os.environ.get("AWS_REGION", "us-east-1"))


def playbooks() -> list[Playbook]:
    """The playbooks of this function's lane, and no others: their files are all that is imported."""
    return [load(name) for name in setting("DOCKWARDEN_PLAYBOOKS").split(",") if name]


def parts() -> Parts:
    """The parts of an installation, of which none connects before it is used."""
    # Imported here, so that the notifier and an event that is ignored at once do not pay for them.
    from dockwarden.aws.adapters import adapters  # noqa: PLC0415
    from dockwarden.aws.alarm_states import CloudWatchAlarmStates  # noqa: PLC0415
    from dockwarden.aws.answers import AwsAnswers, Reading  # noqa: PLC0415
    from dockwarden.aws.capacity import EcsCapacity  # noqa: PLC0415
    from dockwarden.aws.facts import AwsFacts  # noqa: PLC0415
    from dockwarden.aws.fleet import EcsFleet  # noqa: PLC0415
    from dockwarden.aws.performer import AwsPerformer  # noqa: PLC0415
    from dockwarden.aws.stacks import CloudFormationStacks  # noqa: PLC0415
    from dockwarden.ledger.index import InstanceIndex  # noqa: PLC0415

    config = read_config(setting("DOCKWARDEN_CONFIG"))
    store = DynamoStore(lambda: clients().client("dynamodb"), setting("LEDGER_TABLE"))
    fleet = EcsFleet(lambda: clients().client("ecs"), InstanceIndex(store), config.cluster_arns())
    capacity = EcsCapacity(lambda: clients().client("ecs"), fleet.cluster, config.guard)
    pinnable = config.pinned_copies is not None
    answers = AwsAnswers(clients(), store, fleet, config.cluster_arns(), Reading(clock().now, pinnable))
    roles = {name: playbook.act_role for name, playbook in config.playbooks.items()}
    return Parts(
        config=config,
        clock=clock(),
        store=store,
        facts=AwsFacts(fleet, answers, [answers.begin, capacity.begin]),
        scopes=fleet,
        performer=AwsPerformer(clients(), roles, adapters(config.pinned_copies)),
        outbox=_outbox(config),
        home=(config.account, config.region),
        capacity=capacity,
        alarms=CloudWatchAlarmStates(lambda: clients().client("cloudwatch")),
        stacks=CloudFormationStacks(lambda: clients().client("cloudformation")),
    )


def _outbox(config: Config) -> Outbox:
    """The outbox: without a channel nobody is told, but the events about what was done go out all the same."""
    from dockwarden.aws.outbox import NoOutbox, SqsOutbox  # noqa: PLC0415

    if config.channel is None and not os.environ.get("OUTBOX_URL"):
        return NoOutbox()
    return SqsOutbox(lambda: clients().client("sqs"), setting("OUTBOX_URL"), config.channel)
