"""Bytecode without docstrings beside the sources of the asset: run as a program, with its directory and Lambda's."""

import ast
import importlib.util
import marshal
import sys
from collections.abc import Iterator
from pathlib import Path

# PEP 552: a pyc that is checked by hash and never compared, so that Python takes it without reading the source.
_UNCHECKED_HASH = 0b01
_KEPT = "dockwarden/playbooks"
"""A playbook's docstring is what people are told that it does."""


def compile_all(directory: Path, shown_as: str) -> None:
    """Compile each source below a directory; tracebacks name it below `shown_as`. Raises SyntaxError."""
    for source in sorted(directory.rglob("*.py")):
        place = source.relative_to(directory).as_posix()
        content = source.read_bytes()
        tree = ast.parse(content, filename=f"{shown_as}/{place}")
        if not place.startswith(_KEPT):
            _strip(tree)
        code = compile(tree, f"{shown_as}/{place}", "exec", dont_inherit=True, optimize=0)
        flags = _UNCHECKED_HASH.to_bytes(4, "little")
        header = importlib.util.MAGIC_NUMBER + flags + importlib.util.source_hash(content)
        target = Path(importlib.util.cache_from_source(str(source), optimization=""))
        target.parent.mkdir(exist_ok=True)
        target.write_bytes(header + marshal.dumps(code))


def _strip(tree: ast.Module) -> None:
    """Take the docstrings out of a tree: Lambda shows them to nobody, and would load them at every cold start."""
    for node in _documented(tree):
        first = node.body[0]
        if (
            isinstance(first, ast.Expr)
            and isinstance(first.value, ast.Constant)
            and isinstance(first.value.value, str)
        ):
            rest = node.body[1:]
            node.body = rest or ([] if isinstance(node, ast.Module) else [_nothing(first)])


def _documented(
    tree: ast.Module,
) -> Iterator[ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and node.body:
            yield node


def _nothing(where: ast.stmt) -> ast.stmt:
    return ast.copy_location(ast.Pass(), where)


if __name__ == "__main__":
    compile_all(Path(sys.argv[1]), sys.argv[2])
