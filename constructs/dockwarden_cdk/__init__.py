"""Dockwarden as AWS CDK constructs: one stack for most, its parts for who composes their own."""

from dockwarden_cdk.act_role import ActRole
from dockwarden_cdk.alarms import Alarms
from dockwarden_cdk.code import FunctionCode
from dockwarden_cdk.encryption import Encryption
from dockwarden_cdk.index_fill import IndexFill
from dockwarden_cdk.lane import Lane
from dockwarden_cdk.lane_function import LaneFunction
from dockwarden_cdk.lane_queue import LaneQueue
from dockwarden_cdk.ledger import Ledger
from dockwarden_cdk.names import Names
from dockwarden_cdk.outbox import Outbox
from dockwarden_cdk.pinned_copies import PinnedCopyFunction
from dockwarden_cdk.platform import Platform
from dockwarden_cdk.playbook_rule import PlaybookRule
from dockwarden_cdk.settings import PinnedCopies, PlaybookSettings, Settings
from dockwarden_cdk.settings_file import in_one_sentence, read_settings, settings_of_app
from dockwarden_cdk.stack import DockwardenStack
from dockwarden_cdk.sweep import Sweep

__all__ = [
    "ActRole",
    "Alarms",
    "DockwardenStack",
    "Encryption",
    "FunctionCode",
    "IndexFill",
    "Lane",
    "LaneFunction",
    "LaneQueue",
    "Ledger",
    "Names",
    "Outbox",
    "PinnedCopies",
    "PinnedCopyFunction",
    "Platform",
    "PlaybookRule",
    "PlaybookSettings",
    "Settings",
    "Sweep",
    "in_one_sentence",
    "read_settings",
    "settings_of_app",
]
