"""Secrets taken out of text that containers wrote, so that the rest can be shown to people.

Every pattern is bounded or never looks at a character more than a few times, so that no line, however hostile,
takes longer than its length allows.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache

from dockwarden.randomness import looks_random

REDACTED = "[redacted]"
"""What stands in place of a secret; it has no space, so that it is one value wherever it stands."""

_PASSES = 4

_INVISIBLE = (
    r"\x1b(?:\[[0-?]{0,32}[ -/]{0,8}[@-~]|\][^\x07\x1b]{0,256}(?:\x07|\x1b\\)?|[ -~])?"
    "|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]"
)

_BEGIN = r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----"
_END = r"-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----"

_TOKENS = (
    r"(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16,}",  # AWS
    r"eyJ[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*){0,4}",  # JSON Web Token
    r"gh[opsur]_[A-Za-z0-9_]{16,}|github_pat_[A-Za-z0-9_]{16,}",
    r"gl(?:pat|ptt|dt|rt|cbt|ft|imt|agent|oas|soat|ffct)-[A-Za-z0-9_.-]{16,}",
    r"xox[a-z](?:\.xox[a-z])?-[A-Za-z0-9-]{8,}|xapp-[A-Za-z0-9-]{8,}",  # Slack
    r"hooks\.slack\.com/(?:services|workflows|triggers)/[^\s\"'<>]{1,512}",
    r"(?:sk|rk|pk)_(?:live|test)_[A-Za-z0-9]{8,}|whsec_[A-Za-z0-9+/=]{8,}",  # Stripe
    r"AIza[A-Za-z0-9_-]{30,}|ya29\.[A-Za-z0-9_.-]{16,}|GOCSPX-[A-Za-z0-9_-]{16,}|1//0[A-Za-z0-9_-]{20,}",
    r"sk-[A-Za-z0-9_-]{16,}|SG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}|hvs\.[A-Za-z0-9_-]{20,}",
    r"npm_[A-Za-z0-9]{30,}|dop_v1_[a-f0-9]{32,}|\d{8,10}:[A-Za-z0-9_-]{35}",
)

_KEYS = (
    "passwords?|passwd|passphrase|passcode|(?<![a-z])pass(?![a-z])|pwd|secrets?|tokens?|jwt"
    "|credentials?|(?<![a-z])creds?(?![a-z])|(?<![a-z])auth(?![a-z])"
    "|(?:access|account|api|app|auth|crypt|deploy|encryption|license|master|private|shared|signing|ssh|storage)"
    r"[ _.-]?key|session[ _.-]?(?:id|key)|(?<![a-z])sid(?![a-z])|signature|(?<![a-z])sig(?![a-z])|(?<![a-z])otp(?![a-z])"
)
_REST_OF_KEY = r"[\w-]{0,40}"
_MARK = r"\\{0,8}[\"']"
_BETWEEN = r"\s{0,8}(?::=|=>|[:=]|%3[dD])\s{0,8}"
_QUOTED = (
    r"(?P<{0}>\\{{1,8}}[\"'])(?:(?!(?P={0}))[^\n]){{0,8192}}(?:(?P={0}))?"
    r'|"(?:\\.|[^"\\\n])*"?|\'(?:\\.|[^\'\\\n])*\'?'
)
_LIST = r"\[(?=\s*[\"'{\[])[^\]\n]*\]?|\{[^}\n]*\}?"
# Up to a space, or to where the next pair or the end of the text around it evidently begins.
_BARE = r"(?:(?![,;&](?:\s|[\w.-]{1,40}\s?[=:]|[\"'\\])|\\{0,8}[\"'](?:[\s,;:}\])]|$))\S)+"
_HEADERS = "(?:proxy-)?authorization|(?:set-)?cookie2?"
_SCHEME = r"(?:(?:bearer|basic|digest|token|negotiate|apikey|aws4-hmac-sha256)\s{1,8})?"

_KEPT = frozenset(
    {"", "true", "false", "null", "none", "nil", "undefined", "yes", "no"}
    | {"expired", "incorrect", "invalid", "missing", "required", "|", ">", "|-", ">-"}
)
"""Values that say something about a secret and are none."""


def redact(text: str) -> str:
    """A text without what looks like a secret or a mail address, and without invisible characters.

    Redacting it again changes nothing. What no rule knows stays: a password in a sentence, a short random word.
    """
    for _ in range(_PASSES):
        before, text = text, _once(text)
        if text == before:
            break
    return text


def redact_lines(lines: Sequence[str]) -> tuple[str, ...]:
    """The lines of a log, redacted one by one and where a secret spans several: as many as there were."""
    found: list[str] = []
    waits = _pattern(_waiting())
    inside = waiting = False
    for line in lines:
        if inside or (waiting and line.strip()):
            found.append(REDACTED)
            inside = _is_open(line) or (inside and _pattern(_END).search(line) is None)
            waiting = False
            continue
        shown = redact(line)
        inside = _is_open(line)
        # Redacting took every key out that begins in the line: what ends is one that began before.
        if ends := list(_pattern(_END).finditer(shown)):
            _redact_body(found, lines)
            shown = redact(REDACTED + shown[ends[-1].end() :])
        found.append(shown)
        waiting = waiting or waits.search(shown) is not None
    return tuple(found)


def _is_open(line: str) -> bool:
    """Whether a key begins in a line that does not end in it."""
    visible = _pattern(_INVISIBLE).sub("", line)
    ends = [end.end() for end in _pattern(_END).finditer(visible)]
    return _pattern(_BEGIN).search(visible, ends[-1] if ends else 0) is not None


def _redact_body(found: list[str], lines: Sequence[str]) -> None:
    """Redact the lines before the end of a key whose beginning nobody saw."""
    place = len(found) - 1
    while place >= 0 and re.fullmatch(r"\s*[A-Za-z0-9+/=]+\s*", lines[place]):
        found[place] = REDACTED
        place -= 1


def _waiting() -> str:
    return rf"(?i:(?:{_KEYS}){_REST_OF_KEY}(?:{_MARK})?\s{{0,8}}[:=]\s{{0,8}}(?:[|>]-?)?[\"']?\s{{0,8}})$"


def _once(text: str) -> str:
    for pattern, replace in _rules():
        text = pattern.sub(replace, text)
    return text


Replace = str | Callable[[re.Match[str]], str]


@cache
def _rules() -> tuple[tuple[re.Pattern[str], Replace], ...]:
    # Compiled on first use: most events bring no text that has to be redacted.
    return tuple((_pattern(rule), replace) for rule, replace in _written())


@cache
def _pattern(rule: str) -> re.Pattern[str]:
    return re.compile(rule)


def _written() -> Iterator[tuple[str, Replace]]:
    """The rules in their order: first what needs its whole form to be known, last the guess."""
    yield _INVISIBLE, ""
    yield rf"{_BEGIN}[\s\S]*?(?:{_END}|\Z)", REDACTED
    yield "|".join(_TOKENS), REDACTED
    yield (
        rf"(?P<key>(?P<g>[\"'])(?i:{_HEADERS})\s{{0,8}}:\s{{0,8}})(?P<value>(?:(?!(?P=g))[^\n])+)",
        _kept_key,
    )
    yield (
        rf"(?P<key>(?i:{_HEADERS}){_MARK}{_BETWEEN})(?P<value>{_QUOTED.format('h')}|{_LIST}|{_BARE})",
        _kept_key,
    )
    yield rf"(?P<key>(?<![\"'])(?i:{_HEADERS})\s{{0,8}}:\s{{0,8}})(?P<value>\S[^\n]*)", _kept_key
    yield (
        rf"(?P<key>(?i:{_HEADERS})\s{{0,8}}=\s{{0,8}})(?P<value>{_QUOTED.format('i')}|(?i:{_SCHEME})[^\s;]+(?:;\s?[^\s;]+)*)",
        _kept_key,
    )
    yield r"(?P<key>(?i:\bbearer)\s{1,8})(?!(?i:token|auth|realm))(?P<value>[^\s\"',;]{6,})", _kept_key
    yield (
        r"(?P<key>(?i:\bbasic)\s{1,8})(?P<value>[A-Za-z0-9+/][a-z]{0,200}[A-Z0-9+/=][A-Za-z0-9+/=]{2,})",
        _kept_key,
    )
    yield (
        rf"(?P<key><(?:[\w.-]{{1,40}}:)?[\w.-]{{0,40}}(?i:{_KEYS})[\w.-]{{0,40}}>)(?P<value>[^<]+)",
        _kept_key,
    )
    yield (
        rf"(?P<key>(?<![\w-])--[\w.-]{{0,40}}?(?i:{_KEYS}){_REST_OF_KEY}\s{{1,8}})(?P<value>{_QUOTED.format('j')}|(?!-)\S+)",
        _kept_key,
    )
    yield (
        (
            rf"(?P<key>{_MARK}(?i:name|key){_MARK}\s{{0,8}}[:=]\s{{0,8}}{_MARK}[\w.-]{{0,40}}?(?i:{_KEYS})[\w.-]{{0,40}}{_MARK}"
            rf"\s{{0,8}},\s{{0,8}}{_MARK}(?i:value){_MARK}\s{{0,8}}[:=]\s{{0,8}})(?P<value>{_QUOTED.format('n')}|{_BARE})"
        ),
        _kept_key,
    )
    yield rf"(?P<key>[?&;][\w.-]{{0,40}}?(?i:{_KEYS})[\w.-]{{0,40}}=)(?P<value>[^\s&;#\"'<>]+)", _kept_key
    yield (
        rf"(?P<key>(?i:{_KEYS}){_REST_OF_KEY}(?:{_MARK})?{_BETWEEN})(?P<value>{_QUOTED.format('k')}|{_LIST}|{_BARE})",
        _kept_key,
    )
    port = r"\d{1,5}(?:[/?#\s\"'<>]|$)"
    yield (
        rf"(?P<key>://[^\s/?#@:\"'<>\[]{{0,128}}:)(?!{port})(?P<value>[^\s\"'<>]{{1,512}})(?=@)",
        rf"\g<key>{REDACTED}",
    )
    yield r"(?<![\w.+%|~^*$#!&`-])[\w.+%|~^*$#!&`-]+@[\w-]+(?:\.[\w-]+)*\.[^\W\d_]{2,}", REDACTED
    yield r"(?<!sha256:)(?<!sha512:)(?<![A-Za-z0-9+/_=-])[A-Za-z0-9+/_=-]{20,}", _if_random


def _kept_key(found: re.Match[str]) -> str:
    """The key, with its value redacted unless that is a word that says there is none."""
    key, value = found["key"], found["value"]
    inner = value.strip("\"'\\ ")
    if inner.lower() in _KEPT or (inner.isdecimal() and re.search("(?i)tokens", key)):
        return found[0]
    mark = re.match(_MARK, value)
    closing = mark[0] if mark is not None and len(value) > len(mark[0]) and value.endswith(mark[0]) else ""
    return f"{key}{mark[0] if mark is not None else ''}{REDACTED}{closing}"


def _if_random(found: re.Match[str]) -> str:
    return REDACTED if looks_random(found[0]) else found[0]
