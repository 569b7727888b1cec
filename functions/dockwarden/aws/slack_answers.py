"""What Slack's answers mean, and those that are none of Slack's."""

import re
from collections.abc import Callable
from contextlib import suppress
from http.client import HTTPException
from math import ceil
from socket import gaierror
from typing import Any, TypeVar
from urllib.error import URLError

from slack_sdk.errors import SlackApiError, SlackClientError

from dockwarden.notify.chat import ChatBusyError, ChatRefusedError, ChatUnsureError

_THROTTLED, _SERVER_FAULT, _OK = 429, 500, 200
# Slack says of these that some of the work may have been done.
_UNSURE = frozenset({"fatal_error", "internal_error", "request_timeout", "service_unavailable"})
_CODE = re.compile(r"[a-z][a-z0-9_]{1,80}")
# What goes wrong between us and Slack, or when an answer is not Slack's: AttributeError is how the library
# meets an answer that is JSON but no object.
_BROKEN = (OSError, HTTPException, SlackClientError, ValueError, AttributeError)

_T = TypeVar("_T")


def asked(call: Callable[[], _T]) -> _T:
    """The answer to a call, every failure as a ChatError."""
    try:
        return call()
    except SlackApiError as error:
        check(error.response.status_code, error.response.headers, _code(error.response.data))
        raise ChatUnsureError("an answer that is not Slack's") from error
    except _BROKEN as error:
        if _never_left(error):
            raise ChatBusyError("no connection") from error
        raise ChatUnsureError(type(error).__name__) from error


def check(status: int, headers: dict[str, Any], code: str) -> None:
    """Raise what a status and Slack's word for it mean; nothing for an answer that is fine."""
    if status == _THROTTLED or code in ("ratelimited", "rate_limited"):
        raise ChatBusyError("rate limited", _retry_after(headers))
    if status >= _SERVER_FAULT or code in _UNSURE:
        raise ChatUnsureError(f"HTTP {status}")
    if status == _OK and code == "ok":
        return
    if not _CODE.fullmatch(code):
        raise ChatUnsureError(f"HTTP {status}, an answer that is not Slack's")
    raise ChatRefusedError(code)


def _code(data: Any) -> str:
    """Slack's word for an error; not what else a body holds, since that may be anybody's text."""
    return str(data.get("error", "")) if isinstance(data, dict) else ""


def _retry_after(headers: dict[str, Any]) -> int | None:
    """The seconds that Slack wants to be left alone; None where it says nothing that can be read."""
    value = next((value for name, value in headers.items() if name.lower() == "retry-after"), None)
    with suppress(ValueError, TypeError, OverflowError):
        return ceil(float(value[0] if isinstance(value, list) else value))  # type: ignore[arg-type]
    return None


def _never_left(error: BaseException) -> bool:
    """Whether a request was certainly not sent."""
    cause = error.reason if isinstance(error, URLError) else error
    return isinstance(cause, ConnectionRefusedError | gaierror)
