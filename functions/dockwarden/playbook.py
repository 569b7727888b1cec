"""The frame of a playbook: trigger, reads, actions, settings and decision, declared in one place."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from importlib import import_module
from pkgutil import iter_modules
from types import UnionType
from typing import Any, ClassVar, Protocol, TypeAlias, cast

from dockwarden.actions import Action
from dockwarden.errors import PlaybookDeclarationError, SettingsError, UnknownPlaybookError
from dockwarden.lanes import Lane
from dockwarden.permissions import Permission
from dockwarden.quiet import Hush
from dockwarden.verdicts import Decision

PACKAGE = "dockwarden.playbooks"

LONGEST_NAME = 47
"""A playbook's name, a dash and a hash of 16 are the name of a role session, which may have 64 characters."""


Detail: TypeAlias = Mapping[str, Sequence[str]]
"""Fields of an event's detail, each with the values that it may have."""


class Trigger(Protocol):
    """A class of events that a rule can be made for."""

    SOURCE: ClassVar[str]
    DETAIL_TYPES: ClassVar[tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Playbook:
    """One reaction: which events it hears, what it may read and do, and how it decides.

    `max_age` is how old an event may be, in seconds, for the playbook still to act on it. Two events about
    one target whose times are at most `same_occurrence` seconds apart are one occurrence.
    `where` narrows the rule of a trigger to events whose detail has one of the listed values in each field; an
    event that arrives all the same is heard, so that a rule may be wider but never decides anything.
    `quiet` has for some triggers the function that says of which events nothing follows, so that a lane can leave
    them alone before it imports anything; the playbook has to decide the same.
    `when_stopped` tells people what the stop means for this playbook. `involuntary` says that what it prepares for
    happens anyway: it passes budget, freeze, cooldown and mass hold, but counts (invariant 47). What it proposes
    and is held may be approved for `approve_within` seconds after the event.
    """

    name: str
    summary: str
    triggers: tuple[type[Trigger], ...]
    reads: Mapping[str, type]
    may: tuple[type[Action], ...]
    where: Mapping[type, Detail]
    quiet: Mapping[type, Hush]
    settings: type | None
    lane: Lane
    max_age: int
    same_occurrence: int
    when_stopped: str
    involuntary: bool
    approve_within: int
    decide: Callable[..., Decision | tuple[Decision, ...]]

    def patterns(self) -> list[dict[str, object]]:
        """The EventBridge patterns on the default bus, one for each trigger that AWS emits."""
        return [self._pattern(trigger) for trigger in self.triggers if trigger.SOURCE.startswith("aws.")]

    def _pattern(self, trigger: type[Trigger]) -> dict[str, object]:
        pattern: dict[str, object] = {
            "source": [trigger.SOURCE],
            "detail-type": list(trigger.DETAIL_TYPES),
        }
        if detail := self.where.get(trigger):
            pattern["detail"] = {field: list(values) for field, values in detail.items()}
        return pattern

    def hears(self, event: object) -> bool:
        """Whether an event is of a class that this playbook is triggered by."""
        return isinstance(event, self.triggers)

    def read_permissions(self) -> tuple[Permission, ...]:
        """What its facts need of IAM."""
        return tuple(p for protocol in self.reads.values() for p in protocol.PERMISSIONS)  # type: ignore[attr-defined]

    def act_permissions(self) -> tuple[Permission, ...]:
        """What its actions need of IAM."""
        return tuple(permission for action in self.may for permission in action.PERMISSIONS)

    def __call__(
        self, event: object, facts: Mapping[type, object], settings: object | None
    ) -> Decision | tuple[Decision, ...]:
        """Decide about an event with facts of the declared protocols; a sweep may be about many subjects."""
        asked: dict[str, object] = {name: facts[protocol] for name, protocol in self.reads.items()}
        if self.settings is not None:
            asked["settings"] = settings
        return self.decide(event, **asked)


def playbook(
    *,
    lane: Lane,
    may: Sequence[type[Action]] = (),
    where: Mapping[type, Detail] | None = None,
    quiet: Mapping[type, Hush] | None = None,
    max_age: int = 900,
    same_occurrence: int = 150,
    when_stopped: str = "nothing is changed while it is stopped",
    involuntary: bool = False,
    approve_within: int = 3600,
) -> Callable[[Callable[..., Decision | tuple[Decision, ...]]], Playbook]:
    """Make a playbook of a decision function, whose signature names its trigger, facts and settings.

    The first parameter is the event (a class of events, or a union of several), a parameter called
    `settings` is a dataclass with a default for each field, every other one is a protocol of
    `dockwarden.facts`.
    """

    def declare(decide: Callable[..., Decision | tuple[Decision, ...]]) -> Playbook:
        trigger, asked = _signature(decide)
        settings = asked.pop("settings", None)
        _check(decide.__name__, asked, settings)
        _check_heard(decide.__name__, trigger, {"where": where or {}, "quiet": quiet or {}})
        _check_quiet(decide.__name__, quiet or {})
        return Playbook(
            name=decide.__name__,
            summary=_first_line(decide),
            triggers=cast("tuple[type[Trigger], ...]", trigger),
            reads=asked,
            may=tuple(may),
            where=where or {},
            quiet=quiet or {},
            settings=settings,
            lane=lane,
            max_age=max_age,
            same_occurrence=same_occurrence,
            when_stopped=when_stopped,
            involuntary=involuntary,
            approve_within=approve_within,
            decide=decide,
        )

    return declare


def _signature(
    decide: Callable[..., Decision | tuple[Decision, ...]],
) -> tuple[tuple[type, ...], dict[str, type]]:
    """The classes of events and the other parameters of a decision function."""
    hints: dict[str, Any] = {k: v for k, v in decide.__annotations__.items() if k != "return"}
    if not hints:
        raise PlaybookDeclarationError(decide.__name__, "its first parameter has no class of events")
    first = hints.pop(next(iter(hints)))
    return (first.__args__ if isinstance(first, UnionType) else (first,)), hints


def _check(name: str, reads: Mapping[str, type], settings: type | None) -> None:
    """Refuse a declaration from which permissions, settings or the name of a role session could not be derived."""
    if len(name) > LONGEST_NAME:
        raise PlaybookDeclarationError(
            name, f"its name has {len(name)} characters, and {LONGEST_NAME} fit into a session's"
        )
    for parameter, protocol in reads.items():
        if not hasattr(protocol, "PERMISSIONS"):
            raise PlaybookDeclarationError(
                name, f"parameter {parameter!r} is no facts protocol with PERMISSIONS"
            )
    if settings is not None:
        try:
            settings()
        except TypeError as error:
            raise PlaybookDeclarationError(name, "each field of its settings needs a default") from error


def _check_heard(name: str, trigger: Sequence[type], by_event: Mapping[str, Mapping[type, object]]) -> None:
    """Refuse what is said of events that the playbook does not hear."""
    for declared, events in by_event.items():
        if strangers := set(events) - set(trigger):
            named = ", ".join(sorted(stranger.__name__ for stranger in strangers))
            raise PlaybookDeclarationError(name, f"`{declared}` names {named}, which it does not hear")


def _check_quiet(name: str, quiet: Mapping[type, Hush]) -> None:
    """Refuse a function that a lane could not find by its name."""
    for function in quiet.values():
        if not function.__qualname__.isidentifier():
            raise PlaybookDeclarationError(name, "`quiet` wants functions of a module")


def _first_line(decide: Callable[..., Decision | tuple[Decision, ...]]) -> str:
    """The sentence that stands for the playbook in lists."""
    if not decide.__doc__:
        raise PlaybookDeclarationError(decide.__name__, "it has no docstring, which is its summary")
    return decide.__doc__.strip().partition("\n")[0]


def names() -> list[str]:
    """The names of all playbooks: one a file, named as the file."""
    return sorted(m.name for m in iter_modules(import_module(PACKAGE).__path__) if not m.name.startswith("_"))


def load(name: str) -> Playbook:
    """The playbook of a name, importing its file and no other."""
    try:
        module = import_module(f"{PACKAGE}.{name}")
    except ModuleNotFoundError as error:
        if error.name != f"{PACKAGE}.{name}":
            raise
        raise UnknownPlaybookError(name, names()) from error
    found = getattr(module, name, None)
    if not isinstance(found, Playbook):
        raise PlaybookDeclarationError(name, f"its file has no @playbook function called {name}")
    return found


def registry() -> dict[str, Playbook]:
    """All playbooks by name."""
    return {name: load(name) for name in names()}


def hushes(playbooks: Sequence[Playbook]) -> dict[str, dict[str, str]]:
    """For each class of events that all who hear it among some playbooks may call quiet: where each says so.

    Playbook by playbook, as `module:function`; runtime/hushing.py reads it.
    """
    triggers = {trigger for playbook in playbooks for trigger in playbook.triggers}
    found: dict[str, dict[str, str]] = {}
    for trigger in sorted(triggers, key=lambda one: one.__name__):
        hearing = [playbook for playbook in playbooks if issubclass(trigger, playbook.triggers)]
        if all(trigger in playbook.quiet for playbook in hearing):
            found[trigger.__name__] = {p.name: _place(p.quiet[trigger]) for p in hearing}
    return found


def _place(function: Hush) -> str:
    return f"{function.__module__}:{function.__qualname__}"


def settings_of(found: Playbook, given: Mapping[str, object]) -> object | None:
    """The settings of a playbook with the given values in place of the defaults.

    Raises SettingsError for a name that the playbook does not have, a value of another type than its default's, and
    one beyond the bounds that the playbook declares.
    """
    if found.settings is None:
        known: dict[str, object] = {}
    else:
        shipped = found.settings()
        known = {field.name: getattr(shipped, field.name) for field in fields(shipped)}
        for one in fields(shipped):
            _bounded(f"{found.name}.{one.name}", given.get(one.name), one.metadata)
    if unknown := sorted(set(given) - set(known)):
        expected = f"one of {', '.join(sorted(known)) or 'none, it has no settings'}"
        raise SettingsError(f"of {found.name}", unknown[0], expected)
    if found.settings is None:
        return None
    fitting = {name: _fitting(f"{found.name}.{name}", value, known[name]) for name, value in given.items()}
    made: object = found.settings(**fitting)
    return made


def up_to(most: int, unit: str) -> Mapping[str, object]:
    """The metadata of a field of settings that is a whole number from 1 to `most`."""
    return {"most": most, "unit": unit}


def _bounded(setting: str, value: object, bounds: Mapping[str, Any]) -> None:
    """Refuse a number beyond the bounds of its setting; what is no number is refused by its type."""
    if bounds and type(value) is int and not 1 <= value <= bounds["most"]:
        raise SettingsError(setting, value, f"1 to {bounds['most']} {bounds['unit']}")


def _fitting(setting: str, value: object, default: object) -> object:
    """A value as its setting wants it: of the default's type, and an array of texts where that is a tuple."""
    if isinstance(default, tuple):
        if isinstance(value, list | tuple) and all(isinstance(item, str) for item in value):
            return tuple(value)
        raise SettingsError(setting, value, "an array of texts")
    if type(value) is not type(default):
        raise SettingsError(setting, value, f"a value like {default!r}")
    return value
