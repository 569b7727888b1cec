"""The rules of redaction in their order: first what needs its whole form to be known, last the guess.

Every pattern is bounded or never looks at a character more than a few times, so that no line, however hostile,
takes longer than its length allows.
"""

import re
from collections.abc import Callable, Iterator

from dockwarden.redaction_parts import (
    BARE,
    BEGIN,
    BETWEEN,
    END,
    HEADERS,
    IN_KEYS,
    KEYS,
    LIST,
    MARK,
    QUOTED,
    REST_OF_KEY,
    SCHEME,
    SECRET_NAME,
    TOKENS,
)
from dockwarden.redaction_values import REDACTED, if_random, kept_key, kept_name, kept_sentence, kept_user

Replace = str | Callable[[re.Match[str]], str]
Rule = tuple[tuple[str, ...], str, Replace]
"""Texts in small letters of which one is in everything that the rule finds, its pattern, and what comes in its place."""
Rules = Iterator[Rule]

_ANY = ("",)
_HEADERS = ("authorization", "cookie")


def written() -> Rules:
    """Every rule with what it puts in place of what it finds."""
    yield ("private key",), rf"{BEGIN}[\s\S]*?(?:{END}|\Z)", REDACTED
    yield _ANY, "|".join(TOKENS), REDACTED
    yield from _headers()
    yield from _structures()
    yield from _commands()
    yield (
        IN_KEYS,
        rf"(?P<key>[?&;][\w.-]{{0,40}}?(?i:{KEYS})[\w.-]{{0,40}}=)(?P<value>[^\s&;#\"'<>]+)",
        kept_key,
    )
    yield (
        IN_KEYS,
        rf"(?P<key>(?i:{KEYS}){REST_OF_KEY}(?:{MARK})?{BETWEEN})(?P<value>{QUOTED.format('k')}|{LIST}|{BARE})",
        kept_key,
    )
    yield from _addresses()
    yield (
        ("pass", "pwd"),
        (
            r"(?P<key>(?i:\b(?:password|passwd|passphrase|passcode|pwd)(?P<is>\s(?:is|was|to|set\sto):?)?\s{1,4})[\"']?)"
            r"(?P<value>[^\s\"']{4,128})"
        ),
        kept_sentence,
    )
    yield (
        ("is", "was"),
        (
            r"(?P<key>(?i:\b(?:token|secret|api[ _-]?key)\s(?P<is>is|was):?\s{1,4})[\"']?)"
            r"(?=[^\s\"']{0,64}[0-9])(?=[^\s\"']{0,64}[A-Za-z])(?P<value>[^\s\"']{4,128})"
        ),
        kept_sentence,
    )
    yield _ANY, r"(?<!sha256:)(?<!sha512:)(?<![A-Za-z0-9+/_=-])[A-Za-z0-9+/_=-]{20,}", if_random


def ends_in_key() -> str:
    """A line whose secret stands on the next one."""
    return rf"(?i:(?:{KEYS}){REST_OF_KEY}(?:{MARK})?\s{{0,8}}[:=]\s{{0,8}}(?:[|>]-?)?[\"']?\s{{0,8}})$"


def _headers() -> Rules:
    yield (
        _HEADERS,
        rf"(?P<key>(?P<g>[\"'])(?i:{HEADERS})\s{{0,8}}:\s{{0,8}})(?P<value>(?:(?!(?P=g))[^\n])+)",
        kept_key,
    )
    yield (
        _HEADERS,
        rf"(?P<key>(?i:{HEADERS}){MARK}{BETWEEN})(?P<value>{QUOTED.format('h')}|{LIST}|{BARE})",
        kept_key,
    )
    yield _HEADERS, rf"(?P<key>(?<![\"'])(?i:{HEADERS})\s{{0,8}}:\s{{0,8}})(?P<value>\S[^\n]*)", kept_key
    yield (
        _HEADERS,
        rf"(?P<key>(?i:{HEADERS})\s{{0,8}}=\s{{0,8}})(?P<value>{QUOTED.format('i')}|(?i:{SCHEME})[^\s;]+(?:;\s?[^\s;]+)*)",
        kept_key,
    )
    yield (
        ("bearer",),
        r"(?P<key>(?i:\bbearer)\s{1,8})(?!(?i:token|auth|realm))(?P<value>[^\s\"',;]{6,})",
        kept_key,
    )
    yield (
        ("basic",),
        r"(?P<key>(?i:\bbasic)\s{1,8})(?P<value>[A-Za-z0-9+/][a-z]{0,200}[A-Z0-9+/=][A-Za-z0-9+/=]{2,})",
        kept_key,
    )


