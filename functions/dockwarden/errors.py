"""The root of Dockwarden's errors and those that more than one package raises."""

_SHOWN = 80
_LARGE = 10**40  # Python refuses to print whole numbers of more than 4300 digits


class DockwardenError(Exception):
    """Every error that Dockwarden raises on purpose is one of these."""


class MalformedEventError(DockwardenError):
    """An event does not say what it is about, so that no retry can help.

    ``path`` is where in the event the fault lies, ``value`` what was found there (ASCII, at most 80
    characters, never the content of an object or array) and ``expected`` what has to be there instead.
    """

    def __init__(self, path: str, value: object, expected: str) -> None:
        self.path = path
        self.value = describe(value)
        self.expected = expected
        super().__init__(f"reading {path}: found {self.value}, expected {expected}")


class Unquoted(str):
    """A description of a value that stands in an error in place of the value itself."""

    __slots__ = ()


def describe(value: object) -> str:
    """Return what a JSON value is in at most 80 ASCII characters, which cannot forge a line of a log."""
    # Objects and arrays are not quoted: a task's overrides carry environment values.
    kinds = {dict: "an object", list: "an array", tuple: "an array", int: "a large number"}
    match value:
        case None:
            return "nothing"
        case Unquoted():
            return _cut(value)
        case str():
            return _cut(ascii(value[:_SHOWN]))
        case bool() | float():
            return ascii(value)
        case int() if abs(value) < _LARGE:
            return ascii(value)
    return kinds.get(type(value), "something that is no JSON")


def _cut(text: str) -> str:
    return text if len(text) <= _SHOWN else text[: _SHOWN - 3] + "..."


class PlaybookDeclarationError(DockwardenError):
    """A playbook's file declares something from which rule, permissions or settings cannot be derived."""

    def __init__(self, playbook: str, fault: str) -> None:
        self.playbook = playbook
        self.fault = fault
        super().__init__(f"declaring playbook {playbook}: {fault}")


class UnknownPlaybookError(DockwardenError):
    """Somebody asked for a playbook that does not exist."""

    def __init__(self, playbook: str, known: list[str]) -> None:
        self.playbook = playbook
        self.known = known
        super().__init__(f"no playbook is called {describe(playbook)}; there are: {', '.join(known)}")


class SettingsError(DockwardenError):
    """A setting has a value that cannot be used."""

    def __init__(self, setting: str, value: object, expected: str) -> None:
        self.setting = setting
        self.value = describe(value)
        self.expected = expected
        super().__init__(f"setting {setting}: found {self.value}, expected {expected}")


class LedgerUnavailableError(DockwardenError):
    """The ledger could not be read or written, so nothing may be changed and the event has to come back."""

    def __init__(self, doing: str, why: str) -> None:
        self.doing = doing
        self.why = why
        super().__init__(f"{doing}: the ledger did not answer ({why})")


class UnreadableRecordError(DockwardenError):
    """A record was written by a version that this one cannot read, or is damaged."""

    def __init__(self, record: str, fault: str) -> None:
        self.record = record
        self.fault = fault
        super().__init__(f"reading the ledger's record {describe(record)}: {fault}")


class TryAgainError(DockwardenError):
    """Something that passes stood in the way; the event has to come back to its lane."""
