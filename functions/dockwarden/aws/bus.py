"""The default event bus, on which Dockwarden says what it did."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from dockwarden.aws.errors import AWS_ERRORS, code
from dockwarden.errors import DockwardenError, TryAgainError

_REFUSED = frozenset(
    {
        "InvalidArgument",
        "InvalidParameterException",
        "MalformedDetail",
        "NotAuthorizedForDetailTypeException",
        "NotAuthorizedForSourceException",
        "ValidationException",
    }
)
"""What EventBridge says of an event that it will never take, however often it is put."""


class BusRefusedError(DockwardenError):
    """EventBridge takes this event never, so that it must not hold up those behind it."""

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__(f"putting an event on the bus: refused ({why})")


class EventBus:
    """Puts events on the default bus of this account and region."""

    def __init__(self, client: Callable[[], Any]) -> None:
        self._client = client

    def put(self, event: Mapping[str, Any]) -> None:
        """Put one event. Raises TryAgainError where EventBridge does not take it now, BusRefusedError where never."""
        entry = _entry(event)
        try:
            answer = self._client().put_events(Entries=[entry])
        except AWS_ERRORS as error:
            raise _refusal(code(error)) from error
        if answer.get("FailedEntryCount"):
            raise _refusal(str(answer["Entries"][0].get("ErrorCode")))


def _entry(event: Mapping[str, Any]) -> dict[str, str]:
    try:
        detail = json.dumps(event["detail"])
        return {"Source": str(event["source"]), "DetailType": str(event["detail-type"]), "Detail": detail}
    except KeyError as error:
        raise BusRefusedError(f"it has no {error.args[0]}") from error


def _refusal(why: str) -> DockwardenError:
    return BusRefusedError(why) if why in _REFUSED else TryAgainError(f"putting an event on the bus: {why}")
