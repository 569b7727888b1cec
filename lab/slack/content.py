"""What a message says: read from a call's arguments and checked as Slack checks it."""

import json
from typing import Any

from lab.slack.blocks import problems

Arguments = dict[str, Any]
Answer = dict[str, Any]

BOT_USER = "U0DOCKWARDN"
BOT = "B0DOCKWARDN"
TEAM = "T0LOCALLAB"
BOT_NAME = "Dockwarden"


class SlackError(Exception):
    """What Slack answers with `ok: false`."""

    def __init__(self, code: str, messages: list[str] | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.messages = messages or []

    def answer(self) -> Answer:
        """The error as the body of an answer."""
        more = (
            {"errors": self.messages, "response_metadata": {"messages": self.messages}}
            if self.messages
            else {}
        )
        return {"ok": False, "error": self.code, **more}


def from_bot() -> Answer:
    """What every message of the bot carries."""
    return {"type": "message", "user": BOT_USER, "bot_id": BOT, "team": TEAM}


def read_content(arguments: Arguments) -> Answer:
    """What a message says, only what was given: SlackError when Slack would refuse it."""
    content: Answer = {name: _decoded(arguments, name) for name in ("blocks", "attachments", "metadata")}
    content = {name: value for name, value in content.items() if value is not None}
    if arguments.get("text") is not None:
        content["text"] = str(arguments["text"])
    wrong = problems(content.get("blocks", []))
    for number, attachment in enumerate(content.get("attachments", [])):
        wrong += problems(attachment.get("blocks", []), f"/attachments/{number}/blocks")
    if wrong:
        raise SlackError("invalid_blocks", wrong)
    _check_metadata(content.get("metadata"))
    return content


def _decoded(arguments: Arguments, name: str) -> Any:
    value = arguments.get(name)
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError as error:
        raise SlackError(f"invalid_{name}_format") from error


def _check_metadata(metadata: Any) -> None:
    if metadata is None:
        return
    good = isinstance(metadata, dict) and isinstance(metadata.get("event_type"), str)
    if not good or not isinstance(metadata.get("event_payload"), dict):
        raise SlackError("invalid_metadata_format")
