"""The documents build strictly, offline, and the pages call nobody."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOADED = re.compile(
    r"<(?:script|link|img|iframe|source)\b[^>]*?(?:src|href)=[\"']?((?:https?:)?//[^\"'\s>]+)"
)


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    folder = tmp_path_factory.mktemp("documents")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "-d", str(folder)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "NO_MKDOCS_2_WARNING": "1"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return folder


def test_there_is_a_page_for_each_article(built):
    names = {page.name for page in (built / "articles").glob("*.html")}
    assert names == {f"{number:02}.html" for number in range(1, 26)} | {"index.html"}
    page = (built / "articles" / "17.html").read_text(encoding="utf-8")
    assert 'id="c17-1-3"' in page
    assert "人脸生成、人脸替换、人脸操控、姿态操控" in page


def test_pages_load_nothing_from_other_hosts(built):
    loaded = {
        address
        for page in built.rglob("*.html")
        for address in LOADED.findall(page.read_text(encoding="utf-8"))
    }
    assert loaded == set()


def test_style_sheets_load_nothing_from_other_hosts(built):
    for sheet in built.rglob("*.css"):
        assert not re.search(r"(?:url\(|@import)\s*[\"']?(?:https?:)?//", sheet.read_text("utf-8"))


def test_errors_link_their_clause(built):
    page = (built / "errors.html").read_text(encoding="utf-8")
    assert 'href="articles/17.html#c17-1"' in page
    assert "explicit_required" in page
