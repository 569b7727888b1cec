"""Secrets that nobody should see, in the shapes that programs and AWS write, and events that carry them in their texts."""

from collections.abc import Callable, Iterator
from typing import Any

from tests.events import samples

# A text, and what of it is secret; the beginning of that must not be seen either.
SHAPES: tuple[tuple[str, str], ...] = (
    ("GET https://s3.example.com/layer?X-Amz-Security-Token=IQoJcanary0&X-Amz-Signature=beef", "IQoJcanary0"),
    ("GET https://s3.example.com/layer?X-Amz-Date=1&X-Amz-Signature=canary1feed&x=1", "canary1feed"),
    ("token=canary2abcdef123", "canary2abcdef123"),
    ("key AKIACANARY3ABCDEFGHI used", "AKIACANARY3ABCDEFGHI"),
    ("jwt eyJjYW5hcnk0Ijo0fQ.eyJjYW5hcnk0Ijo0fQ.canary4", "eyJjYW5hcnk0"),
    ("postgres://shop:canary5pw@db:5432/shop", "canary5pw"),
    ("Authorization: Basic Y2FuYXJ5Njpw", "Y2FuYXJ5Njpw"),
    ("mail canary7.person@example.com", "canary7.person"),
    ("curl -u shop:canary8pw http://db", "canary8pw"),
    ("dckr_pat_canary9-abc", "canary9-abc"),
    ("the password is canary10pw", "canary10pw"),
    ('{"name":"DB_PASSWORD","type":"text","value":"canary11pw"}', "canary11pw"),
    ("https://canary12tok@git/x", "canary12tok"),
    ("mysql -uroot -pcanary13pw shop", "canary13pw"),
    ("got ghp_canary14ABCDEFGHIJKLMNOPQRST", "ghp_canary14"),
)
SECRETS = [secret for _, secret in SHAPES]

_TEXTS = frozenset(
    {"reason", "stoppedReason", "title", "description", "latestDescription", "statusReason", "stateReason"}
)
_KINDS = ("ecs/", "guardduty/", "health/", "cloudwatch/")
_CUT = 200  # what a card shows of a text


def told() -> list[str]:
    """The sample events of everything that is told in words of AWS or of its callers."""
    return [name for name in samples.NAMES if name.startswith(_KINDS)]


def carrying(name: str, nth: int) -> Iterator[dict[str, Any]]:
    """A sample event with a secret in every free text: before what it says, after it, and where a card cuts it."""
    shape, secret = SHAPES[nth % len(SHAPES)]
    before = _CUT - shape.index(secret) - len(secret) // 2
    for place in range(3):

        def said(text: str, place: int = place) -> str:
            return (f"{shape} {text}", f"{text[:60]} {shape}", f"{'x ' * _CUT}"[: before - 1] + f" {shape}")[
                place
            ]

        raw = _filled(samples.load(name), said)
        detail = raw["detail"]
        detail |= {key: said("") for key in ("reason", "description") if key not in detail}
        for container in detail.get("containers", []):
            container.setdefault("reason", said(""))
        yield raw


def _filled(node: Any, said: Callable[[str], str]) -> Any:
    """A tree with other free texts."""
    if isinstance(node, list):
        return [_filled(item, said) for item in node]
    if not isinstance(node, dict):
        return node
    return {
        key: said(value) if key in _TEXTS and isinstance(value, str) else _filled(value, said)
        for key, value in node.items()
    }


def seen(text: str) -> list[str]:
    """The secrets of which a text shows at least the beginning."""
    return [secret for secret in SECRETS if secret[:8] in text]
