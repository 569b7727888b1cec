"""How far a playbook may go: off, observe, approve or enforce, below a ceiling."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from dockwarden.facts.unknown import NotRead


class Mode(StrEnum):
    """How far a playbook may go, from nothing at all to acting by itself."""

    OFF = "off"
    OBSERVE = "observe"
    APPROVE = "approve"
    ENFORCE = "enforce"

    @property
    def rank(self) -> int:
        """The place in the order, higher for more power."""
        return _RANKS[self]


_RANKS = {mode: rank for rank, mode in enumerate(Mode)}
_BY_TEXT = {mode.value: mode for mode in Mode}


@dataclass(frozen=True, slots=True)
class ModeSetting:
    """What one place asks for: its value as found, None where it says nothing, NotRead where it is unreadable."""

    where: str
    value: str | NotRead | None


@dataclass(frozen=True, slots=True)
class ModeRuling:
    """The mode that applies, and why in words."""

    mode: Mode
    why: str


def read_mode(value: object) -> Mode | None:
    """The mode that a text means, or None where it is none; upper case and blanks around it are forgiven."""
    if not isinstance(value, str):
        return None
    return _BY_TEXT.get(value.strip().lower())


def effective_mode(ceiling: Mode, settings: Sequence[ModeSetting], demoted: str | None = None) -> ModeRuling:
    """The mode under a ceiling, of settings in order from the most specific to the least.

    An `off` anywhere wins. The first place that says anything decides, and where that cannot be read or
    is no mode, the mode is observe: a typo never arms anything. `demoted` is why it asks before it acts.
    """
    if ceiling is Mode.OFF:
        return ModeRuling(Mode.OFF, "the ceiling is off")
    for setting in settings:
        if read_mode(setting.value) is Mode.OFF:
            return ModeRuling(Mode.OFF, f"{setting.where} says off")
    asked = _asked(settings)
    if demoted is not None and asked.mode is Mode.ENFORCE:
        asked = ModeRuling(Mode.APPROVE, demoted)
    if asked.mode.rank > ceiling.rank:
        return ModeRuling(ceiling, f"{asked.why}, but the platform's ceiling is {ceiling}")
    return asked


def _asked(settings: Sequence[ModeSetting]) -> ModeRuling:
    """What the most specific place that says anything asks for."""
    for setting in settings:
        if isinstance(setting.value, NotRead):
            return ModeRuling(Mode.OBSERVE, f"{setting.where} could not be read ({setting.value.why})")
        if setting.value is not None:
            mode = read_mode(setting.value)
            if mode is None:
                return ModeRuling(Mode.OBSERVE, f"{setting.where} holds no valid mode")
            return ModeRuling(mode, f"{setting.where} says {mode}")
    return ModeRuling(Mode.OBSERVE, "nothing sets a mode")
