"""Reads and checks the settings of the guard, as a table [guard] or an object has them."""

from collections.abc import Mapping
from dataclasses import asdict, fields

from dockwarden.errors import SettingsError
from dockwarden.guard.budgets import read_limit
from dockwarden.guard.settings import GuardSettings, most_of


def read_guard(document: object) -> GuardSettings:
    """The settings of a table; what it does not name keeps its default. Raises SettingsError."""
    if not isinstance(document, Mapping):
        raise SettingsError("guard", document, "a table [guard]")
    known = [field.name for field in fields(GuardSettings)]
    for name in document:
        if name not in known:
            raise SettingsError(
                f"guard.{name}", document[name], f"no such setting; there are: {', '.join(known)}"
            )
    # A budget is a number or a percent, and a number may be written without quotes.
    texts = {k: str(v) for k, v in document.items() if k.startswith("budget_") and type(v) is int}
    made = GuardSettings(**{**document, **texts})
    check_guard(made)
    return made


def check_guard(settings: object) -> None:
    """Raise SettingsError for what is no whole number from 1 on, or no budget.

    The account's budget is a number, because there is nothing to take a percent of.
    """
    if not isinstance(settings, GuardSettings):
        raise SettingsError("guard", settings, "GuardSettings, or a table [guard]")
    for name, value in asdict(settings).items():
        if name.startswith("budget_"):
            budget = read_limit(value, f"guard.{name}")
            if name == "budget_account" and budget.percent:
                raise SettingsError(f"guard.{name}", value, "a number such as 20, no percent")
        elif type(value) is not int or not 1 <= value <= most_of(name):
            raise SettingsError(f"guard.{name}", value, f"a whole number from 1 to {most_of(name)}")
