"""Two task definitions compared, so that no value of a variable or secret gets out."""

import re
import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from typing import Any

from dockwarden.aws.placing import changed
from dockwarden.facts.revisions import Aspect, Change, How
from dockwarden.redaction import REDACTED, redact

Definition = Mapping[str, Any]
_Digests = Mapping[str, str]
_Words = Callable[[Definition], str | None]

_OF_WORDS = (Aspect.COMMAND, Aspect.ENTRY_POINT, Aspect.HEALTH_CHECK)
_SHORTEST_PART = 6  # shorter values of variables, such as ports, are parts of other words by chance


def compare(
    old: Definition, new: Definition, old_digests: _Digests, new_digests: _Digests
) -> Iterator[Change]:
    """What changed between two task definitions, container by container, then for the task."""
    before, after = _containers(old), _containers(new)
    for name in dict.fromkeys((*after, *before)):
        if name in before and name in after:
            yield from _container(name, before[name], after[name])
            yield from _digest(name, before[name], after[name], old_digests.get(name), new_digests.get(name))
        else:
            yield Change(Aspect.CONTAINER, How.ADDED if name in after else How.REMOVED, name, name)
    yield from _settings(_OF_TASK, old, new)


def digests(service_revision: Definition) -> dict[str, str]:
    """The digest that ECS resolved for the image of each container of a service revision."""
    pairs = (
        (i.get("containerName"), i.get("imageDigest")) for i in service_revision.get("containerImages", [])
    )
    return {name: digest for name, digest in pairs if name and digest}


def has_all_digests(definition: Definition, known: _Digests) -> bool:
    """Whether ECS resolved the image of every container; it does not where a container's version consistency is off."""
    return set(_containers(definition)) <= set(known)


def _containers(definition: Definition) -> dict[str, Definition]:
    return {c["name"]: c for c in definition.get("containerDefinitions", []) if c.get("name")}


def _container(name: str, old: Definition, new: Definition) -> Iterator[Change]:
    secret = {*_variables(old).values(), *_variables(new).values()} - {""}
    before, after = _without(secret, old), _without(secret, new)
    for change in _settings(_OF_CONTAINER, old, new, name):
        yield _shown(change, before, after) if change.aspect in _OF_WORDS else change
    for aspect, values in _NAMED.items():
        yield from _named(aspect, name, values(old), values(new))


def _settings(
    readers: Mapping[Aspect, _Words], old: Definition, new: Definition, container: str | None = None
) -> Iterator[Change]:
    for aspect, words in readers.items():
        if (change := changed(aspect, words(old), words(new), container)) is not None:
            yield change


def _named(
    aspect: Aspect, container: str, old: Mapping[str, str], new: Mapping[str, str]
) -> Iterator[Change]:
    """Names that came, went, or have another value, without the values."""
    for name in sorted({*old, *new}):
        if old.get(name) != new.get(name):
            how = How.ADDED if name not in old else How.REMOVED if name not in new else How.CHANGED
            yield Change(aspect, how, container, name)


def _digest(
    container: str, old: Definition, new: Definition, before: str | None, after: str | None
) -> Iterator[Change]:
    """An image that moved under its tag; where the image itself changed, that is said already."""
    if before and after and before != after and old.get("image") == new.get("image"):
        yield Change(Aspect.IMAGE_DIGEST, How.CHANGED, container, before=before, after=after)


def _shown(change: Change, old: Definition, new: Definition) -> Change:
    """A change in the words of containers that are without the values of variables."""
    before, after = (_OF_CONTAINER[change.aspect](container) for container in (old, new))
    return replace(change, before=before and redact(before), after=after and redact(after))


def _without(values: AbstractSet[str], container: Definition) -> Definition:
    """A container whose commands show no value of a variable and nothing that looks like a secret."""
    hidden = _values(values)

    def shown(word: str) -> str:
        return REDACTED if word in values else redact(hidden.sub(REDACTED, word) if hidden else word)

    # In each word by itself: joined, a word with a quotation mark or a space is written in another way.
    words: dict[str, object] = {
        key: list(map(shown, container[key])) for key in ("command", "entryPoint") if container.get(key)
    }
    check = container.get("healthCheck")
    if check is not None:
        words["healthCheck"] = {**check, "command": list(map(shown, check.get("command", [])))}
    return {**container, **words}


