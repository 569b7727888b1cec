"""Every link in every page leads somewhere."""

from pathlib import Path

import pytest

from tests.docs.markdown import ROOT, anchors, links, pages

PAGES = pages()


@pytest.mark.parametrize("page", PAGES, ids=[str(page.relative_to(ROOT)) for page in PAGES])
def test_every_internal_link_resolves(page: Path) -> None:
    """A link to a file finds it, and one to a heading finds that heading."""
    broken = [target for target in links(page.read_text(encoding="utf-8")) if is_broken(page, target)]
    assert broken == []


def is_broken(page: Path, target: str) -> bool:
    """Whether a link of a page leads nowhere; what is on the web is not asked."""
    if target.startswith(("https://", "http://")):
        return False
    name, _, anchor = target.partition("#")
    found = (page.parent / name).resolve() if name else page
    if not found.exists() or not found.is_relative_to(ROOT):
        return True
    return bool(anchor) and anchor not in anchors(found.read_text(encoding="utf-8"))


def test_a_broken_link_is_seen() -> None:
    """The test above can fail: for a missing file, a missing heading, and a file outside."""
    readme = ROOT / "README.md"
    assert is_broken(readme, "docs/no-such-page.md")
    assert is_broken(readme, "CHANGELOG.md#no-such-heading")
    assert is_broken(readme, "../elsewhere.md")
    assert not is_broken(readme, "CHANGELOG.md#changelog")


def test_every_page_of_the_docs_can_be_found_from_the_index() -> None:
    """A reader who begins at docs/README.md reaches all of them."""
    docs, reached, waiting = ROOT / "docs", set[Path](), [ROOT / "docs" / "README.md"]
    while waiting:
        page = waiting.pop()
        if page in reached or page.suffix != ".md" or not page.is_file():
            continue
        reached.add(page)
        names = (target.partition("#")[0] for target in links(page.read_text(encoding="utf-8")))
        waiting += [(page.parent / name).resolve() for name in names if name and "://" not in name]
    assert {page for page in PAGES if page.is_relative_to(docs)} - reached == set()
