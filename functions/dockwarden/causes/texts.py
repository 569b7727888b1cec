"""What one text of a stop or failure says, however it is worded and wherever it was cut."""

from collections.abc import Mapping
from typing import Final

from dockwarden.causes import categories, phrases
from dockwarden.causes.vocabulary import Cause

# Nothing is looked for further back: the longest text seen has about 1,000 characters.
_READ: Final = 2000
_CATEGORIES_DEEP: Final = 4
_COMMAND: Final = 'exec: "'
# So much of a word is needed to know it where the text was cut in it.
_TELLING: Final = 3
# Typographic quotation marks, and the backslashes of quotes in quotes.
_TYPOGRAPHY: Final = str.maketrans({0x5C: None, 0x2018: "'", 0x2019: "'", 0x201C: '"', 0x201D: '"'})

# A cause, and whether the text says it or it is a guess.
Reading = tuple[Cause, bool]
NOTHING: Final[Reading] = (Cause.UNKNOWN, False)


def diagnose_text(text: str) -> Cause:
    """Return the cause that a text names, such as a stoppedReason, a container's reason or a service event."""
    return read(text)[0]


def read(text: str | None) -> Reading:
    """Return what a text says about why something failed or was stopped."""
    reading = read_failure(text)
    return read_stop(text) if reading == NOTHING else reading


def read_failure(text: str | None) -> Reading:
    """Return what a text says about why a container failed or did not start, by its category first."""
    words = plain(text)
    category = category_of(words)
    if category in categories.CLOSED_CATEGORIES:
        return _closed(categories.CLOSED_CATEGORIES[category], words), True
    if words in categories.WORDS or words.startswith(categories.RESOURCE):
        return categories.WORDS.get(words, Cause.PLACEMENT), True
    if category.startswith(categories.IMAGE_CATEGORY):
        return _read_image(words, category)
    return _read_general(words, categories.OPEN_CATEGORIES.get(category))


def read_stop(text: str | None) -> Reading:
    """Return what a text says about why ECS or somebody stopped a task that ran."""
    words = plain(text)
    found = _first(words, phrases.STOPS)
    if found is not None and found[1] is Cause.SCHEDULER and _in_trouble(words, found[0]):
        found = _first(words, phrases.HEALTH)
    if found is not None:
        return found[1], True
    check = read_check(text)
    return _begun(words) if check == NOTHING else check


def read_check(text: str | None) -> Reading:
    """Return whether a text says that a container's own health check failed, in words that only together say it."""
    words = plain(text).replace("container instance", "~")
    own = "container" in words and not any(other in words for other in phrases.OTHER_CHECKS)
    failed = own and any(check in words for check in phrases.CHECKED)
    return (Cause.CONTAINER_HEALTH, False) if failed else NOTHING


def happened_afterwards(text: str | None) -> bool:
    """Whether a reason tells only what went wrong while the task was already being stopped."""
    return category_of(plain(text)).startswith(categories.AFTERWARDS)


def never_started(text: str | None) -> bool:
    """Whether a reason tells that the agent did not start a container, for what another one did before."""
    return phrases.WAITED_IN_VAIN in plain(text)


def plain(text: str | None) -> str:
    """The text in lower case with single blanks, names of resources left out: their words mean nothing."""
    if not text:
        return ""
    lower = text[:_READ].translate(_TYPOGRAPHY).lower().replace("can't", "cannot")
    # The path of a socket, unlike an address, is always one of the platform's own.
    line = " ".join(lower.replace("unix://", "unix ").split())
    return " ".join(map(_without_names, _without_command(line).split(" ")))


def category_of(words: str) -> str:
    """The first name of an error among the parts before the first colons, empty when there is none."""
    for part in words.split(":", _CATEGORIES_DEEP)[:_CATEGORIES_DEEP]:
        of_part = part.strip().split(" ")
        for word in (of_part[0], of_part[-1]):
            name = word.strip("(\"'[")
            if _is_category(name):
                return name
    return ""


def _is_category(name: str) -> bool:
    known = name in categories.CLOSED_CATEGORIES or name in categories.OPEN_CATEGORIES
    return known or name.startswith((categories.IMAGE_CATEGORY, *categories.AFTERWARDS))


def _without_command(line: str) -> str:
    """Leave out the command that could not be executed: whoever wrote the task definition chose its words."""
    before, mark, command = line.partition(_COMMAND)
    return before + mark + "".join(command.partition('"')[1:])


