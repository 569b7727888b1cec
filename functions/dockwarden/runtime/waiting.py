"""How long a card waits that could not be told: as Slack says, until a person mends it, or a growing while."""

from dockwarden.aws.outbox_queue import MOST_WAIT
from dockwarden.aws.secrets import NoCredentialError
from dockwarden.errors import DockwardenError
from dockwarden.notify.chat import ChatBusyError, ChatRefusedError, ChatUnsureError
from dockwarden.notify.delivery import SETTLE
from dockwarden.notify.sender import TooEarlyError

EXPIRED = frozenset(
    {"account_inactive", "invalid_auth", "invalid_token", "not_authed", "token_expired", "token_revoked"}
)
"""Slack's words for a token that a rotation may have replaced."""

_MENDABLE = EXPIRED | {
    "access_denied",
    "action_prohibited",
    "channel_is_archived",
    "channel_not_found",
    "ekm_access_denied",
    "is_archived",
    "missing_scope",
    "no_active_hooks",
    "no_permission",
    "no_service",
    "no_service_id",
    "no_team",
    "not_allowed_token_type",
    "not_in_channel",
    "org_login_required",
    "posting_to_general_channel_denied",
    "restricted_action",
    "team_access_not_granted",
    "team_disabled",
}
"""Refusals that a person can mend, for which messages wait as they do for a missing token."""

_FIRST_WAIT = 5
_LONGEST_DOUBLING = 8


def wait_after(error: DockwardenError, received: int) -> int:
    """The seconds after which a message is tried again, by what stood in the way and how often it came."""
    growing = _FIRST_WAIT * 2 ** min(max(received, 1) - 1, _LONGEST_DOUBLING)
    match error:
        case NoCredentialError():
            wait = MOST_WAIT
        case ChatRefusedError(code=code) if code in _MENDABLE:
            wait = MOST_WAIT
        case ChatBusyError(after=int(after)):
            wait = after
        case ChatUnsureError():
            wait = max(growing, int(SETTLE.total_seconds()))
        case TooEarlyError(seconds=seconds):
            wait = seconds
        case _:
            wait = growing
    return max(1, min(wait, MOST_WAIT))
