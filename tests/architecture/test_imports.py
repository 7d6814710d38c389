"""The shape of the code: one direction of imports, no cycles, small modules."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

SRC = Path(__file__).resolve().parents[2] / "src" / "likeforlike"
#: A package may import only from itself and from what stands to its left.
ORDER = ("domain", "definitions", "store", "sources", "observations", "analysis", "pipeline", "publish")
#: `analysis` stays pure: it takes and returns tables and knows nothing of files, sources or releases.
ONLY_DOMAIN = "analysis"
LONGEST = 400

MODULES = sorted(path for path in SRC.rglob("*.py"))


def name_of(path: Path) -> str:
    parts = path.relative_to(SRC.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports_of(path: Path) -> Iterator[str]:
    """Every module of ours that a file imports; imports for type checking alone are left out."""
    known = {name_of(module) for module in MODULES}
    tree = ast.parse(path.read_text())
    typing_only = {
        id(node)
        for block in ast.walk(tree)
        if isinstance(block, ast.If) and ast.unparse(block.test) in ("TYPE_CHECKING", "typing.TYPE_CHECKING")
        for node in ast.walk(block)
    }
    for node in ast.walk(tree):
        if id(node) in typing_only:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.startswith("likeforlike"))
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: line {node.lineno}: write the import in full"
            if node.module and node.module.startswith("likeforlike"):
                for alias in node.names:
                    full = f"{node.module}.{alias.name}"
                    yield full if full in known else node.module


def package_of(module: str) -> str | None:
    parts = module.split(".")
    return parts[1] if len(parts) > 1 and parts[1] in ORDER else None


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_a_package_imports_only_from_its_left(path: Path) -> None:
    own = package_of(name_of(path))
    for imported in imports_of(path):
        other = package_of(imported)
        if own is None or other is None or own == other:
            continue
        assert ORDER.index(other) < ORDER.index(own), f"{name_of(path)} imports {imported}"
        if own == ONLY_DOMAIN:
            assert other == "domain", f"{name_of(path)} imports {imported}; analysis knows only the domain"


def test_there_is_no_import_cycle() -> None:
    graph = {name_of(path): set(imports_of(path)) for path in MODULES}
    done: set[str] = set()

    def visit(module: str, trail: tuple[str, ...]) -> None:
        assert module not in trail, " -> ".join((*trail[trail.index(module) :], module))
        if module in done or module not in graph:
            return
        for imported in sorted(graph[module]):
            if imported != module:
                visit(imported, (*trail, module))
        done.add(module)

    for module in graph:
        visit(module, ())
    assert len(done) == len(graph)


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_no_module_is_longer_than_can_be_read_at_one_sitting(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= LONGEST


def test_every_package_of_the_order_exists() -> None:
    assert {path.name for path in SRC.iterdir() if path.is_dir() and (path / "__init__.py").exists()} >= set(
        ORDER
    )
