import traceback
from datetime import timedelta

import pytest

from dockwarden.aws.secrets import (
    KEPT,
    BotToken,
    Credential,
    NoCredentialError,
    SlackSecret,
    Webhook,
    read_credential,
)
from dockwarden.clock import FixedClock
from dockwarden.errors import DockwardenError, TryAgainError
from tests.notify.fakes import FakeSecrets

TOKEN = "xoxb-1-CANARY"
HOOK = "https://hooks.slack.com/services/T1/B1/CANARY"


def secret_of(stored: FakeSecrets, clock: FixedClock) -> SlackSecret:
    return SlackSecret(lambda: stored, "dockwarden/slack", clock)


@pytest.mark.parametrize(
    ("text", "credential"),
    [
        (TOKEN, BotToken(TOKEN)),
        (f"  {TOKEN}\n", BotToken(TOKEN)),
        (HOOK, Webhook(HOOK)),
        (f'{{"bot_token": "{TOKEN}"}}', BotToken(TOKEN)),
        (f'{{"webhook_url": "{HOOK}"}}', Webhook(HOOK)),
        (f'{{"bot_token": "", "webhook_url": " {HOOK} "}}', Webhook(HOOK)),
    ],
)
def test_a_secret_holds_a_token_or_a_webhook_plain_or_named(text: str, credential: Credential) -> None:
    assert read_credential(text) == credential


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n",
        "{}",
        '{"bot_token": null}',
        '{"bot_token": ["CANARY"]}',
        '{"password": "CANARY"}',
        '{"bot_token": "CANARY',
        "{" * 100_000,
        "CANARY with spaces",
        "CANARY\nX-Header: forged",
        "CANARY\u202e",
        "http://hooks.slack.com/services/CANARY",
        "https://hooks.slack.com.evil.example/services/CANARY",
        "https://hooks.slack.com@evil.example/CANARY",
        "https://hooks.slack.com:8443/services/CANARY",
        "https://user@hooks.slack.com/services/CANARY",
        "https://evil.example/hooks.slack.com/CANARY",
        "HTTPS://HOOKS.SLACK.COM/services/CANARY",
        "https://hooks.slack.com/services/CANARY CANARY",
        "file:///etc/passwd#CANARY",
    ],
)
def test_anything_else_waits_for_a_person_and_is_never_shown(text: str) -> None:
    """A webhook at any other host would take what is told out of the house."""
    with pytest.raises(NoCredentialError) as caught:
        read_credential(text)
    assert "CANARY" not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize("credential", [BotToken(TOKEN), Webhook(HOOK)])
def test_invariant_71_a_credential_does_not_show_itself(credential: Credential) -> None:
    assert "CANARY" not in repr(credential)
    assert "CANARY" not in f"{credential}"


def test_a_value_is_kept_for_five_minutes_and_then_read_again(clock: FixedClock) -> None:
    """A rotated token is used within that time."""
    stored = FakeSecrets("xoxb-old")
    secret = secret_of(stored, clock)
    assert [secret.read() for _ in range(3)] == [BotToken("xoxb-old")] * 3
    stored.value = "xoxb-new"
    clock.set(clock.now() + KEPT)
    assert secret.read() == BotToken("xoxb-old")
    clock.set(clock.now() + timedelta(seconds=1))
    assert secret.read() == BotToken("xoxb-new")
    assert stored.reads == 2


def test_a_value_that_was_refused_is_read_again_at_once(clock: FixedClock) -> None:
    stored = FakeSecrets("xoxb-old")
    secret = secret_of(stored, clock)
    secret.read()
    stored.value = "xoxb-new"
    secret.forget()
    assert secret.read() == BotToken("xoxb-new")


def test_a_missing_value_is_not_kept(clock: FixedClock) -> None:
    """The first message after somebody has stored the token is sent."""
    stored = FakeSecrets(None)
    secret = secret_of(stored, clock)
    with pytest.raises(NoCredentialError, match="ResourceNotFoundException"):
        secret.read()
    stored.value = TOKEN
    assert secret.read() == BotToken(TOKEN)


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("AccessDeniedException", NoCredentialError),
        ("DecryptionFailure", NoCredentialError),
        ("InvalidRequestException", NoCredentialError),
        ("ThrottlingException", TryAgainError),
        ("InternalFailure", TryAgainError),
    ],
)
def test_what_a_person_must_mend_waits_longer_than_what_passes(
    clock: FixedClock, code: str, error: type[DockwardenError]
) -> None:
    with pytest.raises(error, match=code):
        secret_of(FakeSecrets(TOKEN, error=code), clock).read()
