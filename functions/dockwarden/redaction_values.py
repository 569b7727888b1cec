"""What is put in place of a value that a rule of redaction has found: most are secrets, some only say something of one."""

import re

from dockwarden.randomness import looks_random
from dockwarden.redaction_parts import MARK

REDACTED = "[redacted]"
"""What stands in place of a secret; it has no space, so that it is one value wherever it stands."""

_KEPT = frozenset(
    {"", "true", "false", "null", "none", "nil", "undefined", "yes", "no"}
    | {"expired", "incorrect", "invalid", "missing", "required", "|", ">", "|-", ">-"}
)
"""Values that say something about a secret and are none."""

# AWS's word for an error, which follows the name of a secret: `/shop/db-password: AccessDeniedException: …`.
_ERRORS = frozenset(
    {
        "AccessDenied",
        "AccessDeniedException",
        "DecryptionFailure",
        "InvalidParameterException",
        "InvalidRequestException",
    }
    | {
        "ParameterNotFound",
        "RequestCanceled",
        "RequestError",
        "ResourceNotFoundException",
        "ThrottlingException",
    }
    | {"ValidationException"}
)

# What follows the word "password" in a sentence and is none: a variable, a path, a version, a date, an algorithm, a pair.
_FOLLOWS = (
    r"\$\{?[A-Z_][A-Z0-9_]*\}?|%\S*|[/<{(\[]\S*|\.\.?/\S*|https?://\S*|v?\d+(?:\.\d+)+\S*|\d{4}-\d\d-\d\d\S*|[\w.-]+=\S*"
    r"|(?i:sha-?\d+|md5\w*|argon2\w*|pbkdf2\w*|scrypt\w*|bcrypt\w*|base64|utf-?8|aes-?\d+|rsa-?\d+)\S*"
)
_SHORTEST, _SHORTEST_OF_LETTERS = 4, 6
# "The password is …" and one of these is a sentence about it.
_ABOUT = (
    r"\w+(?:ed|ing|ly|able|ible|ive|ory|ary|ant|ent|less|ful|ous)"
    r"|missing|invalid|incorrect|correct|unknown|unset|wrong|weaker|stronger|longer|shorter|secure|insecure|default"
    r"|secret|public|private|strong|simple|common|similar|random|hidden|broken|forgotten|overwritten|written|chosen|optional"
    r"|illegal|within|another|nothing|neither|always|almost|rather"
)


def kept_key(found: re.Match[str]) -> str:
    """The key, with its value redacted unless that is a word that says there is none."""
    key, value = found["key"], found["value"]
    inner = value.strip("\"'\\ ")
    if inner.lower() in _KEPT or (inner.isdecimal() and re.search("(?i)tokens", key)):
        return found[0]
    if key.endswith(": ") and inner.rstrip(":") in _ERRORS:
        return found[0]
    mark = re.match(MARK, value)
    closing = mark[0] if mark is not None and len(value) > len(mark[0]) and value.endswith(mark[0]) else ""
    return f"{key}{mark[0] if mark is not None else ''}{REDACTED}{closing}"


def kept_user(found: re.Match[str]) -> str:
    """`user:password` with the password redacted, unless it is what Docker takes: a user and a group."""
    before = found.string[max(found.start() - 300, 0) : found.start()]
    is_group = found["value"].isdecimal() or found["value"] == found["name"]
    if is_group and not re.search(r"\b(?:curl|wget|http)\b", before):
        return found[0]
    return f"{found['key']}{REDACTED}"


def kept_name(found: re.Match[str]) -> str:
    """The only thing before the @ of a URL: a token for the web, a name elsewhere unless it has digits as tokens do."""
    key, value = found["key"], found["value"]
    is_token = key.lower().startswith(("http", "git+http", "ws")) or (
        len(value) >= _SHORTEST_OF_LETTERS + 2 and re.search("[0-9]", value)
    )
    return f"{key}{REDACTED}" if is_token else found[0]


def kept_sentence(found: re.Match[str]) -> str:
    """A sentence with the word "password", without the word after it where that looks like one."""
    value = found["value"].rstrip(".,;:)\"'")
    if value and _is_password(value, found):
        return f"{found['key']}{REDACTED}{found['value'][len(value) :]}"
    return found[0]


def _is_password(value: str, found: re.Match[str]) -> bool:
    if value.lower() in _KEPT or re.fullmatch(_FOLLOWS, value) or value == REDACTED:
        return False
    if len(value) >= _SHORTEST and re.search(r"[A-Za-z0-9]", value) and re.search(r"[0-9!@#$%^&*+~]", value):
        return True
    # Letters alone: only where the sentence says that this is it, and ends with it.
    at_end = re.match(r"\s*(?:\n|$)", found.string[found.end() : found.end() + 20]) is not None
    plain = (
        value.isalpha() and len(value) >= _SHORTEST_OF_LETTERS and not re.fullmatch(f"(?i:{_ABOUT})", value)
    )
    return found["is"] is not None and at_end and plain


def if_random(found: re.Match[str]) -> str:
    """What looks drawn by lot, redacted, but for the id of a task, which ECS writes as `(task 0123…)`."""
    before = found.string[max(found.start() - 6, 0) : found.start()]
    if before == "(task " and re.fullmatch(r"[0-9a-f]{32}", found[0]):
        return found[0]
    return REDACTED if looks_random(found[0]) else found[0]
