"""Every package has its reason and licence, and none the service runs on is GPL."""

import re
import tomllib
from importlib import metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
PAGE = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
PEERS = "What stands beside us in measurements"
"""Never installed by a check."""
SECTIONS = {
    "What the service runs on": PROJECT["dependencies"],
    "Extras, off by default": [
        *PROJECT["optional-dependencies"]["ocr"],
        *PROJECT["optional-dependencies"]["pictures"],
    ],
    PEERS: PROJECT["optional-dependencies"]["peers"],
    "What proves it": PROJECT["optional-dependencies"]["test"],
    "What checks it": PROJECT["optional-dependencies"]["check"],
    "What these pages are built with": PROJECT["optional-dependencies"]["docs"],
}
LOCKED = re.findall(
    r"^([A-Za-z0-9_.-]+)==", (ROOT / "requirements" / "run.lock").read_text("utf-8"), re.MULTILINE
)


def name_of(requirement):
    return re.match(r"[A-Za-z0-9_.-]+", requirement)[0]


def rows(section):
    body = PAGE.split(f"## {section}\n")[1].split("\n## ")[0]
    return {
        cells[0].strip("` "): [cell.strip() for cell in cells[1:]]
        for line in body.splitlines()
        if line.startswith("| `")
        for cells in [line.strip("|").split("|")]
    }


def licences_of(package):
    """What the installed package says of itself, in short forms."""
    found = metadata.metadata(package)
    expression = found.get("License-Expression")
    if expression:
        return expression
    classifiers = [each for each in found.get_all("Classifier") or [] if each.startswith("License")]
    return " ".join(classifiers) or found.get("License") or ""


@pytest.mark.parametrize("section", SECTIONS)
def test_rows_and_packages_are_the_same(section):
    assert set(rows(section)) == {name_of(line) for line in SECTIONS[section]}


@pytest.mark.parametrize("section", SECTIONS)
def test_each_row_gives_reason_licence_and_alternative(section):
    for package, cells in rows(section).items():
        assert len(cells) == 3, package
        assert all(cells), package


@pytest.mark.parametrize("package", LOCKED)
def test_nothing_the_service_runs_on_is_gpl(package):
    licences = licences_of(package)
    assert not re.search(r"\bA?GPL|(?<!Lesser )General Public", licences), licences


def test_the_licence_check_would_see_a_gpl_package():
    assert re.search(r"\bA?GPL", licences_of("mutagen"))
    assert "mutagen" not in LOCKED


@pytest.mark.parametrize(
    "package",
    [name_of(line) for name, lines in SECTIONS.items() if name != PEERS for line in lines],
)
def test_the_licence_in_the_row_is_the_packages_own(package):
    families = {"MIT", "Apache", "BSD", "MPL", "LGPL", "GPL", "Python Software", "PSF"}
    said = licences_of(package)
    claimed = next(rows(section)[package][1] for section in SECTIONS if package in rows(section))
    same = {"Python Software": "PSF", "Mozilla": "MPL"}
    named = {same.get(family, family) for family in families if re.search(rf"\b{family}", said)}
    assert named, said
    assert any(re.search(rf"\b{family}", claimed) for family in named)


def test_the_extras_are_not_installed_unasked():
    extras = {name_of(line) for line in SECTIONS["Extras, off by default"]}
    assert extras.isdisjoint(LOCKED)
    assert extras.isdisjoint(name_of(line) for line in PROJECT["dependencies"])


def test_the_gpl_in_the_extra_pictures_is_named():
    section = PAGE.split("## The wheels of the extra pictures")[1].split("\n## ")[0]
    assert "GPL-3.0-or-later" in rows("Extras, off by default")["pillow-jxl-plugin"][1]
    assert "`pillow-jxl-plugin` is **GPL-3.0-or-later**" in section
    assert "libx265, GPL-2.0-or-later" in section


def test_the_gpl_libraries_in_pyavs_wheels_are_named():
    libraries = {path.name for path in metadata.files("av") or () if path.parts[0] == "av.libs"}
    if not libraries:
        pytest.skip("PyAV is built against the system's FFmpeg here")
    gpl = {name for name in ("x264", "x265") if any(name in each for each in libraries)}
    section = PAGE.split("## The wheels of PyAV")[1]
    assert all(name in section for name in gpl)
