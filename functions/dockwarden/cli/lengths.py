"""Lengths of time as people type them."""

import argparse
import re
from datetime import timedelta

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_LENGTH = re.compile(r"(\d{1,5})([smhd])", re.ASCII)


def length(text: str) -> timedelta:
    """A length such as 90s, 30m, 2h or 7d, for argparse. Raises ArgumentTypeError for anything else, and for none."""
    found = _LENGTH.fullmatch(text.strip().lower())
    if found is None or int(found[1]) == 0:
        raise argparse.ArgumentTypeError(f"{text!a} is no length of time; write 90s, 30m, 2h or 7d")
    return timedelta(**{_UNITS[found[2]]: int(found[1])})
