"""What the notifier may speak to Slack with, from Secrets Manager."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeAlias

from dockwarden.aws.errors import AWS_ERRORS, code, passing
from dockwarden.clock import Clock
from dockwarden.errors import DockwardenError, TryAgainError

KEPT = timedelta(minutes=5)
"""How long a warm function keeps the value; a rotation is noticed then, or when Slack refuses the old one."""

_TOKEN = re.compile(r"[\x21-\x7e]{1,1000}")
_HOOK = re.compile(r"https://hooks\.slack\.com/[\x21-\x7e]{1,1000}")


class NoCredentialError(DockwardenError):
    """The secret holds nothing to speak to Slack with; it never says what it holds."""

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__(f"reading Slack's secret: {why}")


@dataclass(frozen=True, slots=True)
class BotToken:
    """A bot's token."""

    value: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Webhook:
    """The URL of an incoming webhook at hooks.slack.com, which is a secret too."""

    url: str = field(repr=False)


Credential: TypeAlias = BotToken | Webhook


class SlackSecret:
    """The secret of a name or ARN, kept for five minutes."""

    def __init__(self, client: Callable[[], Any], secret_id: str, clock: Clock) -> None:
        self._client = client
        self._secret_id = secret_id
        self._clock = clock
        self._kept: tuple[Credential, datetime] | None = None

    def read(self) -> Credential:
        """The credential. Raises NoCredentialError until a person has stored one, TryAgainError for what passes."""
        now = self._clock.now()
        if self._kept is None or not now - KEPT <= self._kept[1] <= now:
            self._kept = read_credential(self._text()), now
        return self._kept[0]

    def forget(self) -> None:
        """Read it again next time, because Slack refused what it held."""
        self._kept = None

    def _text(self) -> str:
        try:
            return str(self._client().get_secret_value(SecretId=self._secret_id).get("SecretString") or "")
        except AWS_ERRORS as error:
            if passing(error):
                raise TryAgainError(f"reading Slack's secret: {code(error)}") from error
            raise NoCredentialError(f"it cannot be read ({code(error)})") from error


def read_credential(text: str) -> Credential:
    """The credential in a secret's text: a token or a webhook URL, plain or as JSON with its name.

    Raises NoCredentialError for an empty one and for anything else.
    """
    text = text.strip()
    if text.startswith("{"):
        text = _named(text)
    if not text:
        raise NoCredentialError("it is empty")
    if _HOOK.fullmatch(text):
        return Webhook(text)
    if "://" in text:
        raise NoCredentialError("it holds a URL that is no webhook of https://hooks.slack.com/")
    if not _TOKEN.fullmatch(text):
        raise NoCredentialError("it holds neither a bot token nor a webhook URL")
    return BotToken(text)


def _named(text: str) -> str:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        # Not `from` it: the decoder's error carries the document, and that is the secret.
        raise NoCredentialError("it looks like JSON and is none") from None
    value = document.get("bot_token") or document.get("webhook_url") or ""
    return value.strip() if isinstance(value, str) else ""
