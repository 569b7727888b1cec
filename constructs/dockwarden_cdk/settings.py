"""What the platform decides about an installation: the only place that can let Dockwarden change anything."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from dockwarden.guard.freeze_settings import read_freezes
from dockwarden.guard.freezes import alarms_of, zones_of
from dockwarden.guard.modes import Mode
from dockwarden.guard.settings import GuardSettings
from dockwarden.guard.settings_reading import check_guard
from dockwarden_cdk import settings_checks as check


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaybookSettings:
    """How far one playbook may go, and how it behaves.

    `ceiling` is the highest mode that a tag or a run-time setting can ask for: off, observe, approve or
    enforce. `default` is the mode where nothing else says one; without it that is observe, or off under a
    ceiling of off. `max_age` is how old an event may be in seconds to be acted upon, None for the
    playbook's own. `settings` are those that the playbook declares.
    """

    ceiling: str = Mode.OBSERVE
    default: str | None = None
    max_age: int | None = None
    settings: Mapping[str, object] = field(default_factory=dict)

    @property
    def highest(self) -> Mode:
        """The ceiling as a mode."""
        return Mode(self.ceiling)

    @property
    def usual(self) -> Mode:
        """The default as a mode."""
        if self.default is not None:
            return Mode(self.default)
        return min(Mode.OBSERVE, self.highest, key=lambda mode: mode.rank)

    @property
    def may_act(self) -> bool:
        """Whether anything can ever be changed."""
        return self.highest.rank > Mode.OBSERVE.rank


@dataclass(frozen=True, slots=True, kw_only=True)
class PinnedCopies:
    """Lets copies of task definitions be registered whose images are pinned to the digests that worked.

    `roles` are the ARNs of the task and execution roles that such a copy may have; none: only what has no role is
    copied. A role that is not listed is passed on by nobody.
    """

    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """An installation. Every field has a default: nothing is changed, nothing but clusters that are listed is read.

    Raises SettingsError, which says which value cannot be used and what would be right.
    """

    clusters: tuple[str, ...] = ()
    """Names of the ECS clusters that are opted in; without any, no permission on ECS exists."""

    playbooks: Mapping[str, PlaybookSettings] = field(default_factory=dict)
    """By playbook; one that is not named has the ceiling observe."""

    slack_channel: str = ""
    """The id of the channel (C0123456789) that people are told in; empty: nobody is told."""

    slack_channels: tuple[str, ...] = ()
    """The ids of further channels, which the tag `dockwarden:channel` of a cluster or service may name."""

    slack_secret: str = "dockwarden/slack"  # noqa: S105 - the name of a secret, not a secret
    """Name or ARN of the secret that holds the bot token or webhook URL; it may be made after the deploy."""

    alarm_email: str = ""
    """An address that the alarms are sent to, once it has confirmed."""

    alarm_topic_arn: str = ""
    """An SNS topic that exists, for the alarms; without it the stack makes one."""

    customer_managed_key: bool | str = False
    """False: keys that AWS owns. True: the stack makes a KMS key. An ARN: that key, whose policy is yours."""

    permissions_boundary: str = ""
    """Name or ARN of the policy that every role gets as its boundary."""

    role_path: str = "/"
    """The IAM path of every role."""

    name_prefix: str = ""
    """What the names of roles, functions, queues, log groups and table begin with; empty: CloudFormation's."""

    tags: Mapping[str, str] = field(default_factory=dict)
    """Tags of everything that can have tags."""

    freeze: Sequence[Mapping[str, object]] = ()
    """When nothing is changed of free will: tables as docs/safety.md has them, for [[freeze]] in the file."""

    guard: GuardSettings = field(default_factory=GuardSettings)
    """How careful the guard is: cooldown, cap, mass failure, hands off, budgets."""

    bootstrap_qualifier: str = ""
    """The qualifier of the CDK bootstrap, where the account has another than the usual."""

    architecture: str = "arm64"
    """The processor of the functions: arm64 or x86_64."""

    log_retention_days: int = 90
    """How long log lines are kept; one of the numbers of days that CloudWatch Logs knows."""

    archive_days: int = 0
    """For how many days EventBridge keeps what the playbooks hear, for `dockwarden replay`; 0: it keeps nothing."""

    pinned_copies: PinnedCopies | None = None
    """What a function of its own may do for rollbacks where a tag has moved; None: there is no such function."""

    def __post_init__(self) -> None:
        check.clusters(self.clusters)
        check.slack(self.slack_channel, self.slack_secret)
        check.further_channels(self.slack_channels)
        check.alarms(self.alarm_email, self.alarm_topic_arn)
        check.customer_managed_key(self.customer_managed_key)
        check.roles(self.permissions_boundary, self.role_path)
        check.name_prefix(self.name_prefix)
        check.tags(self.tags)
        check.functions(self.architecture, self.log_retention_days)
        check.archive(self.archive_days)
        check.bootstrap_qualifier(self.bootstrap_qualifier)
        check.pinned_copies(self.pinned_copies.roles if self.pinned_copies is not None else ())
        check_guard(self.guard)
        check.freezes(self.freeze, self.clusters)
        for name, playbook in self.playbooks.items():
            check.playbook(name, playbook.ceiling, playbook.default, playbook.max_age)
            check.playbook_settings(name, playbook.settings)

    def of(self, playbook: str) -> PlaybookSettings:
        """The settings of a playbook; one that is not named only observes."""
        return self.playbooks.get(playbook, PlaybookSettings())

    @property
    def zones(self) -> tuple[str, ...]:
        """The time zones that the freezes name."""
        return zones_of(read_freezes(self.freeze))

    @property
    def alarms(self) -> tuple[str, ...]:
        """The CloudWatch alarms that the freezes name."""
        return alarms_of(read_freezes(self.freeze))
