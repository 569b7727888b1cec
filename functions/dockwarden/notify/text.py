"""Text that an event brought, made inert: it can be read in a chat, and does nothing there.

Slack's mrkdwn knows no escape for its formatting characters, and a hidden character between them is not
reliable (a zero-width space even counts as the word boundary that formatting needs). So they are replaced
by characters that look the same and mean nothing to Slack; names, numbers and ARNs keep what they are made of.
"""

import re
import unicodedata
from collections.abc import Iterator

ELLIPSIS = "…"

_ANSI = re.compile(
    r"\x1b(?:\][^\x07\x1b]*(?:\x07|\x1b\\)?|\[[0-?]*[ -/]*[@-~]?|[ -~]?)|\x9b[0-?]*[ -/]*[@-~]?"
)
_SPACE = re.compile(r"[\s\x85\u2028\u2029]+")
# Cc control, Cf invisible or turning the direction, Cs half a character, Co private, Cn none at all.
_DROPPED = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
_BLANK = frozenset(
    "\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0"
)  # letters by category, invisible in fact
_MOST_MARKS = 4  # more accents on one letter are no language but a scrawl over the lines above

_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_LOOK_ALIKES = str.maketrans(
    {"*": "\N{ASTERISK OPERATOR}", "~": "\N{TILDE OPERATOR}", "`": "\N{MODIFIER LETTER GRAVE ACCENT}"}
)
_MACRON, _RATIO, _QUOTE = (
    "\N{MODIFIER LETTER LOW MACRON}",
    "\N{RATIO}",
    "\N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK}",
)
# An underscore between two letters, as in names, formats nothing.
_EDGE_UNDERSCORE = re.compile(r"(?<![^\W_])_|_(?![^\W_])")
# `:02:` is the middle of a time; emoji of digits alone have three or more.
_EMOJI_COLON = re.compile(r":(?!\d\d:)(?=[\w+'-]+:)")
_READ_PER_SHOWN = 8  # of an endless text only so much is looked at


def inert(text: str, limit: int) -> str:
    """One line of mrkdwn that shows a text and does nothing, cut to `limit` UTF-16 units with an ellipsis."""
    return _cut(
        [cluster.translate(_ENTITIES) for cluster in _clusters(_defused(_visible(text, limit)))], limit
    )


def clean(text: str, limit: int) -> str:
    """One line of a text without anything invisible, cut to `limit` UTF-16 units: for logs."""
    return _cut(list(_clusters(_visible(text, limit))), limit)


def _visible(text: str, limit: int) -> str:
    """What a person can see of a text, on one line."""
    # Normalised first: a few characters become a backtick or a semicolon by it.
    composed = unicodedata.normalize("NFC", text[: limit * _READ_PER_SHOWN])
    spaced = _SPACE.sub(" ", _ANSI.sub("", composed))
    return _SPACE.sub(" ", "".join(char for char in spaced if _is_visible(char))).strip()


def _is_visible(char: str) -> bool:
    return char not in _BLANK and unicodedata.category(char) not in _DROPPED


def _defused(text: str) -> str:
    """A text without the characters that Slack would take for formatting."""
    text = _EMOJI_COLON.sub(_RATIO, _EDGE_UNDERSCORE.sub(_MACRON, text.translate(_LOOK_ALIKES)))
    return _QUOTE + text[1:] if text.startswith(">") else text  # a quotation, even when escaped


def _clusters(text: str) -> Iterator[str]:
    """The characters as people count them: a letter with its accents, an emoji with its colour, a flag."""
    cluster = ""
    for char in text:
        if not _continues(cluster, char):
            if cluster:
                yield cluster
            cluster = char
        elif cluster and len(cluster) <= _MOST_MARKS:
            cluster += char
    if cluster:
        yield cluster


def _continues(cluster: str, char: str) -> bool:
    if unicodedata.category(char).startswith("M") or "\U0001f3fb" <= char <= "\U0001f3ff":
        return True
    return len(cluster) == 1 and _is_regional(cluster) and _is_regional(char)


def _is_regional(char: str) -> bool:
    return "\U0001f1e6" <= char <= "\U0001f1ff"


def _cut(clusters: list[str], limit: int) -> str:
    """The clusters that fit, whole, and an ellipsis in place of the others."""
    if sum(map(_units, clusters)) <= limit:
        return "".join(clusters)
    kept, left = [], limit - len(ELLIPSIS)
    for cluster in clusters:
        left -= _units(cluster)
        if left < 0:
            break
        kept.append(cluster)
    return "".join(kept).rstrip() + ELLIPSIS


def _units(text: str) -> int:
    """The length as JavaScript counts it; Slack does not say how it does, and this is never less."""
    return len(text) + sum(char > "\uffff" for char in text)
