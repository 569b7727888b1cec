"""Events that are not for us at all: replays, and those of another account or Region; told without reading anything.

Kept apart from the other rules, and free of classes, because a cold start on such an event imports nothing else.
"""

REPLAY = "it is a replay, and replays change nothing"


def foreign(account: str | None, region: str | None, home: tuple[str, str] | None) -> str | None:
    """Why an event is not from the account and region we are installed in, or None (invariant 69)."""
    if home is None or (account, region) == home:
        return None
    return (
        f"the event is from {account or 'no account'} in {region or 'no region'}, "
        f"not from {home[0]} in {home[1]}"
    )


def deaf_to(
    replay_name: str | None, account: str | None, region: str | None, home: tuple[str, str] | None
) -> str | None:
    """Why an event is ignored before anything is read about it, or None (invariants 11 and 69)."""
    return REPLAY if replay_name is not None else foreign(account, region, home)
