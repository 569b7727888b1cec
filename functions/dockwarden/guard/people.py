"""Who made a call: a person, a pipeline, AWS itself, or nobody can tell. Pure; by what CloudTrail says of the caller."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase

from dockwarden.events.caller import Caller

_SSO = "awsreservedsso_"
"""What the name of every role begins with that IAM Identity Center makes, in lower case."""

_CONSOLES = ("console.amazonaws.com", "signin.amazonaws.com", "mozilla/")
"""How the user agent begins that the console sends, or the browser in which it runs."""

_OWN_SESSION = re.compile(r"(?P<playbook>[a-z][a-z0-9_]*)-[0-9a-f]{12,16}")
"""The name of a session of our act roles: the playbook, or `batch`, and a hash."""


class Kind(StrEnum):
    """What a caller is."""

    PERSON = "person"
    PIPELINE = "pipeline"
    SERVICE = "service"
    OWN = "own"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Patterns:
    """Globs, compared without case: names of roles, users and sessions, and user agents."""

    people: tuple[str, ...]
    pipelines: tuple[str, ...]
    pipeline_agents: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a caller is, and what says so."""

    kind: Kind
    why: str


def judge(caller: Caller, patterns: Patterns) -> Judgement:
    """What a caller is: the first rule that knows.

    What only people have (a sign-in, a second factor) weighs more than a name, and a name more than a user agent,
    which is whatever the caller wrote.
    """
    found = (rule(caller, patterns) for rule in _RULES)
    unknown = Judgement(Kind.UNKNOWN, "nothing says that it is a person, so it counts as none")
    return next((judgement for judgement in found if judgement is not None), unknown)


def _service(caller: Caller, _: Patterns) -> Judgement | None:
    if caller.invoked_by is None and caller.type != "AWSService":
        return None
    return Judgement(Kind.SERVICE, f"the service {caller.invoked_by or 'of AWS'} made the call")


def _listed_person(caller: Caller, patterns: Patterns) -> Judgement | None:
    named = _matching((*_names(caller), caller.session_name or ""), patterns.people)
    return Judgement(Kind.PERSON, f"the setting people lists {named}") if named else None


def _signed_in(caller: Caller, _: Patterns) -> Judgement | None:
    """Only people sign in to IAM Identity Center, and nobody but a person should be root."""
    if any(name.lower().startswith(_SSO) for name in _names(caller)):
        return Judgement(Kind.PERSON, "a role of IAM Identity Center")
    return Judgement(Kind.PERSON, "the root user") if caller.type == "Root" else None


def _in_console(caller: Caller, _: Patterns) -> Judgement | None:
    agent = (caller.user_agent or "").lower()
    if caller.console or agent.startswith(_CONSOLES):
        return Judgement(Kind.PERSON, "a session of the console")
    return None


def _listed_pipeline(caller: Caller, patterns: Patterns) -> Judgement | None:
    named = _matching(_names(caller), patterns.pipelines)
    return Judgement(Kind.PIPELINE, f"the setting pipelines lists {named}") if named else None


def _second_factor(caller: Caller, _: Patterns) -> Judgement | None:
    return Judgement(Kind.PERSON, "a session with a second factor") if caller.mfa else None


def _own(caller: Caller, _: Patterns) -> Judgement | None:
    """A session that is named as ours: after everything that tells a person, so that a name hides nobody."""
    found = _OWN_SESSION.fullmatch(caller.session_name or "")
    return Judgement(Kind.OWN, "Dockwarden's own call") if found else None


def _agent(caller: Caller, patterns: Patterns) -> Judgement | None:
    named = _matching((caller.user_agent or "",), patterns.pipeline_agents)
    return Judgement(Kind.PIPELINE, f"its user agent fits {named}") if named else None


def _user(caller: Caller, _: Patterns) -> Judgement | None:
    return Judgement(Kind.PERSON, "an IAM user") if caller.type == "IAMUser" else None


_RULES: tuple[Callable[[Caller, Patterns], Judgement | None], ...] = (
    _service,
    _listed_person,
    _signed_in,
    _in_console,
    _listed_pipeline,
    _second_factor,
    _own,
    _agent,
    _user,
)


def _names(caller: Caller) -> tuple[str, ...]:
    """The role's or user's own name."""
    principal = caller.principal or ""
    return (principal.rpartition("/")[2],) if principal else ()


def _matching(names: Iterable[str], globs: Iterable[str]) -> str | None:
    """The first glob that one of some names fits; an empty glob fits nothing."""
    lower = [name.lower() for name in names if name]
    return next((g for g in globs if g and any(fnmatchcase(name, g.lower()) for name in lower)), None)
