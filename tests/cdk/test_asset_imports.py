"""The closure of imports that decides what the asset has."""

from pathlib import Path

from dockwarden_cdk.asset_imports import closure, imported_by

SOURCES = {
    "app": "from pkg.a import thing\n",
    "pkg": "",
    "pkg.a": "from .b import c\nfrom . import d\n",
    "pkg.b": "def late():\n    import pkg.late\n",
    "pkg.d": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import pkg.types\nelse:\n    import pkg.real\n",
    "pkg.late": "try:\n    import missing\nexcept ImportError:\n    missing = None\n",
    "pkg.real": "",
    "pkg.types": "",
    "pkg.unused": "import other\n",
    "other": "",
}
PACKAGES = {"pkg"}


def modules(directory: Path) -> dict[str, Path]:
    paths: dict[str, Path] = {}
    for name, text in SOURCES.items():
        place = directory / name.replace(".", "/")
        paths[name] = place / "__init__.py" if name in PACKAGES else place.with_suffix(".py")
        paths[name].parent.mkdir(parents=True, exist_ok=True)
        paths[name].write_text(text)
    return paths


def test_the_closure_follows_what_runs_and_nothing_else(tmp_path: Path) -> None:
    """Relative, late and optional imports count; those of type checkers and of nobody do not."""
    needed = closure(["app"], modules(tmp_path), frozenset())
    assert needed == {"app", "pkg", "pkg.a", "pkg.b", "pkg.d", "pkg.late", "pkg.real"}


def test_a_package_that_imports_by_computed_names_comes_whole(tmp_path: Path) -> None:
    """Nothing that such a package may ask for is missing, and what that needs comes along."""
    assert closure(["app"], modules(tmp_path), frozenset({"pkg"})) == set(SOURCES)


def test_relative_imports_are_named_from_the_package_they_stand_in(tmp_path: Path) -> None:
    """`from . import x` means a sibling in a module, and a child in a package."""
    paths = modules(tmp_path)
    paths["pkg"].write_text("from . import d\nfrom .b import late\n")
    assert set(imported_by("pkg", paths["pkg"])) == {"pkg", "pkg.d", "pkg.b", "pkg.b.late"}
    assert set(imported_by("pkg.a", paths["pkg.a"])) == {"pkg.b", "pkg.b.c", "pkg", "pkg.d"}
