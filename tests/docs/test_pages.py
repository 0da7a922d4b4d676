"""The documents hold together: links, lists, words, and nothing of anybody's machine."""

import re
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
TOP = [
    ROOT / name
    for name in (
        "README.md",
        "README.zh.md",
        "CHANGELOG.md",
        "CONTRIBUTING.md",
        "SECURITY.md",
        "changes/README.md",
    )
]
PAGES = sorted(DOCS.rglob("*.md"))
GENERATED = {
    "parameters.md",
    "errors.md",
    "deviations.md",
    "remarks.md",
    "schemas.md",
    "commands.md",
    "states.md",
    "events.md",
    "articles/index.md",
}
LINK = re.compile(r"\[[^\]\n]*\]\(([^)\s]+)\)")
CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)


def name_of(path):
    return str(path.relative_to(ROOT))


def listed(entries):
    for entry in entries:
        target = next(iter(entry.values())) if isinstance(entry, dict) else entry
        if isinstance(target, list):
            yield from listed(target)
        else:
            yield target


@pytest.fixture(scope="module")
def mkdocs():
    text = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    return yaml.safe_load(text)


@pytest.mark.parametrize("page", TOP + PAGES, ids=name_of)
def test_links_within_the_repository_resolve(page):
    for target in LINK.findall(CODE.sub("", page.read_text(encoding="utf-8"))):
        if target.startswith(("http://", "https://", "#")):
            continue
        file = (page.parent / target.split("#")[0]).resolve()
        generated = file.is_relative_to(DOCS) and str(file.relative_to(DOCS)) in GENERATED
        assert generated or file.exists(), target


def test_every_page_is_listed_and_every_listed_page_exists(mkdocs):
    pages = {str(page.relative_to(DOCS)) for page in PAGES}
    assert set(listed(mkdocs["nav"])) == pages | GENERATED


def test_the_pages_load_nothing_from_other_hosts(mkdocs):
    assert mkdocs["theme"]["font"] is False
    for key in ("extra_css", "extra_javascript"):
        assert all("//" not in name for name in mkdocs.get(key, []))
    assert "url(" not in (DOCS / "look.css").read_text(encoding="utf-8")


@pytest.mark.parametrize("page", TOP + PAGES, ids=name_of)
def test_no_page_names_a_package_host_or_a_machine(page):
    text = page.read_text(encoding="utf-8")
    hosts = ("pypi." + "org", "python" + "hosted", "npm" + "js.org", "unpkg", "jsdelivr")
    places = ("/ho" + "me/", "/ro" + "ot/", "/wo" + "rk/", "/tm" + "p/", "/opt/")
    assert [mark for mark in hosts + places if mark in text] == []


def test_both_readmes_carry_the_same_commands_and_code():
    blocks = [
        re.findall(r"```\w*\n(.*?)```", (ROOT / name).read_text(encoding="utf-8"), re.DOTALL)
        for name in ("README.md", "README.zh.md")
    ]
    assert blocks[0] == blocks[1]
    assert "make run" in blocks[0][0]
    assert "make test" in blocks[0][0]


def test_both_quick_starts_carry_the_same_commands():
    blocks = [
        re.findall(r"```\w*\n(.*?)```", (DOCS / name).read_text(encoding="utf-8"), re.DOTALL)
        for name in ("quickstart.md", "quickstart.zh.md")
    ]
    assert blocks[0] == blocks[1] != []


def test_make_knows_every_target_the_documents_name():
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    named = {
        target
        for page in TOP + PAGES
        for code in CODE.findall(page.read_text(encoding="utf-8"))
        for target in re.findall(r"\bmake ([a-z]+)", code)
    }
    assert {"run", "test", "check"} <= named <= targets


def test_files_the_documents_name_are_there():
    named = {
        (page, path)
        for page in TOP + PAGES
        for path in re.findall(
            r"`((?:src|tests|docs|changes|requirements)/[\w./-]+|\.importlinter|NOTICE)`",
            page.read_text(encoding="utf-8"),
        )
    }
    absent = [
        (name_of(page), path)
        for page, path in named
        if path.removeprefix("docs/") not in GENERATED and not (ROOT / path).exists()
    ]
    assert named
    assert absent == []


def test_decisions_are_numbered_listed_and_name_their_check():
    pages = sorted((DOCS / "decisions").glob("0*.md"))
    index = (DOCS / "decisions" / "index.md").read_text(encoding="utf-8")
    assert [page.name[:4] for page in pages] == [f"{n:04}" for n in range(1, len(pages) + 1)]
    for page in pages:
        text = page.read_text(encoding="utf-8")
        assert text.startswith(f"# {page.name[:4]} ")
        assert "**Decided.**" in text
        assert "**Enforced by**" in text
        assert page.name in index


def test_the_changelog_knows_the_version_or_what_is_to_come():
    version = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert f"## {version}" in text or "## Unreleased" in text
    assert "### Law" in text


def test_change_fragments_have_a_kind_the_page_explains():
    kinds = set(
        re.findall(r"^\| `(\w+)`", (ROOT / "changes/README.md").read_text("utf-8"), re.MULTILINE)
    )
    assert "law" in kinds
    for fragment in (ROOT / "changes").glob("*.md"):
        if fragment.name != "README.md":
            assert re.fullmatch(rf"[\w-]+\.(?:{'|'.join(kinds)})\.md", fragment.name)
