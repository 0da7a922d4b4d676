"""Files stay under 500 lines, functions under 40, and names say what things are."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = sorted(
    path for path in (ROOT / "src" / "colophon").rglob("*.py") if "migrations" not in path.parts
)
MOST_LINES = 500
MOST_FUNCTION_LINES = 40
FORBIDDEN_NAMES = {"utils", "util", "helpers", "helper", "common", "manager", "misc", "core"}


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", SOURCES, ids=_name)
def test_file_and_functions_are_short(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) < MOST_LINES
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            assert length < MOST_FUNCTION_LINES, f"{node.name} has {length} lines"


def test_no_vague_names() -> None:
    assert [_name(path) for path in SOURCES if path.stem in FORBIDDEN_NAMES] == []


def test_no_left_over_marks() -> None:
    mark = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
    assert [_name(path) for path in SOURCES if mark.search(path.read_text(encoding="utf-8"))] == []


def test_every_file_says_what_it_is() -> None:
    silent = [
        _name(path)
        for path in SOURCES
        if path.stat().st_size and not ast.get_docstring(ast.parse(path.read_text("utf-8")))
    ]
    assert silent == []


def test_the_repository_names_no_host_of_packages_and_no_machine() -> None:
    marks = (
        "pypi" + ".org",
        "files.pythonhosted" + ".org",
        "registry.npmjs" + ".org",
        "/wo" + "rk/",
        "deb.deb" + "ian.org",
    )
    tracked = [
        path
        for folder in ("src", "tests", "docs", "requirements", "tools", "benchmarks", ".ci")
        for path in (ROOT / folder).rglob("*")
        if path.is_file()
        and path.suffix
        in {".py", ".md", ".lock", ".in", ".sh", ".yaml", ".yml", ".html", ".toml", ""}
        and "__pycache__" not in path.parts
    ]
    tracked += [ROOT / name for name in ("pyproject.toml", "Makefile", "README.md", "README.zh.md")]
    for path in tracked:
        text = path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""
        for mark in marks:
            assert mark not in text, f"{_name(path)} names {mark}"
