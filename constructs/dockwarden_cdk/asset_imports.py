"""Which modules a set of modules imports in the end, read from the sources: nothing is run to find out."""

import ast
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from pathlib import Path


def closure(roots: Iterable[str], modules: Mapping[str, Path], whole: AbstractSet[str]) -> set[str]:
    """The modules, of those that exist, that the roots need to run, packages around them included.

    An import within a function counts, one for type checkers does not. Of the packages in `whole`, which
    import by computed names, every module is needed as soon as one is.
    """
    found: set[str] = set()
    waiting = [name for root in roots for name in _with_parents(root)]
    while waiting:
        name = waiting.pop()
        if name in found or name not in modules:
            continue
        found.add(name)
        top = name.partition(".")[0]
        if name == top and top in whole:
            waiting += [other for other in modules if other.startswith(f"{top}.")]
        waiting += [n for imported in imported_by(name, modules[name]) for n in _with_parents(imported)]
    return found


def imported_by(module: str, path: Path) -> Iterator[str]:
    """The names that a module imports, absolute; what follows `from` is named with each of its names, too."""
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    for node in _run(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            origin = _origin(package, node)
            yield origin
            yield from (f"{origin}.{alias.name}" for alias in node.names)


def _origin(package: str, node: ast.ImportFrom) -> str:
    """The absolute name of what follows `from`."""
    if not node.level:
        return node.module or ""
    above = package.split(".")[: len(package.split(".")) - node.level + 1]
    return ".".join([*above, node.module] if node.module else above)


def _run(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes below a node that run, which excludes what stands under `if TYPE_CHECKING`."""
    children = ast.iter_child_nodes(node)
    if isinstance(node, ast.If) and ast.unparse(node.test).rpartition(".")[2] == "TYPE_CHECKING":
        children = iter(node.orelse)
    for child in children:
        yield child
        yield from _run(child)


def _with_parents(name: str) -> list[str]:
    """A module's name and those of the packages around it, which are imported first."""
    parts = name.split(".")
    return [".".join(parts[:end]) for end in range(1, len(parts) + 1)]