def _structures() -> Rules:
    """Where the name of a secret and its value are two values themselves, or a tag and its text."""
    mark = rf"(?:{MARK})?"
    named = rf"{mark}\b(?i:name|key|id|property|var|variable){mark}\s{{0,8}}[:=]\s{{0,8}}{mark}{SECRET_NAME}{mark}"
    valued = rf"\b(?i:value){mark}\s{{0,8}}[:=]\s{{0,8}}"
    among = r"(?=[\s,;])[^{}<>]{0,200}?"
    closed = r"(?P<v>\\{1,8}[\"'])(?:(?!(?P=v))[^\n]){0,1024}(?P=v)|\"(?:\\.|[^\"\\\n]){0,1024}+\"|'(?:\\.|[^'\\\n]){0,1024}+'"
    yield ("value",), rf"(?P<key>{named}{among}{valued})(?P<value>{QUOTED.format('n')}|{BARE})", kept_key
    yield ("value",), rf"(?P<key>{valued})(?P<value>{closed})(?={among}{named})", kept_key
    yield (
        ("<",),
        rf"(?P<key><[\w:.-]{{1,40}}\s[^<>]{{0,200}}?{named}[^<>]{{0,200}}>)(?P<value>[^<\s][^<]*)",
        kept_key,
    )
    yield (
        ("<",),
        rf"(?P<key><{SECRET_NAME}\s[^<>]{{0,200}}?{valued})(?P<value>{QUOTED.format('a')})",
        kept_key,
    )
    yield (
        ("<",),
        rf"(?P<key><(?:[\w.-]{{1,40}}:)?[\w.-]{{0,40}}(?i:{KEYS})[\w.-]{{0,40}}>)(?P<value>[^<]+)",
        kept_key,
    )
    # Two values in brackets; in square ones, which are lists of names too, only with a digit.
    yield (
        IN_KEYS,
        (
            rf"(?P<key>(?:\(|\[(?=[^\]\n]{{0,200}}\d))\s{{0,8}}{MARK}{SECRET_NAME}{MARK}\s{{0,8}},\s{{0,8}})"
            rf"(?P<value>{QUOTED.format('t')})(?=\s{{0,8}}[)\]])"
        ),
        kept_key,
    )