def _without_names(word: str) -> str:
    """Leave out ARNs, addresses and images, all of which are chosen by people."""
    host = word.split("/", 1)[0] if "/" in word else ""
    if "arn:" not in word and "://" not in word and "." not in host:
        return word
    bare = word.rstrip("\"'()[]:,;.")
    return "~" + word[len(bare) :]


def _closed(cause: Cause, words: str) -> Cause:
    """The cause of a category, unless what was configured rightly found the disk full."""
    return Cause.DISK_FULL if cause is Cause.CONFIG and _find(words, phrases.DISK) >= 0 else cause


def _read_image(words: str, category: str) -> Reading:
    found = _earliest(_first(words, phrases.IMAGE), _fault(words, "image", phrases.CAUSES))
    if found is not None:
        return found[1], True
    guess = _first(words, phrases.IMAGE_GUESSES)
    if guess is None and "auth" in category:
        return Cause.IMAGE_ACCESS, False
    return NOTHING if guess is None else (guess[1], False)


def _read_general(words: str, otherwise: Cause | None) -> Reading:
    either = any(step in words for step in phrases.EITHER)
    # "registry auth" in the name of the step does not say that it was the registry.
    words = words.replace(phrases.EITHER[0], "~")
    topic = _topic(words)
    found = _earliest(_first(words, phrases.GENERAL), _fault(words, topic, phrases.CAUSES))
    if found is not None:
        return found[1], True
    about = topic or ("either" if either else None)
    guess = _fault(words, about, phrases.GUESSED_CAUSES) or _first(words, phrases.GENERAL_GUESSES)
    if guess is None and _is_cut_after_retries(words):
        return Cause.SECRET_NETWORK, False
    if guess is not None:
        return guess[1], False
    return NOTHING if otherwise is None else (otherwise, False)


def _is_cut_after_retries(words: str) -> bool:
    """Whether a text ends where it would have said why; a call that was tried once got an answer."""
    after = words.partition(phrases.CALLED)[2].rstrip(" .:\u2026")
    kept = " ".join(word for word in after.split() if not word.isdigit())
    return kept.startswith("retri") and phrases.RETRIED.startswith(kept) and " 1 " not in f"{after} "


def _in_trouble(words: str, place: int) -> bool:
    """Whether the scheduler's act at a place of a text was the answer to a failure."""
    if words.startswith("scaling activity"):
        return False
    if words.startswith("replac", place) and not any(by in words for by in phrases.REPLACING):
        return True
    several = [word.strip("()[]:,;.\"'") for word in words.split(" ")]
    cut = several[-1]
    begun = len(cut) >= _TELLING and any(word.startswith(cut) for word in phrases.TROUBLE)
    return begun or not phrases.TROUBLE.isdisjoint(several)


def _begun(words: str) -> Reading:
    """Return what a text says that was cut in the words that ECS mostly uses."""
    after = words.rpartition(")")[2]
    words = f"task{after}" if after.startswith(" failed ") else words
    found = (
        cause for cause, known, least in phrases.BEGUN if len(words) >= least and known.startswith(words)
    )
    return next(((cause, False) for cause in found), NOTHING)


def _topic(words: str) -> str | None:
    places = ((_find(words, known), topic) for topic, known in phrases.TOPICS.items())
    return min(((place, topic) for place, topic in places if place >= 0), default=(0, None))[1]


def _fault(
    words: str, topic: str | None, causes: Mapping[tuple[str | None, str], Cause]
) -> tuple[int, Cause] | None:
    places = ((_find(words, known), causes.get((topic, fault))) for fault, known in phrases.FAULTS)
    return min(((place, cause) for place, cause in places if place >= 0 and cause), default=None)


def _first(words: str, table: phrases.Table) -> tuple[int, Cause] | None:
    places = ((_find(words, known), cause) for cause, known in table)
    return min(((place, cause) for place, cause in places if place >= 0), default=None)


def _find(words: str, known: tuple[str, ...]) -> int:
    """Where the first of the phrases begins, -1 when none is there."""
    return min((place for phrase in known if (place := words.find(phrase)) >= 0), default=-1)


def _earliest(*found: tuple[int, Cause] | None) -> tuple[int, Cause] | None:
    return min((one for one in found if one is not None), default=None)
