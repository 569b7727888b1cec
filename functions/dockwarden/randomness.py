"""Whether a run of letters and digits looks drawn by lot, as keys and tokens are, or made of words, as names are."""

import re

_SHORTEST = 20
_SHORTEST_HEX = 32
_LONG = 24
_AWS_SECRET = 40

# How many letters or digits of one kind follow each other on average, at most; words have more of them.
_ROW, _ROW_IN_PARTS, _ROW_OF_LETTERS = 3.4, 2.65, 3.6
_PART = 12  # one hyphen or slash in fewer characters than these makes a name of parts

# What is long and random but no secret: request ids, trace ids, and the ids of ECS behind their kind.
_KNOWN_IDS = (
    r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}",
    r"(?:Root=)?1-[0-9a-f]{8}-[0-9a-f]{24}",
    r"(?:task|container|container-instance|assumed-role)/(?:[\w-]{1,255}/)?[0-9a-f]{32}",
)


def looks_random(run: str) -> bool:
    """Whether a run of letters, digits and ``+/_=-`` looks like a key or token.

    A guess by length and by how often letters change into capitals and digits: about one random string of 20
    characters in a hundred passes for a name, hardly any of 32.
    """
    bare = run.strip("=-_/")
    if len(bare) < _SHORTEST or any(re.fullmatch(known, bare) for known in _KNOWN_IDS):
        return False
    return _is_aws_secret(bare) or _is_mixed(bare) or any(map(_is_plain, re.split(r"[/_=+-]", bare)))


def _is_aws_secret(bare: str) -> bool:
    return len(bare) == _AWS_SECRET and all(_kinds(bare)) and not re.search(r"[_=-]", bare)


def _is_mixed(bare: str) -> bool:
    """Small letters and capitals that make no words."""
    lower, upper, digit = _kinds(bare)
    in_parts = len(re.findall(r"[/_=+-]", bare)) * _PART > len(bare)
    longest = _ROW if digit else _ROW_OF_LETTERS if len(bare) >= _LONG else _ROW_IN_PARTS
    return lower and upper and _in_a_row(bare) < (_ROW_IN_PARTS if in_parts else longest)


def _is_plain(piece: str) -> bool:
    """Digits again and again among letters."""
    lower, upper, _ = _kinds(piece)
    digits = re.findall(r"(?<=[A-Za-z])[0-9]+|[0-9]+(?=[A-Za-z])", piece)
    if len(piece) >= _SHORTEST_HEX and re.fullmatch(r"[0-9a-fA-F]+", piece) and digits:
        return True
    often = 2 if len(piece) >= _LONG else 4
    return len(piece) >= _SHORTEST and (lower or upper) and len(digits) >= often


def _kinds(text: str) -> tuple[bool, bool, bool]:
    """Whether there are small letters, capitals, digits."""
    return (
        re.search("[a-z]", text) is not None,
        re.search("[A-Z]", text) is not None,
        re.search("[0-9]", text) is not None,
    )


def _in_a_row(text: str) -> float:
    """How many letters or digits of one kind follow each other on average; a capital begins its word."""
    rows = re.findall(r"[A-Z]?[a-z]+|[A-Z]+|[0-9]+", text)
    return sum(map(len, rows)) / len(rows) if rows else 0.0
