"""What Slack accepts as blocks: the limits of https://docs.slack.dev/reference/block-kit/blocks that a card can meet."""

from collections.abc import Callable, Iterator
from typing import Any

MOST_BLOCKS = 50
MOST_TEXT = 3000
MOST_HEADER = 150
MOST_FIELDS = 10
MOST_FIELD_TEXT = 2000
MOST_CONTEXT = 10
MOST_ACTIONS = 25
MOST_BUTTON_TEXT = 75
MOST_ID = 255
MOST_VALUE = 2000
MOST_URL = 3000

Check = Callable[[dict[str, Any], str], Iterator[str]]


def problems(blocks: Any, at: str = "/blocks") -> list[str]:
    """Why Slack would refuse these blocks, in its words; empty when it would not."""
    if not isinstance(blocks, list):
        return [_error("must be an array", at)]
    if len(blocks) > MOST_BLOCKS:
        return [_error(f"no more than {MOST_BLOCKS} items allowed", at)]
    found = [problem for number, block in enumerate(blocks) for problem in _block(block, f"{at}/{number}")]
    return found + list(_repeated_ids(blocks, at))


def _error(what: str, at: str) -> str:
    return f"[ERROR] {what} [json-pointer:{at}]"


def _repeated_ids(blocks: list[Any], at: str) -> Iterator[str]:
    ids = [block["block_id"] for block in blocks if isinstance(block, dict) and "block_id" in block]
    if len(ids) != len({str(one) for one in ids}):
        yield _error("block_id must be unique", at)


def _block(block: Any, at: str) -> Iterator[str]:
    check = CHECKS.get(str(block.get("type"))) if isinstance(block, dict) else None
    if check is None:
        yield _error("unsupported type", f"{at}/type")
        return
    if len(str(block.get("block_id", ""))) > MOST_ID:
        yield _error(f"must be less than {MOST_ID + 1} characters", f"{at}/block_id")
    yield from check(block, at)


def _text(value: Any, at: str, most: int, kinds: tuple[str, ...] = ("mrkdwn", "plain_text")) -> Iterator[str]:
    if not isinstance(value, dict) or value.get("type") not in kinds:
        yield _error(f"must be a {' or '.join(kinds)} object", at)
        return
    text = value.get("text")
    if not isinstance(text, str) or not text:
        yield _error("must be more than 0 characters", f"{at}/text")
    elif len(text) > most:
        yield _error(f"must be less than {most + 1} characters", f"{at}/text")


def _header(block: dict[str, Any], at: str) -> Iterator[str]:
    return _text(block.get("text"), f"{at}/text", MOST_HEADER, ("plain_text",))


def _section(block: dict[str, Any], at: str) -> Iterator[str]:
    fields = block.get("fields")
    if "text" not in block and not fields:
        yield _error("missing required field: text or fields", at)
    if "text" in block:
        yield from _text(block["text"], f"{at}/text", MOST_TEXT)
    if fields is not None:
        yield from _some(fields, f"{at}/fields", MOST_FIELDS, _field)
    if "accessory" in block:
        yield from _element(block["accessory"], f"{at}/accessory")


def _field(value: Any, at: str) -> Iterator[str]:
    return _text(value, at, MOST_FIELD_TEXT)


def _some(values: Any, at: str, most: int, check: Callable[[Any, str], Iterator[str]]) -> Iterator[str]:
    if not isinstance(values, list) or not values:
        yield _error("must be a non-empty array", at)
        return
    if len(values) > most:
        yield _error(f"no more than {most} items allowed", at)
    for number, value in enumerate(values):
        yield from check(value, f"{at}/{number}")


def _context(block: dict[str, Any], at: str) -> Iterator[str]:
    return _some(block.get("elements"), f"{at}/elements", MOST_CONTEXT, _context_element)


def _context_element(value: Any, at: str) -> Iterator[str]:
    if isinstance(value, dict) and value.get("type") == "image":
        return _image(value, at)
    return _text(value, at, MOST_TEXT)


def _image(block: dict[str, Any], at: str) -> Iterator[str]:
    if not block.get("alt_text"):
        yield _error("missing required field: alt_text", at)
    if not 0 < len(str(block.get("image_url", ""))) <= MOST_URL:
        yield _error("missing required field: image_url", at)


def _actions(block: dict[str, Any], at: str) -> Iterator[str]:
    return _some(block.get("elements"), f"{at}/elements", MOST_ACTIONS, _element)


def _element(value: Any, at: str) -> Iterator[str]:
    kind = value.get("type") if isinstance(value, dict) else None
    if kind == "image":
        yield from _image(value, at)
    elif kind != "button":
        yield _error("unsupported element", f"{at}/type")
    else:
        yield from _button(value, at)


def _button(button: dict[str, Any], at: str) -> Iterator[str]:
    yield from _text(button.get("text"), f"{at}/text", MOST_BUTTON_TEXT, ("plain_text",))
    for name, most in (("action_id", MOST_ID), ("value", MOST_VALUE), ("url", MOST_URL)):
        if len(str(button.get(name, ""))) > most:
            yield _error(f"must be less than {most + 1} characters", f"{at}/{name}")
    if button.get("style", "primary") not in ("primary", "danger"):
        yield _error("must be primary or danger", f"{at}/style")


def _divider(_block: dict[str, Any], _at: str) -> Iterator[str]:
    return iter(())


CHECKS: dict[str, Check] = {
    "header": _header,
    "section": _section,
    "context": _context,
    "actions": _actions,
    "divider": _divider,
    "image": _image,
}
