"""The checks of settings: each raises SettingsError with the value that was found and what would be right."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, fields
from typing import Any

from dockwarden.errors import DockwardenError, SettingsError, Unquoted
from dockwarden.guard.freeze_settings import read_freezes
from dockwarden.guard.modes import Mode
from dockwarden.playbook import Playbook, load, names, settings_of

ARCHITECTURES = ("arm64", "x86_64")
RETENTIONS = (
    1,
    3,
    5,
    7,
    14,
    30,
    60,
    90,
    120,
    150,
    180,
    365,
    400,
    545,
    731,
    1096,
    1827,
    2192,
    2557,
    2922,
    3288,
    3653,
)

LONGEST_ARCHIVE = 3653
"""Ten years, as the longest that logs are kept."""

_MODES = f"one of {', '.join(Mode)}"

_CLUSTER = re.compile(r"[A-Za-z0-9_-]{1,255}")
_CHANNEL = re.compile(r"[A-Z0-9]{6,}")
_SECRET = re.compile(r"[A-Za-z0-9/_+=.@-]{1,512}")
_SECRET_ARN = re.compile(
    r"arn:[a-z-]+:secretsmanager:[a-z0-9-]+:\d{12}:secret:[A-Za-z0-9/_+=.@-]+-[A-Za-z0-9]{6}"
)
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_TOPIC_ARN = re.compile(r"arn:[a-z-]+:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]+")
_KEY_ARN = re.compile(r"arn:[a-z-]+:kms:[a-z0-9-]+:\d{12}:key/[A-Za-z0-9-]+")
_POLICY = re.compile(r"(arn:[a-z-]+:iam::\d{12}:policy/)?[A-Za-z0-9+=,.@_/-]+")
_ROLE_ARN = re.compile(r"arn:[a-z-]+:iam::\d{12}:role/([!-~]{1,510}/)?[A-Za-z0-9+=,.@_-]{1,64}")
_LONGEST_ROLES = 3000  # characters: a function's environment has 4096 bytes
_ROLE_PATH = re.compile(r"/|/[!-~]{1,500}/")
_PREFIX = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,19}")
_QUALIFIER = re.compile(r"[A-Za-z0-9_-]{1,10}")


def _must(pattern: re.Pattern[str], setting: str, value: object, expected: str) -> None:
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise SettingsError(setting, value, expected)


def _may(pattern: re.Pattern[str], setting: str, value: object, expected: str) -> None:
    if value != "":
        _must(pattern, setting, value, expected)


def clusters(listed: object) -> None:
    """Names only: an empty one or a pattern must never come to mean all clusters (invariant 65)."""
    if not isinstance(listed, Sequence) or isinstance(listed, str):
        raise SettingsError("clusters", listed, "a list of the names of ECS clusters")
    for name in listed:
        _must(
            _CLUSTER,
            "clusters",
            name,
            "the name of one ECS cluster (letters, digits, - and _): never a pattern, never empty",
        )
    if len(set(listed)) != len(listed):
        raise SettingsError("clusters", ", ".join(listed), "each cluster once")


def slack(channel: object, secret: object) -> None:
    """A channel's id rather than its name, because names change."""
    _may(_CHANNEL, "slack_channel", channel, "a channel's id such as C0123456789, not its name, or nothing")
    expected = "the name or the ARN of a secret, never the token itself"
    # A token or webhook URL in a settings file would end up in a repository and in a template.
    if isinstance(secret, str) and secret.startswith(("xox", "http")):
        raise SettingsError("slack_secret", "a token or URL", expected)
    if isinstance(secret, str) and secret.startswith("arn:"):
        # Without its suffix an ARN still finds the secret, but IAM compares it letter by letter.
        whole = "the whole ARN of a secret, which ends in - and six characters, or its name"
        _must(_SECRET_ARN, "slack_secret", secret, whole)
    else:
        _must(_SECRET, "slack_secret", secret, expected)


def further_channels(channels: object) -> None:
    """Ids of channels, in a list."""
    listed = list(channels) if isinstance(channels, tuple | list) else [channels]
    for channel in listed:
        _must(_CHANNEL, "slack_channels", channel, "a channel's id such as C0123456789, not its name")


def alarms(email: object, topic_arn: object) -> None:
    """An address or a topic."""
    _may(_EMAIL, "alarm_email", email, "an e-mail address or nothing")
    _may(_TOPIC_ARN, "alarm_topic_arn", topic_arn, "the ARN of an SNS topic or nothing")
    if email and topic_arn:
        raise SettingsError(
            "alarm_email", email, "nothing while alarm_topic_arn is set: subscribe it to that topic"
        )


def customer_managed_key(key: object) -> None:
    """A key's ARN, not an alias, because policies cannot name an alias."""
    if not isinstance(key, bool):
        _must(
            _KEY_ARN, "customer_managed_key", key, "false, true (the stack makes one) or the ARN of a KMS key"
        )


def roles(boundary: object, path: object) -> None:
    """A boundary and a path as IAM knows them."""
    _may(_POLICY, "permissions_boundary", boundary, "the name or the ARN of a managed policy or nothing")
    _must(_ROLE_PATH, "role_path", path, "a path that begins and ends with /")


