"""Lengths of time in words."""

from datetime import timedelta


def span(length: timedelta) -> str:
    """A length of time as people say it, as exact as it matters."""
    if length <= timedelta(minutes=2):
        return f"{length // timedelta(seconds=1)} s"
    if length < timedelta(hours=2):
        minutes, seconds = divmod(length // timedelta(seconds=1), 60)
        return f"{minutes} min {seconds} s" if seconds else f"{minutes} min"
    return f"{length // timedelta(hours=1)} h" if length < timedelta(days=2) else f"{length.days} days"
