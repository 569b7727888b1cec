"""What the stack says about itself, for the command line: DescribeStacks is all that it needs."""

from collections.abc import Mapping, Sequence
from typing import Any

from aws_cdk import CfnOutput, Stack

from dockwarden_cdk.alarms import Alarms
from dockwarden_cdk.archive import Archive
from dockwarden_cdk.config import installation_config
from dockwarden_cdk.index_fill import IndexFill
from dockwarden_cdk.lane import Lane
from dockwarden_cdk.ledger import Ledger
from dockwarden_cdk.outbox import Outbox
from dockwarden_cdk.pinned_copies import NAME, PinnedCopyFunction
from dockwarden_cdk.settings import Settings
from dockwarden_cdk.sweep import Sweep


def add_outputs(
    stack: Stack,
    *,
    settings: Settings,
    ledger: Ledger,
    outbox: Outbox,
    alarms: Alarms,
    lanes: Sequence[Lane],
    sweep: Sweep,
    fill: IndexFill,
    archive: Archive | None = None,
    pinned: PinnedCopyFunction | None = None,
) -> None:
    """Add the outputs; those that are more than one value are JSON."""
    texts = {
        "LedgerTable": ledger.table.table_name,
        "OutboxUrl": outbox.queue.queue_url,
        "OutboxDlqUrl": outbox.dead_letters.queue_url,
        "AlarmTopic": alarms.topic.topic_arn,
        "SlackSecret": settings.slack_secret,
    }
    documents = {
        "LaneQueues": {
            lane.declaration.name: {"queue": lane.queue.queue_url, "dlq": lane.dead_letters.queue_url}
            for lane in lanes
        },
        "Functions": _functions(outbox, lanes, fill, pinned),
        "Rules": _rules(lanes, sweep),
        "Config": _config(settings, lanes, pinned),
    }
    if archive is not None:
        documents["Archive"] = archive.output
    for name, text in texts.items():
        CfnOutput(stack, name, value=text)
    for name, document in documents.items():
        CfnOutput(stack, name, value=stack.to_json_string(document))


def _functions(
    outbox: Outbox, lanes: Sequence[Lane], fill: IndexFill, pinned: PinnedCopyFunction | None
) -> dict[str, str]:
    """The functions' names: one for each lane, the notifier, the one that fills the index, and that of pinned copies."""
    functions = {lane.declaration.name: lane.function.function for lane in lanes}
    functions |= {"notifier": outbox.function, "index-fill": fill.worker.function}
    functions |= {NAME: pinned.function} if pinned is not None else {}
    return {name: function.function_name for name, function in functions.items()}


def _rules(lanes: Sequence[Lane], sweep: Sweep) -> dict[str, Any]:
    """The rules of each playbook, and where EventBridge puts what it cannot deliver."""
    of: Mapping[str, Any] = {name: rule for lane in lanes for name, rule in lane.rules.items()} | {
        "sweep": sweep
    }
    return {name: {"rules": rule.rule_names, "dlq": rule.dead_letters.queue_url} for name, rule in of.items()}


def _config(settings: Settings, lanes: Sequence[Lane], pinned: PinnedCopyFunction | None) -> dict[str, Any]:
    """The configuration of all playbooks, as each function has it of its own."""
    act_roles = {name: role.role_arn for lane in lanes for name, role in lane.act_roles.items()}
    return installation_config(
        settings,
        [playbook for lane in lanes for playbook in lane.playbooks],
        act_roles,
        pinned_copies=pinned.function.function_arn if pinned is not None else None,
    )