def pinned_copies(listed: object) -> None:
    """ARNs of roles, one by one: a pattern would pass on what nobody has thought of (invariant 72)."""
    setting, expected = (
        "pinned_copies.roles",
        "the ARN of one IAM role, arn:aws:iam::111122223333:role/name: never a pattern",
    )
    if not isinstance(listed, Sequence) or isinstance(listed, str):
        raise SettingsError(setting, listed, "a list of the ARNs of IAM roles")
    for role in listed:
        _must(_ROLE_ARN, setting, role, expected)
        if {"*", "?", "$"} & set(role):
            raise SettingsError(setting, role, expected)
    if len(set(listed)) != len(listed):
        raise SettingsError(setting, ", ".join(listed), "each role once")
    if sum(len(role) + 3 for role in listed) > _LONGEST_ROLES:
        expected = f"at most {_LONGEST_ROLES} characters of ARNs, because a function's environment holds 4 KB"
        raise SettingsError(setting, Unquoted(f"{len(listed)} roles"), expected)


def name_prefix(prefix: object) -> None:
    """Short, because the name of a role holds the region too and may have 64 characters."""
    _may(_PREFIX, "name_prefix", prefix, "at most 20 letters, digits and -, the first a letter, or nothing")


def tags(given: object) -> None:
    """Texts by name."""
    if not isinstance(given, Mapping):
        raise SettingsError("tags", given, "a table of names and texts")
    for name, value in given.items():
        if not name or name.lower().startswith("aws:"):
            raise SettingsError("tags", name, "a tag's name, which does not begin with aws:")
        if not isinstance(value, str):
            raise SettingsError(f"tags.{name}", value, "a text")


def functions(architecture: object, log_retention_days: object) -> None:
    """What Lambda and CloudWatch Logs know."""
    if architecture not in ARCHITECTURES:
        raise SettingsError("architecture", architecture, f"one of {', '.join(ARCHITECTURES)}")
    if log_retention_days not in RETENTIONS or isinstance(log_retention_days, bool):
        allowed = ", ".join(map(str, RETENTIONS))
        raise SettingsError("log_retention_days", log_retention_days, f"one of {allowed}")


def bootstrap_qualifier(qualifier: object) -> None:
    """What `cdk bootstrap --qualifier` takes."""
    _may(_QUALIFIER, "bootstrap_qualifier", qualifier, "at most 10 letters, digits, - and _, or nothing")


def playbook(name: str, ceiling: object, default: object, max_age: object) -> None:
    """A playbook that exists, with modes in order."""
    if name not in names():
        raise SettingsError("playbooks", name, f"a playbook: {', '.join(names())}")
    highest = _mode(f"playbooks.{name}.ceiling", ceiling)
    if default is not None and _mode(f"playbooks.{name}.default", default).rank > highest.rank:
        raise SettingsError(f"playbooks.{name}.default", default, f"at most the ceiling, which is {highest}")
    if max_age is not None:
        _age(name, max_age)


def _age(name: str, max_age: object) -> None:
    """An age may be lowered and never raised: after a playbook's own there is nothing left to act on (invariant 53)."""
    longest = _loaded(name).max_age
    if not isinstance(max_age, int) or isinstance(max_age, bool) or not 0 < max_age <= longest:
        raise SettingsError(f"playbooks.{name}.max_age", max_age, f"seconds, from 1 to {longest}")


def _mode(setting: str, value: object) -> Mode:
    if not isinstance(value, str) or value not in set(Mode):
        raise SettingsError(setting, value, _MODES)
    return Mode(value)


def playbook_settings(name: str, given: object) -> None:
    """Settings that the playbook declares, each of the type of its default, and none that it refuses itself."""
    where = f"playbooks.{name}.settings"
    if not isinstance(given, Mapping):
        raise SettingsError(where, given, "a table of names and values")
    known = _defaults(name)
    for setting, value in given.items():
        if setting not in known:
            raise SettingsError(
                where, setting, f"one of {', '.join(known)}" if known else "nothing, it has no settings"
            )
        if _kind(value) is not _kind(known[setting]):
            raise SettingsError(f"{where}.{setting}", value, f"a value like the default, {known[setting]!r}")
    try:
        settings_of(load(name), given)
    except SettingsError as error:
        setting = error.setting.rpartition(".")[2]
        raise SettingsError(f"{where}.{setting}", given.get(setting), error.expected) from error


def archive(days: object) -> None:
    """A number of days, and 0 for none: for EventBridge itself 0 would mean for ever."""
    if type(days) is not int or not 0 <= days <= LONGEST_ARCHIVE:
        expected = f"whole days from 1 to {LONGEST_ARCHIVE}, or 0 for no archive"
        raise SettingsError("archive_days", days, expected)


def freezes(document: object, listed: Sequence[str]) -> None:
    """Freezes that can be read, about clusters that are listed and playbooks that exist: a typo would freeze nothing."""
    for freeze in read_freezes(document):
        for filter_, named in (("clusters", freeze.clusters), ("services", freeze.services)):
            for cluster in (name.partition("/")[0] for name in named or ()):
                if cluster not in listed:
                    known = ", ".join(listed) or "none yet"
                    expected = f"one of the clusters in these settings: {known}"
                    raise SettingsError(f"freeze {freeze.name!a}, {filter_}", cluster, expected)
        for name in freeze.playbooks or ():
            if name not in names():
                expected = f"a playbook: {', '.join(names())}"
                raise SettingsError(f"freeze {freeze.name!a}, playbooks", name, expected)


def _defaults(name: str) -> dict[str, Any]:
    """The settings of a playbook by name, with their defaults."""
    declared = _loaded(name).settings
    made = None if declared is None else declared()
    return {f.name: getattr(made, f.name, MISSING) for f in fields(made)} if made is not None else {}


def _loaded(name: str) -> Playbook:
    try:
        return load(name)
    except DockwardenError as error:
        raise SettingsError("playbooks", name, f"a playbook whose file can be loaded ({error})") from error


def _kind(value: object) -> type:
    """The type of a value as TOML has it, which knows lists and no tuples."""
    return list if isinstance(value, tuple | list) else type(value)