def _values(values: AbstractSet[str]) -> re.Pattern[str] | None:
    """What finds values of variables within a word, the longest first: long ones anywhere, others as words of their own."""
    # A value of several words may be a command's own several words.
    parts = {part for value in values for part in value.split() if len(part) >= _SHORTEST_PART}
    forms = {form for value in values | parts for form in _forms(value) if len(form) > 1}
    edged = (
        re.escape(form) if len(form) >= _SHORTEST_PART else rf"(?<![^\W_]){re.escape(form)}(?![^\W_])"
        for form in sorted(forms, key=len, reverse=True)
    )
    return re.compile("|".join(edged)) if forms else None


def _forms(value: str) -> Iterator[str]:
    """A value as it is and as it stands in a shell's line inside a word."""
    yield from (value, value.replace("'", "'\"'\"'"), value.replace("'", r"'\''"), value.replace('"', r"\""))


def _joined(words: Sequence[str]) -> str:
    """Words as one would type them; what stands in place of a secret needs no quotation marks."""
    return " ".join(word if _is_plain(word.replace(REDACTED, "x")) else shlex.quote(word) for word in words)


def _is_plain(word: str) -> bool:
    return shlex.quote(word) == word


def _words(key: str) -> _Words:
    """A setting that is an array of words, as one would type it."""

    def read(container: Definition) -> str | None:
        words = container.get(key)
        return _joined(words) if words else None

    return read


def _plain(key: str, unit: str = "") -> _Words:
    def read(definition: Definition) -> str | None:
        value = definition.get(key)
        return f"{value}{unit}" if value not in (None, "", 0) else None

    return read


def _health_check(container: Definition) -> str | None:
    check = container.get("healthCheck")
    if check is None:
        return None
    return (
        f"{_joined(check.get('command', []))} (every {check.get('interval', 30)} s, timeout {check.get('timeout', 5)} s, "
        f"{check.get('retries', 3)} retries, start period {check.get('startPeriod', 0)} s)"
    )


def _ports(container: Definition) -> str | None:
    return ", ".join(sorted(map(_port, container.get("portMappings", [])))) or None


def _port(mapping: Definition) -> str:
    port = mapping.get("containerPort") or mapping.get("containerPortRange")
    host = mapping.get("hostPort")
    return f"{f'{host}:' if host and host != port else ''}{port}/{mapping.get('protocol', 'tcp')}"


def _essential(container: Definition) -> str | None:
    return "essential" if container.get("essential", True) else "not essential"


def _role(key: str) -> _Words:
    def read(definition: Definition) -> str | None:
        arn = definition.get(key)
        return f"role/{arn.rpartition('/')[2]}" if arn else None

    return read


def _platform(definition: Definition) -> str | None:
    platform = definition.get("runtimePlatform", {})
    return (
        "/".join(filter(None, (platform.get("operatingSystemFamily"), platform.get("cpuArchitecture"))))
        or None
    )


def _pairs(key: str, name: str, value: str) -> Callable[[Definition], dict[str, str]]:
    def read(container: Definition) -> dict[str, str]:
        items: Sequence[Mapping[str, str]] = container.get(key, [])
        return {item[name]: item.get(value, "") for item in items if item.get(name)}

    return read


_variables = _pairs("environment", "name", "value")

_OF_CONTAINER: Mapping[Aspect, _Words] = {
    Aspect.IMAGE: _plain("image"),
    Aspect.COMMAND: _words("command"),
    Aspect.ENTRY_POINT: _words("entryPoint"),
    Aspect.CONTAINER_CPU: _plain("cpu"),
    Aspect.CONTAINER_MEMORY: _plain("memory", " MB"),
    Aspect.CONTAINER_MEMORY_RESERVATION: _plain("memoryReservation", " MB"),
    Aspect.HEALTH_CHECK: _health_check,
    Aspect.PORTS: _ports,
    Aspect.ESSENTIAL: _essential,
}
_NAMED: Mapping[Aspect, Callable[[Definition], dict[str, str]]] = {
    Aspect.ENVIRONMENT: _variables,
    Aspect.SECRET: _pairs("secrets", "name", "valueFrom"),
    Aspect.ENVIRONMENT_FILE: _pairs("environmentFiles", "value", "type"),
}
_OF_TASK: Mapping[Aspect, _Words] = {
    Aspect.CPU: _plain("cpu"),
    Aspect.MEMORY: _plain("memory", " MB"),
    Aspect.TASK_ROLE: _role("taskRoleArn"),
    Aspect.EXECUTION_ROLE: _role("executionRoleArn"),
    Aspect.NETWORK_MODE: _plain("networkMode"),
    Aspect.PLATFORM: _platform,
}
