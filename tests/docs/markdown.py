"""What the tests of the documentation read in a Markdown file: fenced blocks, commands, links, headings."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROMPT = "$ "

_FOLDERS = ("benchmarks", "constructs", "docs", "events", "functions", "lab", "scripts", "tests")

_FENCE = re.compile(r"^```(?P<kind>\w*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
_CODE_SPAN = re.compile(r"(?P<ticks>`+).+?(?P=ticks)")
_LINK = re.compile(r"!?\[[^\]]*\]\((?P<target>[^)\s]+)\)")
_HEADING = re.compile(r"^#+ (?P<text>.+)$", re.MULTILINE)
_RULE = re.compile(r"\|(:?-+:?\|)+")


@dataclass(frozen=True, slots=True)
class Command:
    """A command of a page, and what it shows below it, or None where it shows nothing."""

    words: str
    shown: str | None


def pages() -> list[Path]:
    """Every Markdown file of ours: in the root, and in each folder that is no tool's."""
    folders = [path for path in ROOT.iterdir() if path.is_dir() and path.name in _FOLDERS]
    return sorted([*ROOT.glob("*.md"), *(page for folder in folders for page in folder.rglob("*.md"))])


def text_of(page: str) -> str:
    """The text of a page, by its path from the root."""
    return (ROOT / page).read_text(encoding="utf-8")


def blocks(text: str, kind: str) -> list[str]:
    """The fenced blocks of a kind, without their fences."""
    return [found["text"] for found in _FENCE.finditer(text) if found["kind"] == kind]


def commands(text: str) -> Iterator[Command]:
    """The commands in the sh blocks, and those in the console blocks with what they show."""
    for found in _FENCE.finditer(text):
        if found["kind"] == "sh":
            yield from (Command(line, None) for line in found["text"].splitlines() if line.strip())
        elif found["kind"] == "console":
            yield from _console(found["text"])


def _console(block: str) -> Iterator[Command]:
    if not block.startswith(PROMPT):
        raise ValueError(f"a console block begins with {PROMPT!r}: {block!r}")
    for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        words, _, shown = part.partition("\n")
        yield Command(words, shown)


def prose(text: str) -> str:
    """A page without code, in which no link can stand."""
    return _CODE_SPAN.sub("", _FENCE.sub("", text))


def links(text: str) -> list[str]:
    """The targets of links and pictures."""
    return [found["target"] for found in _LINK.finditer(prose(text))]


def anchors(text: str) -> set[str]:
    """The anchors of headings, as GitHub makes them."""
    headings = (found["text"] for found in _HEADING.finditer(_FENCE.sub("", text)))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def sections(text: str) -> dict[str, str]:
    """What stands below each heading of the second level."""
    parts = re.split(r"^## (.+)$", text, flags=re.MULTILINE)[1:]
    return {title: body.strip() for title, body in zip(parts[::2], parts[1::2], strict=True)}


def rows(text: str) -> list[list[str]]:
    """The cells of every table row, without heads and the rules below them."""
    found: list[list[str]] = []
    for line in text.splitlines():
        if _RULE.fullmatch(line):
            found.pop()
        elif line.startswith("|"):
            found.append([cell.strip(" `") for cell in line.strip().split("|")[1:-1]])
    return found
