"""Short names for long things, the same in every run."""

from hashlib import sha256


def short_hash(*parts: str) -> str:
    """Sixteen hexadecimal characters that stand for some texts."""
    # JSON can name half a character ("\ud800"), which UTF-8 has no bytes for.
    return sha256("\x1f".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:16]