def _commands() -> Rules:
    """Options of programs, also as a list of words."""
    between = rf"(?:\s{{1,8}}|{MARK}\s{{0,8}},\s{{0,8}}(?={MARK}))"
    yield (
        ("--",),
        rf"(?P<key>(?<![\w-])--[\w.-]{{0,40}}?(?i:{KEYS}){REST_OF_KEY}{between})(?P<value>{QUOTED.format('j')}|(?!-)\S+)",
        kept_key,
    )
    yield (
        ("-u", "-user"),
        (
            rf"(?P<key>(?<![\w-])(?:-u|-U|--user|--proxy-user)(?:\s{{1,8}}|=|{MARK}\s{{0,8}},\s{{0,8}})?(?P<q>[\"'])?"
            r"(?P<name>[^\s:\"',/=\\]{1,128}):(?!//))(?P<value>(?(q)(?:(?!(?P=q))[^\n])|[^\s\"'\\]){1,512})"
        ),
        kept_user,
    )
    word = rf"(?P<value>(?!{MARK},){QUOTED.format('p')}|[^\s\"'\\-][^\s\"'\\]*)"
    login = r"(?:docker|podman|nerdctl|helm|oras|skopeo|crane|az)\s(?:[\w-]{1,16}\s)?login"
    for needs, programs, option, space in (
        (("mysql", "mariadb"), r"(?:mysql|mariadb)\w{0,16}", "-p", ""),
        (
            ("sshpass", "mongo", "login"),
            rf"(?:sshpass|mongo\w{{0,10}}|{login})",
            "-p",
            rf"(?:\s{{1,8}}|=|{MARK}\s{{0,8}},\s{{0,8}}(?={MARK}))?",
        ),
        (("-cli",), r"(?:redis|valkey)-cli", "-a", rf"(?:\s{{1,8}}|{MARK}\s{{0,8}},\s{{0,8}}(?={MARK}))?"),
        (("ldap",), r"ldap\w{2,12}", "-w", rf"(?:\s{{1,8}}|{MARK}\s{{0,8}},\s{{0,8}}(?={MARK}))?"),
    ):
        yield (
            needs,
            rf"(?P<key>\b{programs}(?=[\s\"'\\])[^\n|;]{{0,300}}?[\s\"']{option}{space}){word}",
            kept_key,
        )
    yield (
        ("identified",),
        rf"(?P<key>(?i:\bidentified\s{{1,4}}by)\s{{1,4}})(?P<value>{QUOTED.format('s')})",
        kept_key,
    )


def _addresses() -> Rules:
    """Passwords and tokens in URLs and connection strings, and addresses of mail."""
    port = r"\d{1,5}(?:[/?#\s\"'<>]|$)"
    user = r"[^\s/?#@:\"'<>\[]{0,128}:"
    yield ("://",), rf"(?P<key>://{user})(?!{port})(?P<value>[^\s\"'<>]{{1,512}})(?=@)", rf"\g<key>{REDACTED}"
    # Digits and a slash are a port, but for what only a host can follow.
    yield (
        ("://",),
        rf"(?P<key>(?<!http)(?<!https)://{user})\d{{1,5}}[/?#][^\s\"'<>@]{{0,128}}(?=@)",
        rf"\g<key>{REDACTED}",
    )
    yield ("://",), rf"(?P<key>://{user})\d{{1,5}}/(?=@[\w-]{{1,63}}\.[\w-])", rf"\g<key>{REDACTED}"
    yield (
        ("://",),
        (
            r"(?P<key>(?i:\b(?:git\+)?(?:https?|wss?|s?ftps?|amqps?|rediss?|nats|mqtts?)://))"
            r"(?P<value>[^\s/?#@:\"'<>\[\]]{1,512})(?=@)"
        ),
        kept_name,
    )
    yield (
        ("jdbc:oracle:", "userid", "sqlplus"),
        (
            r"(?P<key>(?i:\bjdbc:oracle:\w{1,16}:|\buserid\s?=\s?|\bsqlplus\s{1,8}(?:-\w{1,8}\s{1,8}){0,4})"
            r"[^\s/@\"'\[]{1,128}/)(?!/|\[)[^\s\"']{1,256}(?=@)"
        ),
        rf"\g<key>{REDACTED}",
    )
    yield (
        ("@tcp", "@unix", "@udp"),
        r"(?P<key>(?<![\w.-])[\w.-]{1,64}:)[^\s\"'<>:@\[]{1,128}(?=@(?:tcp|unix|udp)\()",
        rf"\g<key>{REDACTED}",
    )
    host = r"[\w-]+(?:\.[\w-]+)*\.[^\W\d_]{2,}"
    yield ("@",), rf"\\{{0,8}}\"[^\"\n@]{{1,64}}\"@{host}", REDACTED
    yield ("@", "%40"), rf"(?<![\w.+%|~^*$#!&`-])[\w.+%|~^*$#!&`-]+(?:@|%40){host}", REDACTED
