"""Acts speak no HTTP: what a view, a staff page or a command needs of the web stays with it."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOMS = Path(__file__).parents[2] / "src" / "colophon"
DOORS = {
    "admin",
    "api",
    "apps",
    "models",
    "shapes",
    "resolution",
    "download",
    "intake",
    "throttle",
    "urls",
}
ACTS = sorted(
    path
    for room in ("store", "parties", "content")
    for path in (ROOMS / room).rglob("*.py")
    if path.stem not in DOORS and "migrations" not in path.parts
)
OF_THE_DOORS = (
    "django.http",
    "django.contrib.admin",
    "django.shortcuts",
    "django.views",
    "ninja",
    "unfold",
    "allauth",
)


def _imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found


@pytest.mark.parametrize("path", ACTS, ids=lambda path: str(path.relative_to(ROOMS)))
def test_an_act_imports_no_door(path: Path) -> None:
    taken = {name for name in _imports(path) if name.startswith(OF_THE_DOORS)}
    beside = {name for name in _imports(path) if name.split(".")[-1] in {"admin", "api", "shapes"}}
    assert taken | beside == set()


@pytest.mark.parametrize(
    "path",
    [path for path in ACTS if path.stem not in {"admin"}],
    ids=lambda path: str(path.relative_to(ROOMS)),
)
def test_an_act_reads_no_settings(path: Path) -> None:
    assert "django.conf" not in _imports(path) or path.name in {"folder.py", "handover.py"}
